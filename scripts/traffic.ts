/**
 * Mixed traffic against a running service, so that the dashboards have something to show; `--help` says how to ask.
 *
 * Uploads good and bad tables, trains in both modes, cancels now and then, keeps its models under names of its own,
 * promotes and rolls back, predicts, tells how some of what was predicted came out, looks around, and removes the oldest
 * of its own datasets and models. All that is its own is called `traffic-…`. It ends by itself after the given time.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const USAGE = `npm run traffic -- [--minutes 5] [--origin http://127.0.0.1:8000] [--key KEY]

  --minutes  how long it goes on
  --origin   where the service is
  --key      the bearer key, where the service asks for one

Uploads, trains, predicts, tells outcomes and looks around, under names of its own that begin with "traffic-".
`;

function options() {
  try {
    return parseArgs({
      options: {
        origin: { type: 'string', default: 'http://127.0.0.1:8000' },
        minutes: { type: 'string', default: '5' },
        key: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`traffic: ${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const values = options();
if (values.help) {
  process.stdout.write(USAGE);
  process.exit();
}
if (!(Number(values.minutes) > 0)) {
  process.stderr.write(`traffic: --minutes must be a number above 0\n\n${USAGE}`);
  process.exit(2);
}
const base = `${values.origin}/api/ml/v1`;
const headers: Record<string, string> =
  values.key === undefined ? {} : { authorization: `Bearer ${values.key}` };
const end = Date.now() + Number(values.minutes) * 60_000;

const KEPT_DATASETS = 20;
/** Of each name. */
const KEPT_VERSIONS = 3;
const MAX_COLUMNS = 12;
const random = (low: number, high: number) => low + Math.random() * (high - low);
const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)];

