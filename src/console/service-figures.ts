import type { ServiceMetrics } from '../client/index.ts';
import { added, type Bucket, increases, quantile, rates, sum, windowed } from './samples.ts';

/** What the page of the service shows, from samples of its metrics (docs/metrics.md), as the dashboards ask for it. */

const STARTED = 'process_start_time_seconds';
const REQUESTS = 'http_server_request_duration_seconds_bucket';
const LOOP_P50 = 'nodejs_eventloop_delay_p50_seconds';
const LOOP_P99 = 'nodejs_eventloop_delay_p99_seconds';
const MEMORY = 'process_memory_usage_bytes';
const MEMORY_LIMIT = 'process_memory_limit_bytes';
const UPLOADS = 'dataset_uploads_total';
const UPLOAD_FAILURES = 'dataset_upload_failures_total';
const RUNS = 'training_runs_total';
const QUEUE = 'training_queue_depth';
const OLDEST = 'training_queue_oldest_age_seconds';
const REMOVED = 'dataset_ttl_datasets_removed_total';
const EXPIRED = 'dataset_ttl_expired_datasets';
const CLEANED_UP = 'dataset_ttl_last_success_timestamp_seconds';

/** Names that are the same whatever the domain metrics' prefix is. */
const COMMON = [STARTED, REQUESTS, LOOP_P50, LOOP_P99, MEMORY, MEMORY_LIMIT];
const OWN = [UPLOADS, UPLOAD_FAILURES, RUNS, QUEUE, OLDEST, REMOVED, EXPIRED, CLEANED_UP];
export const namesWith = (prefix: string): string[] => [...COMMON, ...OWN.map((name) => prefix + name)];

/** A single step says little. */
const WINDOW_SECONDS = 60;
const ERROR_SECONDS = 600;
const DRAIN_SECONDS = 1800;

type Values = readonly (number | null)[];
type Labels = Readonly<Record<string, string>>;
type Matches = (labels: Labels) => boolean;

