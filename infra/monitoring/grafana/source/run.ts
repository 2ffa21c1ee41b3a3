import { UIDS } from './boards.ts';
import type { DashboardSpec, Section } from './build.ts';
import type { FoundPanel, PanelSpec } from './panel.ts';
import {
  childCpu,
  childMemory,
  eventLoopDelay,
  memory,
  oldestWaiting,
  queueDepth,
  runsInTraining,
} from './shared.ts';

/** Where a run's answer leads (`dashboard_url`): it fills in both and the time. */
const RUN = {
  name: 'run',
  label: 'Run',
  description: 'Id of the training run, as the API answers it',
} as const;
const TRACE = {
  name: 'trace',
  label: 'Trace',
  description: 'Id of its trace, `trace_id` of the run; empty: no waterfall',
} as const;

const found: readonly FoundPanel[] = [
  {
    kind: 'trace',
    title: 'Its trace',
    description:
      'From the request to the stored model, over all processes and attempts, by the id of the trace at the top. Without an id there is nothing here; the spans below know it.',
    width: 24,
    height: 16,
    query: '$trace',
  },
  {
    kind: 'spans',
    title: 'Its attempts and their stages',
    description:
      'Every span of its request and its attempts, by the id of the run: processes, stages, trials of a search, the storing of the model. What is younger than half a minute is not searched.',
    width: 12,
    height: 10,
    query: '{ span.mlops.run.id = "$run" } &>> { }',
  },
  {
    kind: 'logs',
    title: 'Its log lines',
    description: 'What all processes logged of the run or in its trace.',
    width: 12,
    height: 10,
    query: '{service_name=~".+"} | run="$run" or (trace_id="$trace" and trace_id!="")',
  },
];

/** The run's own record has the stages too, with nothing beside the service. */
const RECORD = [
  'The run’s own record, with each attempt and its stages as a tree:',
  '',
  '```',
  'GET /api/ml/v1/training-runs/$run',
  'GET /api/ml/v1/training-runs/$run/trace',
  '```',
];

const inWords: PanelSpec = {
  kind: 'text',
  title: 'Its trace and its log lines',
  description: 'Where they are found without Tempo and Loki.',
  width: 24,
  height: 9,
  markdown: [
    'This Grafana knows no Tempo and no Loki, so neither the trace nor the log lines can be shown here. `COMPOSE_PROFILES=monitoring,tracing ./run.sh up` starts both; runs from then on are found.',
    '',
    ...RECORD,
    '',
    'Its log lines stand on the standard output of API and worker: `./run.sh logs backend worker`, those with `"run":"$run"`.',
  ].join('\n'),
};

const beside: readonly Section[] = [
  {
    title: 'What it used, with whatever ran beside it',
    panels: [{ ...childCpu, width: 12 }, childMemory],
  },
  {
    title: 'What waited and what ran at that time',
    panels: [{ ...queueDepth, title: 'Queue' }, oldestWaiting, runsInTraining],
  },
  {
    title: 'Was the service well?',
    panels: [
      { ...memory, width: 12 },
      { ...eventLoopDelay, width: 12 },
    ],
  },
];

const board = (what: Pick<DashboardSpec, 'sources' | 'texts'>, its: Section): DashboardSpec => ({
  uid: UIDS.run,
  title: 'One training run',
  description: 'What one run did, step by step, what it used, and what else happened at that time.',
  from: 'now-1h',
  variables: 'scrape',
  ...what,
  sections: [its, ...beside],
});

/** Where Grafana has Tempo and Loki. */
export const run: DashboardSpec = board(
  {
    sources: [
      { name: 'traces', label: 'Traces', type: 'tempo' },
      { name: 'logs', label: 'Logs', type: 'loki' },
    ],
    texts: [RUN, TRACE],
  },
  {
    title: 'What it did',
    panels: [
      ...found,
      {
        kind: 'text',
        title: 'Its record',
        description: 'What the API answers of it.',
        width: 24,
        height: 5,
        markdown: RECORD.join('\n'),
      },
    ],
  },
);

/** Where it has neither: panels that ask them would show an error. */
export const runWithoutTraces: DashboardSpec = board(
  { texts: [RUN] },
  { title: 'What it did', panels: [inWords] },
);
