import { type PrometheusMetric, prometheusMetrics } from '../../../src/telemetry/prometheus-names.ts';
import { COUNTED, NATIVE } from '../known-metrics.ts';
import type { Query } from '../monitoring-files.ts';
import { parsePromql } from '../promql.ts';
import { selectorOf } from '../promtool.ts';
import { FORGOTTEN, type Labels, labelSets, recordedSets } from './label-sets.ts';

/**
 * Small worlds in which everything that a panel could mix up has a number of its own. Processes are scraped every
 * 15 s; every counter grows at a pace of its own and ever faster, so that no two windows hold the same.
 */
export const SCRAPE = 15;

export interface Series {
  readonly name: string;
  readonly labels: Labels;
  /** Of a gauge, or of a counter before the first scrape. */
  readonly value: number;
  /** Of a counter: what each scrape finds on top of the one before. Scrapes are counted from 1. */
  readonly grows?: (scrape: number) => number;
  /** The last scrape that finds it; undefined: it is still there. */
  readonly last?: number;
}

/** How histograms are kept. */
export type Form = 'classic' | 'native';

export interface World {
  readonly title: string;
  /** In both forms histograms are written as classic ones; of native ones the bounds are those of native buckets. */
  readonly form: Form;
  /** The second at which panels are asked: Prometheus neither scrapes nor evaluates there. */
  readonly now: number;
  readonly series: readonly Series[];
}

/** Two processes of one job, another job that has one of the same name, and somebody else's: each does more than those before it. */
const PROCESSES: readonly Labels[] = [
  { job: 'backend', instance: 'a:8000' },
  { job: 'backend', instance: 'b:8000' },
  { job: 'worker', instance: 'a:8000' },
  { job: 'other', instance: 'o:8000' },
];

// Longer than the longest window of a panel, or, where every window is as empty as the next, than one of a rate.
const NOW = { counting: 33 * 60 + 7, still: 5 * 60 + 7, unasked: 5 * 60 + 7 } as const;
export const scrapesOf = ({ now }: World): number => Math.floor(now / SCRAPE);

/** Of the native buckets' schema: as many of them as double the bound, as a power of two. */
export const SCHEMA = 3;
/** Where the native bucket ends that comes before the one with the index. */
export const nativeBound = (index: number): number => 2 ** ((index - 1) / 2 ** SCHEMA);

/** Numbers that differ from each other, the same ones each time. */
function distinct(): () => number {
  let given = 0;
  return () => 3 + 7 * given++ + (given % 5);
}

interface Circumstances {
  readonly title: string;
  /** `counting`: counters grow; `still`: nothing happens; `unasked`: neither does, and no state is above 0. */
  readonly life: 'counting' | 'still' | 'unasked';
  /** Of the processes, in their order: whether the scrape succeeds; undefined: there is no such process. */
  readonly up: readonly (0 | 1 | undefined)[];
  readonly alerts: readonly Labels[];
}

/** @param asked names of the series that anybody asks for: the world has no others */
function createWorld(
  { title, life, up, alerts }: Circumstances,
  form: Form,
  recorded: readonly string[],
  asked: ReadonlySet<string>,
): World {
  const next = distinct();
  const pace = (process: number, slower = 1) => {
    const [start, growth] = [101 * process + (next() % 101), 1 + 7 * process + (next() % 7)];
    const grows = (scrape: number) => Math.ceil((start + growth * scrape) / slower);
    return life === 'counting' ? grows : () => 0;
  };
  const counter = (name: string, labels: Labels, grows: (scrape: number) => number): Series => {
    const forgotten = life === 'counting' && labels['http_route'] === FORGOTTEN;
    return { name, labels, value: life === 'unasked' ? 0 : 1e6, grows, ...(forgotten && { last: 90 }) };
  };
  const gauge = (name: string, labels: Labels, value = life === 'unasked' ? 0 : next()): Series => {
    return { name, labels, value };
  };

  function seriesOf(metric: PrometheusMetric, labels: Labels, process: number): readonly Series[] {
    if (metric.name === 'process_start_time_seconds') return [gauge(metric.name, labels, -9000 - next())];
    // A process plays one role.
    if (metric.name === 'target_info' && labels['mlops_role'] !== 'all') return [];
    if (metric.name === 'target_info')
      return [gauge(metric.name, { ...labels, service_version: `1.0.${next()}` }, 1)];
    if (metric.type === 'gauge') return [gauge(metric.name, labels)];
    if (metric.type === 'counter') return [counter(metric.name, labels, pace(process))];
    // Fewer and fewer take longer, and none longer than the highest bound.
    const { buckets = [] } = metric.definition;
    const bounds = form === 'native' ? buckets.map((_, i) => nativeBound(i)) : buckets;
    const paces = bounds.map((_, i) => pace(process, 2 ** i));
    const below = (bucket: number) => (scrape: number) =>
      paces
        // A native bucket does not begin at 0: the first of ours ends where the second begins.
        .slice(form === 'native' ? 1 : 0, bucket + 1)
        .reduce((sum, grows) => sum + grows(scrape), 0);
    const all = below(bounds.length - 1);
    return [
      ...bounds.map((bound, i) =>
        counter(`${metric.name}_bucket`, { ...labels, le: String(bound) }, below(i)),
      ),
      counter(`${metric.name}_bucket`, { ...labels, le: '+Inf' }, all),
      counter(`${metric.name}_count`, labels, all),
      counter(`${metric.name}_sum`, labels, pace(process)),
    ];
  }

  const series = PROCESSES.flatMap((process, i) =>
    up[i] === undefined
      ? []
      : [
          gauge('up', process, up[i]),
          gauge('scrape_duration_seconds', process),
          gauge('scrape_samples_scraped', process),
          ...prometheusMetrics().flatMap((metric) =>
            labelSets(metric, process).flatMap((labels) => seriesOf(metric, { ...process, ...labels }, i)),
          ),
        ],
  );
  const elsewhere = { ...PROCESSES.at(-1), mode: 'light' };
  return {
    title,
    form,
    now: NOW[life],
    series: [
      ...series.filter(({ name }) => asked.has(name)),
      counter('acme_dataset_uploads_total', elsewhere, pace(0)),
      // There are no shares of no requests.
      ...(life === 'unasked' ? [] : recorded).flatMap((name) =>
        recordedSets(name).map((labels) => gauge(name, labels)),
      ),
      ...alerts.map((labels) => ({ name: 'ALERTS', labels, value: 1 })),
      ...alerts.map(({ alertstate: _, ...labels }) => ({ name: 'ALERTS_FOR_STATE', labels, value: next() })),
    ],
  };
}

