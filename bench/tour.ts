/**
 * `npm run bench:tour [-- --rounds N] [--clone]`: how long it takes from a service that runs to a model's first
 * prediction, by each way that people have, in turns. With `--clone` also from a clone of the last commit in which nothing is
 * installed: until `./run.sh` says where the service is, and on to the first prediction by each way.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openBrowser } from '../test/support/browser.ts';
import { freePort } from '../test/support/free-port.ts';
import { startService } from '../test/support/service.ts';
import { storageRoot } from '../test/support/storage-root.ts';
import { endTied, tied } from '../test/support/tied.ts';
import { quantile } from './statistics.ts';
import { ANSWER } from './tour/example.ts';
import { type Way, waysToAPrediction } from './tour/ways.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, clone: { type: 'boolean', default: false } },
});

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

const shown = (value: number) => value.toFixed(value < 10 ? 2 : 0);
type Times = Record<string, number[]>;

async function inTurns(origin: string, ways: Readonly<Record<string, Way>>, rounds: number): Promise<Times> {
  const times: Times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, way] of Object.entries(ways)) {
      let answer = '';
      const took = await seconds(async () => {
        answer = await way(origin);
      });
      if (answer !== ANSWER) throw new Error(`by ${name} the prediction is ${answer}`);
      times[name]?.push(took);
    }
  return times;
}

/** @returns seconds until the service is there, and then each way once */
async function fromClone(ways: Readonly<Record<string, Way>>): Promise<{ until: number; times: Times }> {
  const folder = await mkdtemp(join(tmpdir(), 'mlops-clone-'));
  const checkout = join(folder, 'clone');
  const port = await freePort();
  // With what tells npm where packages are.
  const env = { ...process.env, PORT: String(port), NATIVE_MONITORING: 'false' };
  try {
    const clone = spawn('git', ['clone', '--quiet', PROJECT, checkout], { stdio: 'inherit' });
    await once(clone, 'close');
    const start = performance.now();
    const child = tied(
      spawn(join(checkout, 'run.sh'), {
        cwd: checkout,
        env,
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    const ended = once(child, 'close');
    const up = Promise.withResolvers<void>();
    void ended.then(([code]) => up.reject(new Error(`./run.sh ended with ${code}`)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('The service is up')) up.resolve();
    });
    await up.promise;
    const until = (performance.now() - start) / 1000;
    const times = await inTurns(`http://127.0.0.1:${port}`, ways, 1);
    child.kill('SIGINT');
    await ended;
    return { until, times };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const browser = await openBrowser();
try {
  const ways = waysToAPrediction(browser);
  const warm = await (async () => {
    await using root = await storageRoot();
    await using service = await startService(root.path);
    // What is compiled at its first use is compiled.
    await inTurns(service.origin, ways, 1);
    return await inTurns(service.origin, ways, Number(options.rounds));
  })();
  const cold = options.clone ? await fromClone(ways) : undefined;
  const lines = Object.entries(warm).map(([name, times]) => {
    const range = `${shown(quantile(times, 0))} – ${shown(quantile(times, 1))}`;
    const [first = Number.NaN] = cold?.times[name] ?? [];
    const fromNothing = cold ? ` ${shown(cold.until + first)} |` : '';
    return `| ${name} | ${shown(quantile(times, 0.5))} (${range}) |${fromNothing}`;
  });
  const head = cold
    ? ['| by | from a started service, s | from a fresh clone, s |', '| --- | --- | --- |']
    : ['| by | from a started service, s |', '| --- | --- |'];
  console.log([...head, ...lines].join('\n'));
} finally {
  await browser.close();
  endTied();
}
