/**
 * Whether the service grows while nobody takes what it sends: one whose OTLP endpoint is not there beside one that sends
 * nothing, under the same requests. Prints what each holds, the least and the most of every minute.
 * `npm run bench:dead-endpoint -- --minutes 10`
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../test/support/free-port.ts';
import { type Service, startService } from '../test/support/service.ts';
import { storageRoot } from '../test/support/storage-root.ts';
import { residentBytes } from './process-memory.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seconds: { type: 'string', default: '60' } },
});
const MINUTES = Number(values.minutes);
/** Of a minute; fewer only show that it works. */
const SECONDS = Number(values.seconds);
/** Each has three spans and a line, so the queues of the sender are always full. */
const REQUESTS_PER_SECOND = 50;
const MB = 1e6;

await using stack = new AsyncDisposableStack();
const endpoint = `http://127.0.0.1:${await freePort()}`;
const start = async (env: Record<string, string>) =>
  stack.use(await startService(stack.use(await storageRoot()).path, env));
const services: Readonly<Record<string, Service>> = {
  'dead endpoint': await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  }),
  'no endpoint': await start({}),
};

/** Asks as often as the minute has room for, and looks at the memory once a second. */
async function minuteOf({
  api,
  process: { pid = 0 },
}: Service): Promise<readonly [least: number, most: number]> {
  const seen: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  for (let i = 0; performance.now() < end; i++) {
    const pause = delay(1000 / REQUESTS_PER_SECOND);
    await (await api.call('/datasets')).text();
    if (i % REQUESTS_PER_SECOND === 0) seen.push(await residentBytes(pid));
    await pause;
  }
  return [Math.min(...seen) / MB, Math.max(...seen) / MB];
}

const row = (...cells: readonly string[]) =>
  process.stdout.write(`${cells.map((cell) => cell.padStart(20)).join('')}\n`);
row('minute', ...Object.keys(services).map((name) => `${name}, MB`));
for (let minute = 1; minute <= MINUTES; minute++) {
  const ranges = await Promise.all(Object.values(services).map(minuteOf));
  row(String(minute), ...ranges.map(([least, most]) => `${least.toFixed(1)} – ${most.toFixed(1)}`));
}