const alert = (alertname: string, severity: string, alertstate: string, where: Labels = {}): Labels => ({
  alertname,
  severity,
  alertstate,
  ...where,
});
const HEARTBEAT = alert('MonitoringHeartbeat', 'none', 'firing');
const [BACKEND_A, BACKEND_B, WORKER_A] = PROCESSES;

const CIRCUMSTANCES: readonly Circumstances[] = [
  {
    title: 'much happens, one process does not answer, and alerts fire',
    life: 'counting',
    up: [0, 1, 1, 0],
    alerts: [
      HEARTBEAT,
      alert('EventLoopStalled', 'critical', 'firing', BACKEND_A),
      alert('EventLoopStalled', 'critical', 'firing', WORKER_A),
      alert('EventLoopStalled', 'critical', 'firing', BACKEND_B),
      alert('MemoryHigh', 'warning', 'firing', BACKEND_A),
      alert('MemoryHigh', 'warning', 'pending', BACKEND_B),
      alert('UploadsLost', 'warning', 'firing'),
    ],
  },
  {
    title: 'nothing happens any more, there is no worker, and something to look at today',
    life: 'still',
    up: [1, 1, undefined, 1],
    alerts: [
      HEARTBEAT,
      alert('UploadsLost', 'critical', 'pending'),
      alert('MemoryHigh', 'warning', 'firing', BACKEND_A),
    ],
  },
  {
    title: 'nothing has ever happened, and all is well',
    life: 'unasked',
    up: [1, 1, 1, 1],
    alerts: [HEARTBEAT, alert('Told', 'none', 'pending')],
  },
  {
    title: 'nothing has happened yet, and something is about to be told',
    life: 'unasked',
    up: [1, undefined, undefined, undefined],
    alerts: [HEARTBEAT, alert('MemoryHigh', 'warning', 'pending', BACKEND_A)],
  },
  {
    title: 'a worker is left of ours and does not answer',
    life: 'still',
    up: [undefined, undefined, 0, 1],
    alerts: [HEARTBEAT, alert('TargetDown', 'critical', 'firing', BACKEND_A)],
  },
  {
    title: 'nobody watches: the rules are not evaluated',
    life: 'unasked',
    up: [1, undefined, undefined, undefined],
    alerts: [alert('MonitoringHeartbeat', 'none', 'pending'), alert('Told', 'none', 'firing')],
  },
];

/** @param queries that are asked in these worlds @param recordings names that rules give to what they record */
export function createWorlds(
  queries: readonly Query[],
  recordings: ReadonlySet<string>,
  form: Form,
): readonly World[] {
  const named = queries.flatMap(({ expr }) => parsePromql(expr).selectors.map(({ metric }) => metric));
  const whole = named
    .filter((name) => form === 'native' && NATIVE.has(name))
    .flatMap((name) => [`${name}_bucket`, `${name}_count`, `${name}_sum`]);
  const asked = new Set([
    ...named,
    ...whole,
    ...COUNTED.values(),
    'process_start_time_seconds',
    'target_info',
  ]);
  const recorded = [...asked].filter((name) => recordings.has(name) && !name.startsWith('instance:'));
  return CIRCUMSTANCES.map((circumstances) => createWorld(circumstances, form, recorded, asked));
}

/** What promtool must be told of a world. */
export const inputsOf = (world: World) =>
  world.series.map(({ name, labels, value, grows, last = scrapesOf(world) }) => {
    const values = [value];
    for (let scrape = 1; scrape <= last; scrape++) values.push((values.at(-1) ?? 0) + (grows?.(scrape) ?? 0));
    return {
      series: selectorOf(name, labels),
      values: grows ? [...values, 'stale'].join(' ') : `${value}+0x${last}`,
    };
  });
