import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memoryGroup } from '../../support/memory-group.ts';
import { type Fault, mendedBy } from '../fault.ts';
import { answer, every } from '../load.ts';
import { exporter } from '../stand-in.ts';
import type { World } from '../world.ts';

/** One process that is unwell, or says what nobody can use. */
const SICK = fileURLToPath(new URL('../sick.ts', import.meta.url));
const sick = (how: string) => ({
  workers: 0,
  env: { ROLE: 'all', SICK: how, NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${SICK}` },
});

const LIMIT_BYTES = 2 ** 30;

/** Sick from now on, well again after the same signal. */
async function toggled(world: World): Promise<AsyncDisposable> {
  const toggle = async () => void world.apis[0]?.process.kill('SIGUSR2');
  await toggle();
  return mendedBy(toggle);
}

/** A backend with other settings in the place of the one that was there. */
async function replaced(world: World, env: Record<string, string>): Promise<AsyncDisposable> {
  const swap = async (settings: Record<string, string>) => {
    const old = [...world.apis];
    await world.start('backend', settings);
    await world.end(old, 'SIGTERM');
  };
  await swap(env);
  const asking = every(500, async () => {
    await answer(world.apis[0]!.api.call('/datasets?limit=1'));
  });
  return mendedBy(async () => {
    await swap({});
    await asking[Symbol.asyncDispose]();
  });
}

export const runtimeFaults: readonly Fault[] = [
  {
    name: 'The event loop is blocked',
    how: 'the process computes 300 ms of every 500',
    world: sick('block 300 500'),
    expected: ['EventLoopStalled'],
    make: toggled,
  },
  {
    name: 'Scrapes fail now and then',
    how: 'the process computes 2.2 s of every 6.3: scrapes run into their time-out',
    // Longer than a scrape's interval and time-out together, and in no step with it: one at least falls into each.
    world: sick('block 2200 6300'),
    expected: ['ScrapesFailing'],
    allowed: {
      EventLoopStalled: 'what makes the scrapes fail',
      SloBudgetBurnsFast: 'requests wait as long',
    },
    make: toggled,
  },
  {
    name: 'Memory is near its limit',
    how: 'an API holds 800 MiB in a control group of 1 GiB, until it is started anew',
    world: { env: { ...sick('memory 800').env, TRAINING__MEMORY_LIMIT_MB: '128' }, workers: 0 },
    expected: ['MemoryHigh'],
    async make(world) {
      const group = memoryGroup(LIMIT_BYTES);
      if (!group) throw new Error('this takes root and a writable control group');
      const [api] = world.apis;
      writeFileSync(group.processes, String(api?.process.pid));
      await toggled(world);
      return mendedBy(async () => {
        const old = [...world.apis];
        await world.start('backend');
        await world.end(old, 'SIGTERM');
        group[Symbol.dispose]();
      });
    },
  },
  {
    name: 'The latency objective lacks its bound',
    how: '`PROMETHEUS__LATENCY_BUCKETS` without 1',
    world: { load: false },
    expected: ['LatencyObjectiveBlind'],
    make: (world) => replaced(world, { PROMETHEUS__LATENCY_BUCKETS: '[0.1,0.5,2,5]' }),
  },
  {
    name: 'The service exports another prefix than the rules ask for',
    how: '`PROMETHEUS__METRIC_NAMESPACE` changed, Prometheus not started anew',
    world: { load: false },
    expected: ['DomainMetricsMissing'],
    make: (world) => replaced(world, { PROMETHEUS__METRIC_NAMESPACE: 'shop' }),
  },
  {
    name: 'Nobody takes what is sent by OTLP',
    how: '`OTEL_EXPORTER_OTLP_ENDPOINT` leads to a port that refuses',
    world: {},
    expected: ['TelemetryLost'],
    make: (world) => replaced(world, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }),
  },
  {
    name: 'A label takes values without a bound',
    how: '25,000 series',
    standIn: true,
    world: { load: false },
    expected: ['SeriesOverflow'],
    allowed: { InstanceLost: 'of the stand-in, which goes when the fault ends' },
    make: (world) =>
      exporter(world, 'backend', () => [
        'mlops_backend_training_slots 0',
        ...Array.from(
          { length: 25_000 },
          (_, i) => `http_server_active_requests{http_request_method="M${i}"} 0`,
        ),
      ]),
  },
];
