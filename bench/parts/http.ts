import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../../test/support/client.ts';
import { freePort } from '../../test/support/free-port.ts';
import { startMain } from '../../test/support/service.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { tied } from '../../test/support/tied.ts';
import { load, pinServer } from '../load.ts';
import { type Measured, over, type Part } from '../part.ts';
import { peerFile } from '../peers.ts';

/** Clock ticks of /proc: 100 a second on every Linux there is. */
const TICKS = 100;
const HEALTH = '/api/health';
/** As light, and no probe: those are not traced. */
const TRACED = '/api/docs/start.js';

interface Server {
  readonly name: string;
  readonly origin: string;
  readonly pid: number;
  /** What it is asked for. */
  readonly path: string;
}

async function startPeer(
  stack: AsyncDisposableStack,
  name: string,
  file: string,
  ...args: string[]
): Promise<Server> {
  const child = tied(
    fork(peerFile(file), args, { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  );
  stack.defer(async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { name, origin: `http://127.0.0.1:${port}`, pid: child.pid as number, path: HEALTH };
}

async function startOurs(
  stack: AsyncDisposableStack,
  name: string,
  env: Record<string, string>,
): Promise<Server> {
  const root = stack.use(await storageRoot());
  const port = await freePort();
  // Without a line for each request, as the others have none.
  const child = startMain([], { STORAGE_ROOT: root.path, PORT: String(port), LOG_LEVEL: 'warn', ...env });
  child.stdout.resume();
  child.stderr.pipe(process.stderr);
  stack.defer(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const origin = `http://127.0.0.1:${port}`;
  await eventually(() =>
    fetch(origin + HEALTH).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return { name, origin, pid: child.pid as number, path: HEALTH };
}

/** Takes whatever spans are sent. */
async function startCollector(stack: AsyncDisposableStack): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
}

/** Seconds of processor time that the process has taken; NaN where there is no /proc. */
async function cpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user, system] = text.split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? [];
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) / TICKS;
}

/** The service in each of its ways, and the others, all in turns. */
async function startAll(stack: AsyncDisposableStack): Promise<Server[]> {
  const collector = await startCollector(stack);
  const off = await startOurs(stack, 'off', { PROMETHEUS__ENABLED: 'false' });
  const on = await startOurs(stack, 'on', {});
  const startTraced = async (name: string, share: string): Promise<Server> => ({
    ...(await startOurs(stack, name, {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector,
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: share,
    })),
    path: TRACED,
  });
  return [
    on,
    off,
    await startTraced('on, traces', '0.1'),
    await startTraced('on, all traces', '1'),
    { ...on, name: 'on, as with traces', path: TRACED },
    { ...off, name: 'off, as with traces', path: TRACED },
    await startPeer(stack, 'Hono', 'hono.mjs'),
    await startPeer(stack, 'Hono + @hono/prometheus', 'hono.mjs', 'metrics'),
    await startPeer(stack, 'Fastify', 'fastify.mjs'),
    await startPeer(stack, 'Fastify + fastify-metrics', 'fastify.mjs', 'metrics'),
  ];
}

export const part: Part = {
  about:
    'Requests a second of `GET /api/health` by 32 connections, server and load on a core each, round by round, and three times with processes started anew: this service with and without telemetry, with a tenth of the traces sent and with all of them, and others that answer the same. Probes are not traced: with traces it is `GET /api/docs/start.js`, and what that is compared with is asked for the same. Processor time is that of the server alone, which a busy machine changes least.',
  async run({ quick }): Promise<Measured> {
    const sets = quick ? 1 : 3;
    const rounds = quick ? 3 : 5;
    const seconds = quick ? 1 : 4;
    const measured = new Map<string, { perSecond: number[]; p99: number[]; cpu: number[] }>();
    // One process may be a fifth faster than its twin for as long as it lives, so none speaks for its kind alone.
    for (let set = 0; set < sets; set++) {
      await using stack = new AsyncDisposableStack();
      const servers = await startAll(stack);
      for (const { origin, pid, path } of servers) {
        pinServer(pid);
        await load(origin + path, seconds);
      }
      for (let round = 0; round < rounds; round++)
        for (const { name, origin, pid, path } of servers) {
          const before = await cpuSeconds(pid);
          const { perSecond, p99Ms, requests } = await load(origin + path, seconds);
          const own = measured.get(name) ?? { perSecond: [], p99: [], cpu: [] };
          measured.set(name, own);
          own.perSecond.push(perSecond);
          own.p99.push(p99Ms);
          own.cpu.push((((await cpuSeconds(pid)) - before) * 1e6) / requests);
        }
    }

    const of = (name: string) => measured.get(name) ?? { perSecond: [], p99: [], cpu: [] };
    const best = of('Hono + @hono/prometheus').perSecond.map((value, round) =>
      Math.max(value, of('Fastify + fastify-metrics').perSecond[round] as number),
    );
    const rate = (name: string, a: readonly number[], b: readonly number[], atLeast: number) =>
      ({ name, better: 'higher', values: over(a, b), aim: { atLeast } }) as const;
    const cpu = (a: string, b: string) =>
      ({ name: `processor time, ${a} / ${b}`, better: 'lower', values: over(of(a).cpu, of(b).cpu) }) as const;
    return {
      figures: [...measured.keys()].flatMap((name) => [
        { name: `requests, ${name}`, unit: '/s', values: of(name).perSecond },
        { name: `p99, ${name}`, unit: 'ms', values: of(name).p99 },
        { name: `processor time, ${name}`, unit: 'µs', values: of(name).cpu },
      ]),
      ratios: [
        rate('requests, on / off', of('on').perSecond, of('off').perSecond, 0.85),
        rate(
          'requests, on with traces / off',
          of('on, traces').perSecond,
          of('off, as with traces').perSecond,
          0.7,
        ),
        rate('requests, off / Hono', of('off').perSecond, of('Hono').perSecond, 0.85),
        rate('requests, on / the better of the others with metrics', of('on').perSecond, best, 1),
        {
          name: 'p99, on / off',
          better: 'lower',
          values: over(of('on').p99, of('off').p99),
          aim: { atMost: 1.25 },
        },
        ...['on, traces', 'on, all traces'].flatMap((name) => [
          {
            name: `requests, ${name} / none`,
            better: 'higher' as const,
            values: over(of(name).perSecond, of('on, as with traces').perSecond),
          },
          {
            name: `p99, ${name} / none`,
            better: 'lower' as const,
            values: over(of(name).p99, of('on, as with traces').p99),
          },
        ]),
        cpu('on', 'off'),
        cpu('off', 'Hono'),
      ],
    };
  },
};