export interface RouteFigures {
  readonly route: string;
  readonly requests: number;
  readonly failed: number;
  readonly refused: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

const isApi: Matches = ({ http_route }) => http_route?.startsWith('/api/ml/') === true;
/** Event streams stay open as long as their run takes: that is no latency. */
const isAnswered: Matches = (labels) => isApi(labels) && !labels['http_route']?.endsWith('/events');
const isFailed: Matches = ({ http_response_status_code }) =>
  http_response_status_code?.startsWith('5') === true;
const isRefused: Matches = ({ http_response_status_code }) =>
  http_response_status_code?.startsWith('4') === true;
const isAny: Matches = () => true;

export type ServiceFigures = ReturnType<typeof serviceFigures>;

export function serviceFigures(answer: ServiceMetrics) {
  const { prefix, interval_seconds } = answer;
  const steps = (seconds: number) => Math.round(seconds / interval_seconds);
  const { times, series } = sinceStart(answer);
  const shown = times.slice(1);
  const named = Map.groupBy(series, ({ metric }) => metric);
  const of = (name: string, matches: Matches) =>
    (named.get(name) ?? []).filter(({ labels }) => matches(labels)).map(({ values }) => values);

  const grown = (name: string, matches: Matches = isAny) =>
    added(of(name, matches).map(increases), shown.length);
  const perMinute = (name: string, matches?: Matches) =>
    rates(grown(name, matches), times, steps(WINDOW_SECONDS)).map((rate) => rate * 60);
  const gauge = (name: string, matches: Matches = isAny): Values =>
    of(name, matches)[0]?.slice(1) ?? shown.map(() => null);
  const latest = (values: Values) => values.at(-1) ?? undefined;

  const requests = (matches: Matches) =>
    grown(REQUESTS, (labels) => labels['le'] === '+Inf' && isApi(labels) && matches(labels));
  const perSecond = (matches: Matches) => rates(requests(matches), times, steps(WINDOW_SECONDS));
  const lately = (events: readonly number[], seconds: number) => sum(events.slice(-steps(seconds)));

  const latencies = bucketsOf(named.get(REQUESTS) ?? [], isAnswered, shown.length);
  const latency = (level: number): Values => {
    const counts = latencies.map(({ bound, grown }) => ({
      bound,
      grown: windowed(grown, steps(WINDOW_SECONDS)),
    }));
    return shown.map(
      (_, i) =>
        quantile(
          level,
          counts.map(({ bound, grown }) => ({ bound, count: grown[i] as number })),
        ) ?? null,
    );
  };

  const outcome =
    (wanted: string): Matches =>
    (labels) =>
      labels['outcome'] === wanted;
  const state = (wanted: string) => gauge(prefix + QUEUE, ({ state: found }) => found === wanted);
  const queue = { queued: state('queued'), running: state('running'), retrying: state('retrying') };
  const oldest = gauge(prefix + OLDEST);
  const all = requests(isAny);
  const p95 = latency(0.95);
  const loop = { p50: gauge(LOOP_P50), p99: gauge(LOOP_P99) };
  const memory = gauge(MEMORY);
  const ended = grown(prefix + RUNS, ({ outcome: found }) => found !== 'started');
  const waiting = (latest(queue.queued) ?? 0) + (latest(queue.retrying) ?? 0);
  const rate = perSecond(isAny);
  const recent = lately(all, ERROR_SECONDS);

  return {
    times: shown,
    requests: { all: rate, refused: perSecond(isRefused), failed: perSecond(isFailed) },
    latency: { p50: latency(0.5), p95 },
    uploads: { stored: perMinute(prefix + UPLOADS), refused: perMinute(prefix + UPLOAD_FAILURES) },
    queue,
    oldest,
    runs: {
      succeeded: perMinute(prefix + RUNS, outcome('success')),
      failed: perMinute(prefix + RUNS, outcome('failure')),
      cancelled: perMinute(prefix + RUNS, outcome('cancelled')),
    },
    cleanUp: { removed: perMinute(prefix + REMOVED), expired: gauge(prefix + EXPIRED) },
    loop,
    memory,
    now: {
      rate: rate.at(-1) ?? 0,
      /** Undefined: nobody asked. */
      errors: recent === 0 ? undefined : lately(requests(isFailed), ERROR_SECONDS) / recent,
      p95: latest(p95),
      waiting,
      oldest: latest(oldest),
      /** At the pace of late; infinite: nothing ends. */
      drained: waiting === 0 ? 0 : (waiting * DRAIN_SECONDS) / lately(ended, DRAIN_SECONDS),
      /** Undefined: never. */
      cleanedUp: latest(gauge(prefix + CLEANED_UP)) || undefined,
      loop: latest(loop.p99),
      memory: latest(memory),
      memoryLimit: latest(gauge(MEMORY_LIMIT)),
    },
    routes: routesOf(named.get(REQUESTS) ?? [], shown.length),
  };
}

type Series = ServiceMetrics['series'];

/** When a process starts it has counted nothing: that is a sample too, as long as those after it are all kept. */
function sinceStart({ times: kept, series, interval_seconds }: ServiceMetrics): {
  readonly times: readonly number[];
  readonly series: Series;
} {
  const times = kept.map((time) => Date.parse(time) / 1000);
  const [first = 0] = times;
  const started = series.find(({ metric }) => metric === STARTED)?.values.find((value) => value !== null);
  if (!started || started >= first || first - started > 2 * interval_seconds) return { times, series };
  return {
    times: [started, ...times],
    series: series.map((one) => ({ ...one, values: [null, ...one.values] })),
  };
}

interface GrownBucket {
  readonly bound: number;
  readonly grown: readonly number[];
}

function bucketsOf(series: Series, matches: Matches, length: number): readonly GrownBucket[] {
  const byBound = Map.groupBy(
    series.filter(({ labels }) => matches(labels)),
    ({ labels: { le } }) => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)),
  );
  return [...byBound]
    .map(([bound, of]) => ({
      bound,
      grown: added(
        of.map(({ values }) => increases(values)),
        length,
      ),
    }))
    .sort((a, b) => a.bound - b.bound);
}

/** Each route that was asked for in all that time, the most asked one first. */
function routesOf(series: Series, length: number): readonly RouteFigures[] {
  const byRoute = Map.groupBy(
    series.filter(({ labels }) => isApi(labels)),
    ({ labels: { http_route = '' } }) => http_route,
  );
  return [...byRoute]
    .map(([route, of]) => {
      const total = (matches: Matches) => sum(bucketsOf(of, matches, length).at(-1)?.grown ?? []);
      const buckets = bucketsOf(of, isAnswered, length).map(
        ({ bound, grown }): Bucket => ({ bound, count: sum(grown) }),
      );
      return {
        route,
        requests: total(isAny),
        failed: total(isFailed),
        refused: total(isRefused),
        p50: quantile(0.5, buckets),
        p95: quantile(0.95, buckets),
      };
    })
    .filter(({ requests }) => requests > 0)
    .sort((a, b) => b.requests - a.requests);
}
