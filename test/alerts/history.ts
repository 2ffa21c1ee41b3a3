import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { minutes } from './compression.ts';

const STEP_MS = 5000;
const LABELS =
  'job="backend",instance="before:8000",http_request_method="GET",http_response_status_code="200",http_route="/api/ml/v1/datasets"';

/**
 * Lays down hours in which nothing went wrong before Prometheus starts: without them its long windows would hold
 * nothing but the fault, and half a day's objective be judged by its worst minutes.
 * @param hours on the clock of the rules: first with requests, then without
 * @param perSecond requests of a real second, all of them good
 */
export async function writeHistory(
  dataFolder: string,
  hours: { readonly busy: number; readonly quiet: number },
  perSecond: number,
): Promise<void> {
  if (hours.busy === 0) return;
  const end = Date.now() - STEP_MS;
  const times: number[] = [];
  for (let time = end - minutes((hours.busy + hours.quiet) * 60); time <= end; time += STEP_MS)
    times.push(time);
  const busy = minutes(hours.busy * 60) / STEP_MS;
  const series = (name: string, labels: string) =>
    times.map(
      (time, i) => `${name}{${labels}} ${(Math.min(i, busy) * perSecond * STEP_MS) / 1000} ${time / 1000}`,
    );
  // What the rules on objectives look back on: copies of what was scraped.
  const lines = [
    ...series('instance:http_server_requests:total', LABELS),
    ...series('instance:http_server_requests_within_1s:total', LABELS),
    '# EOF',
  ];
  const file = join(dataFolder, '..', 'history.txt');
  await writeFile(file, `${lines.join('\n')}\n`);
  await promisify(execFile)('promtool', [
    ...['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, dataFolder],
  ]);
  await rm(file);
}
