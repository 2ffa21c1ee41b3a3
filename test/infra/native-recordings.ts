import type { Question } from './panels/cases.ts';
import { type Figure, quantile, seriesIn } from './panels/figures.ts';
import type { Labels } from './panels/label-sets.ts';
import { countedOf } from './panels/native.ts';
import { nativeBound, SCRAPE, type Series, scrapesOf, type World } from './panels/worlds.ts';

/**
 * What rules must record of native histograms, in a small world in which whatever they could mix up has a number of its
 * own. promtool 2.42 can't write native histograms down: a Prometheus is asked for the rules' expressions.
 */
const DURATION = 'http_server_request_duration_seconds';
const SCRAPES = 60;
const API = '/api/ml/v1';

/** As the worlds of the panels: another job has an instance of the same name, and the last one is somebody else's. */
const PROCESSES: readonly Labels[] = [
  { job: 'backend', instance: 'a:8000' },
  { job: 'backend', instance: 'b:8000' },
  { job: 'worker', instance: 'a:8000' },
  { job: 'other', instance: 'o:8000' },
];
const ROUTES = [`${API}/datasets`, `${API}/models`, `${API}/training-runs/:id/events`, '/api/health'];

/** So many within a second, so many in each of the buckets after it; ever more, and of the slow ones most. */
function histogram(labels: Labels, pace: number, last?: number): readonly Series[] {
  const cells = [0, 1, 2, 3].map(
    (cell) => (scrape: number) => 40 + pace + (cell * pace + cell ** 2) * scrape,
  );
  const below = (bucket: number) => (scrape: number) =>
    cells.slice(0, bucket).reduce((sum, grows) => sum + grows(scrape), 0);
  const counter = (suffix: string, own: Labels, bucket: number): Series => ({
    name: `${DURATION}_${suffix}`,
    labels: { ...labels, ...own },
    value: 100 + pace,
    grows: below(bucket),
    ...(last !== undefined && { last }),
  });
  return [
    ...[0, 1, 2, 3, 4].map((bucket) => counter('bucket', { le: String(nativeBound(bucket)) }, bucket)),
    counter('bucket', { le: '+Inf' }, cells.length),
    counter('count', {}, cells.length),
    counter('sum', {}, cells.length),
  ];
}

const world: World = {
  title: 'several processes answer requests, and something of those before them lingers',
  form: 'native',
  now: SCRAPES * SCRAPE + 7,
  series: PROCESSES.flatMap((process, p) => [
    { name: 'process_start_time_seconds', labels: process, value: -9000 },
    ...ROUTES.flatMap((http_route, r) =>
      histogram({ ...process, http_route, http_response_status_code: '200' }, 1 + 7 * p + 2 * r),
    ),
    // Of the process before, which the newest scrape does not find.
    ...histogram(
      { ...process, http_route: '/api/health', http_response_status_code: '503' },
      90 + p,
      SCRAPES - 1,
    ),
  ]),
};

/** What the newest scrape found of each series. */
const newest =
  (name: string, le?: string): Figure =>
  (view) =>
    seriesIn(view, name, (labels) => labels['le'] === le)
      .filter(({ last }) => last === undefined)
      .map((series) => {
        const { le: _, ...labels } = series.labels;
        return { labels, value: countedOf(series, scrapesOf(view.world)).at(-1) ?? 0 };
      });

const STATEMENTS: Readonly<Record<string, Figure>> = {
  'instance:http_server_requests:total': newest(`${DURATION}_count`),
  'instance:http_server_requests_within_1s:total': newest(`${DURATION}_bucket`, '1'),
  'instance:events:total': (view) =>
    newest(`${DURATION}_count`)(view).map(({ labels, value }) => ({
      labels: { ...labels, metric: 'http_server_requests' },
      value,
    })),
  'job_route:http_server_request_duration_seconds:p95_5m': quantile(
    0.95,
    ['job', 'http_route'],
    DURATION,
    ({ http_route = '' }) => http_route.startsWith('/api/ml/') && !http_route.endsWith('/events'),
    5 * 60,
  ),
};

export const nativeRecordings = { world, stated: Object.keys(STATEMENTS) };

/**
 * @param expr the rule's own, or what is to be tried in its place
 * @returns undefined where nothing is stated
 */
export function questionOfRecording(record: string, expr: string): Question | undefined {
  const statement = STATEMENTS[record];
  const samples = statement?.({ world, chosen: {}, step: SCRAPE, rate: SCRAPE, range: SCRAPE });
  return samples && { name: record, sent: expr, samples };
}