type Kind = 'regression' | 'classification';
interface Dataset {
  readonly id: string;
  readonly kind: Kind;
  readonly columns: number;
}
interface Model {
  readonly id: string;
  readonly of: Dataset;
}
const datasets: Dataset[] = [];
/** The newest models, which are still there. */
const models: Model[] = [];
/** Kinds of which a model is in production. */
const inProduction = new Set<Kind>();
const nameOf = (kind: Kind) => `/models/traffic-${kind}`;

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(base + path, {
    ...init,
    headers: { ...headers, ...(init.headers as Record<string, string>) },
  });
}
const post = (path: string, body: unknown, method = 'POST') =>
  call(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** What becomes of a row: a number that depends on its cells, or one of three names. */
function outcomeOf(cells: readonly number[], kind: Kind): number | string {
  const sum = cells.reduce((total, cell, i) => total + cell / (i + 1), random(-0.3, 0.3));
  if (kind === 'regression') return Number(sum.toFixed(4));
  return sum < -0.4 ? 'low' : sum < 0.4 ? 'middle' : 'high';
}
const cellsOf = (columns: number) => Array.from({ length: columns }, () => random(-1, 1));

/** A table whose last column is what became of the others. */
function table(rows: number, columns: number, kind: Kind): string {
  const lines = [[...Array.from({ length: columns }, (_, i) => `x${i}`), 'target'].join(',')];
  for (let row = 0; row < rows; row++) {
    const cells = cellsOf(columns);
    lines.push([...cells.map((cell) => cell.toFixed(4)), outcomeOf(cells, kind)].join(','));
  }
  return `${lines.join('\n')}\n`;
}

const send = (name: string, body: string, mode: string) =>
  call(`/datasets/upload?mode=${mode}&name=${name}`, { method: 'POST', body });

async function upload(): Promise<void> {
  const columns = Math.round(random(3, MAX_COLUMNS));
  const kind = Math.random() < 0.5 ? 'regression' : 'classification';
  const body = table(Math.round(10 ** random(2, 4.3)), columns, kind);
  const answer = await send(`traffic-${kind}.csv`, body, Math.random() < 0.8 ? 'light' : 'heavy');
  if (answer.status !== 201) return;
  const { dataset_id } = (await answer.json()) as { dataset_id: string };
  datasets.push({ id: dataset_id, kind, columns });
  if (datasets.length > KEPT_DATASETS) {
    const oldest = datasets.shift();
    if (oldest !== undefined) await call(`/datasets/${oldest.id}`, { method: 'DELETE' });
  }
}

async function uploadNonsense(): Promise<void> {
  const nonsense = [
    '',
    'a,b\n1,2\n',
    `a,b\n${',\n'.repeat(9)}1,2\n`,
    '\u0000\u0001\u0002',
    'a,a\n1,2\n3,4\n',
  ];
  await send('traffic-nonsense.csv', pick(nonsense) ?? '', 'light');
}

async function train(): Promise<void> {
  const dataset = pick(datasets);
  if (dataset === undefined) return;
  const heavy = Math.random() < 0.2;
  const answer = await post('/training-runs', {
    dataset_id: dataset.id,
    mode: heavy ? 'heavy' : 'light',
    ...(heavy ? { params: { max_trials: 2, time_budget_seconds: 5 } } : {}),
  });
  if (answer.status !== 202) return;
  const { id } = (await answer.json()) as { id: string };
  if (Math.random() < 0.06) await post(`/training-runs/${id}/cancel`, {});
  // Followed aside: others go on meanwhile.
  void follow(id, dataset).catch(report);
}

async function follow(id: string, dataset: Dataset): Promise<void> {
  await (await call(`/training-runs/${id}/events`)).text();
  const run = (await (await call(`/training-runs/${id}`)).json()) as { artifact_id: string | null };
  if (run.artifact_id !== null) await keep({ id: run.artifact_id, of: dataset });
}

interface Version {
  readonly version: number;
  readonly aliases: readonly string[];
  readonly artifact_id: string;
}

async function versionsOf(kind: Kind): Promise<Version[]> {
  const answer = await call(`${nameOf(kind)}/versions?limit=100`);
  return answer.status === 200 ? ((await answer.json()) as { items: Version[] }).items : [];
}

const setAlias = (kind: Kind, alias: string, version: number) =>
  post(`${nameOf(kind)}/aliases/${alias}`, { version }, 'PUT');

/**
 * At once: a model that no name holds counts among the newest that are kept, and would push out one that is not ours.
 */
async function keep(model: Model): Promise<void> {
  const { kind } = model.of;
  const answer = await post(`${nameOf(kind)}/versions`, { artifact_id: model.id });
  if (answer.status !== 201) return;
  const { version } = (await answer.json()) as Version;
  models.push(model);
  if (models.length > KEPT_VERSIONS) models.shift();
  const alias = inProduction.has(kind) && Math.random() < 0.3 ? 'staging' : 'production';
  if ((await setAlias(kind, alias, version)).status === 200 && alias === 'production') inProduction.add(kind);
  for (const old of (await versionsOf(kind))
    .slice(KEPT_VERSIONS)
    .filter(({ aliases }) => aliases.length === 0)) {
    await call(`${nameOf(kind)}/versions/${old.version}`, { method: 'DELETE' });
    await call(`/artifacts/${old.artifact_id}`, { method: 'DELETE' });
  }
}

async function rollBack(): Promise<void> {
  const kind = pick([...inProduction]);
  if (kind === undefined) return;
  const former = pick(await versionsOf(kind));
  if (former !== undefined) await setAlias(kind, 'production', former.version);
}

/** One class only: a run that cannot succeed. */
async function trainNonsense(): Promise<void> {
  const answer = await send('traffic-one-class.csv', `a,target\n${'1,x\n2,x\n'.repeat(20)}`, 'light');
  if (answer.status !== 201) return;
  const { dataset_id } = (await answer.json()) as { dataset_id: string };
  await post('/training-runs', { dataset_id, mode: 'light' });
}

async function predict(): Promise<void> {
  const kind = pick([...inProduction]);
  if (kind === undefined) return;
  // More columns than most models have: the others are ignored.
  await post(`${nameOf(kind)}@production/predict`, { rows: someRows().map(asRow) });
}

const someRows = () => Array.from({ length: Math.ceil(random(0, 40)) }, () => cellsOf(MAX_COLUMNS));
const asRow = (cells: readonly number[]) => Object.fromEntries(cells.map((cell, i) => [`x${i}`, cell]));

/** How what a model predicted came out, for half of the rows; of the others nobody hears. */
async function predictAndTell(): Promise<void> {
  const model = pick(models);
  if (model === undefined) return;
  const rows = someRows();
  const answer = await post(`/artifacts/${model.id}/predict`, { rows: rows.map(asRow), keep: true });
  if (answer.status !== 200) return;
  const { prediction_ids } = (await answer.json()) as { prediction_ids: readonly string[] };
  const outcomes = rows.flatMap((cells, i) =>
    Math.random() < 0.5
      ? []
      : [
          {
            prediction_id: prediction_ids[i],
            actual: outcomeOf(cells.slice(0, model.of.columns), model.of.kind),
          },
        ],
  );
  if (outcomes.length > 0) await post(`/artifacts/${model.id}/feedback`, { outcomes });
}

const look = async () => {
  const places = [
    '/datasets',
    '/training-runs',
    '/artifacts',
    '/models',
    '/metrics/summary',
    '/metrics/trends',
    '/nowhere',
  ];
  await call(pick(places) ?? '/datasets');
};

const ACTIONS: readonly (readonly [weight: number, action: () => Promise<void>])[] = [
  [12, upload],
  [2, uploadNonsense],
  [12, train],
  [1, trainNonsense],
  [1, rollBack],
  [28, predict],
  [12, predictAndTell],
  [33, look],
];
const TOTAL = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);

function chooseAction(): () => Promise<void> {
  let rest = random(0, TOTAL);
  return (
    ACTIONS.find(([weight]) => {
      rest -= weight;
      return rest < 0;
    })?.[1] ?? look
  );
}

let failures = 0;
/** The service may be down for a while; that is part of the picture. */
function report(error: unknown): void {
  failures += 1;
  if (failures === 1) process.stderr.write(`traffic: ${String(error)}; going on\n`);
}

while (Date.now() < end) {
  await chooseAction()().catch(report);
  // Waves of three minutes between a busy and a quiet service.
  const wave = 1 + Math.sin((Date.now() / 180_000) * 2 * Math.PI);
  await delay(random(20, 150 + 350 * wave));
}
process.stdout.write(`traffic: done, ${failures} requests got no answer\n`);
