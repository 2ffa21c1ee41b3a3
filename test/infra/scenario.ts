import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { childProcesses } from '../support/children.ts';
import { eventually } from '../support/client.ts';
import { keptModels } from '../support/kept-models.ts';
import { noisyTable } from '../support/noisy-table.ts';
import type { Service } from '../support/service.ts';

/** What was done to the service, counted by the one who did it. */
export interface Tally {
  readonly uploads: Record<string, number>;
  readonly uploadedBytes: number;
  readonly refusals: Record<string, number>;
  /** `mode outcome` → runs. */
  readonly runs: Record<string, number>;
  readonly failures: Record<string, number>;
  readonly retries: Record<string, number>;
  readonly predictedRows: Record<string, number>;
  /** What was told of predictions, by what became of it. */
  readonly outcomes: Record<string, number>;
  /** Of what stands under the name of a model. */
  readonly changes: Record<string, number>;
  readonly filesMissing: number;
  /** `METHOD status route` → answers; the route is empty for unknown paths. */
  readonly answers: Record<string, number>;
}

const count = (tally: Record<string, number>, key: string, by = 1) => {
  tally[key] = (tally[key] ?? 0) + by;
};

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const NAME = 'wine';
const ALIAS = 'production';
const routeOf = (path: string): string =>
  (path.split('?')[0] ?? '')
    .replaceAll(UUID, ':id')
    .replace(`/models/${NAME}`, '/models/:name')
    .replace(`@${ALIAS}`, '@:alias')
    .replace(`/aliases/${ALIAS}`, '/aliases/:alias');

/** Counts every answer that this process gets from a service by `fetch`. */
function countAnswers(origin: string, answers: Record<string, number>): Disposable {
  const listen = (message: unknown) => {
    const { request: sent, response } = message as {
      request: { origin: string; method: string; path: string };
      response: { statusCode: number };
    };
    if (sent.origin !== origin || sent.path === '/metrics') return;
    const unknown = response.statusCode === 404 && !/[0-9a-f-]{36}/.test(sent.path);
    count(answers, `${sent.method} ${response.statusCode} ${unknown ? '' : routeOf(sent.path)}`);
  };
  subscribe('undici:request:headers', listen);
  return { [Symbol.dispose]: () => unsubscribe('undici:request:headers', listen) };
}

/** An upload whose sender hangs up halfway. */
async function hangUp(origin: string): Promise<void> {
  const upload = request(`${origin}/api/ml/v1/datasets/upload?name=cut.csv`, { method: 'POST' });
  const gone = new Promise<void>((resolve) => {
    upload.on('error', () => {}).on('close', () => resolve());
  });
  await new Promise<void>((resolve) => {
    upload.write(`a,b\n${'1,2\n'.repeat(1000)}`, () => resolve());
  });
  upload.destroy();
  await gone;
}

/** Settings under which the scenario meets every kind of refusal, and datasets expire within seconds. */
export const SCENARIO_SETTINGS = {
  MAX_UPLOAD_BYTES: '2000000',
  DATASET_TTL_DAYS: String(20 / 86_400),
  // Several scrapes long, so that what has expired is seen before it is removed.
  DATASET_TTL_CHECK_INTERVAL_SEC: '5',
};

/**
 * Everything that the dashboards show, once or more: uploads stored and refused, runs that succeed, fail, are
 * cancelled and are tried again, models that are kept, promoted and rolled back, predictions, clients that hang up or ask for nonsense, a storage that breaks, and
 * datasets that expire, one of them without its file.
 *
 * @param scraped waits for the next scrape: a rate sees a series grow only from its second sample on, and series
 *   whose labels have no closed set begin with their first event
 */
export async function playScenario(
  service: Service,
  storageRoot: string,
  scraped: () => Promise<void>,
): Promise<Tally> {
  const { api, origin } = service;
  const tally = {
    uploads: {} as Record<string, number>,
    uploadedBytes: 0,
    refusals: {} as Record<string, number>,
    runs: {} as Record<string, number>,
    failures: {} as Record<string, number>,
    retries: {} as Record<string, number>,
    predictedRows: {} as Record<string, number>,
    outcomes: {} as Record<string, number>,
    changes: {} as Record<string, number>,
    filesMissing: 0,
    answers: {} as Record<string, number>,
  };
  using _ = countAnswers(origin, tally.answers);

  const upload = async (name: string, body: string, mode = 'light') => {
    const dataset = await api.upload(name, body, mode);
    count(tally.uploads, mode);
    tally.uploadedBytes += Buffer.byteLength(body);
    return dataset.dataset_id;
  };
  const table = async (name: string) => readFile(new URL(`../data/${name}`, import.meta.url), 'utf8');
  const refused = async (reason: string, body: string | Buffer, mode = 'light') => {
    const { status } = await api.uploadRaw('refused.csv', body, mode);
    if (status < 400) throw new Error(`an upload that is ${reason} was stored`);
    count(tally.refusals, reason);
  };
  const started = async (dataset: string, mode: string, options: Record<string, unknown> = {}) => {
    const answer = await api.post('/training-runs', { dataset_id: dataset, mode, ...options });
    if (answer.status !== 202) throw new Error(await answer.text());
    count(tally.runs, `${mode} started`);
    return (await api.json<{ id: string }>(answer)).id;
  };
  const ended = async (id: string, mode: string, status: string) => {
    const run = await api.ended(id);
    if (run.status !== status)
      throw new Error(`the run ended as ${run.status}: ${JSON.stringify(run['error'])}`);
    count(
      tally.runs,
      `${mode} ${{ succeeded: 'success', failed: 'failure', cancelled: 'cancelled' }[status]}`,
    );
    return run;
  };

  // A storage that breaks: uploads that were in order end in a 5xx. First, while there is nothing that could expire.
  const objects = join(storageRoot, 'objects');
  await rename(objects, `${objects}.away`);
  await writeFile(objects, 'in the way');
  for (let i = 0; i < 3; i++) {
    await refused('storage', 'a,b\n1,2\n3,4\n');
    await scraped();
  }
  await rm(objects);
  await rename(`${objects}.away`, objects);

  // Runs that succeed, in both modes and tasks, and predictions with their models.
  const wine = await table('wine_train.csv');
  const diabetes = await table('diabetes_train.csv');
  const trained = async (name: string, text: string, mode: string) =>
    ended(await started(await upload(name, text, mode), mode), mode, 'succeeded');
  const classifier = await trained('wine.csv', wine, 'light');
  const regressor = await trained('diabetes.csv', diabetes, 'light');
  await scraped();
  const newer = await trained('wine.csv', wine, 'light');
  await trained('diabetes.csv', diabetes, 'light');

  // Models that are kept: one is promoted, and rolled back.
  const kept = keptModels(api);
  for (const { artifact_id } of [classifier, newer]) await kept.register(NAME, artifact_id);
  for (const version of [1, 2, 1]) await kept.promote(NAME, ALIAS, version);
  count(tally.changes, 'version_registered', 2);
  for (const change of ['alias_assigned', 'alias_promoted', 'alias_rolled_back'])
    count(tally.changes, change);
  const rowsOf = (text: string, rows: number) => {
    const [header = '', ...lines] = text.trim().split('\n');
    const names = header.split(',');
    return lines
      .slice(0, rows)
      .map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i] ?? '', Number(cell)])));
  };
  // None of these is what was predicted.
  const actual = { classification: '2', regression: 1 };
  const tellOutcomes = async (model: string, ids: readonly string[], task: keyof typeof actual) => {
    const outcomes = ids.map((prediction_id) => ({ prediction_id, actual: actual[task] }));
    const answer = await api.post(`/${model}/feedback`, { outcomes });
    const { accepted } = (await answer.json()) as { accepted: number };
    count(tally.outcomes, 'accepted', accepted);
  };
  for (const round of ['first', 'second']) {
    for (const [model, task, rows] of [
      // In both rounds together enough to tell how far the inputs have drifted.
      [`models/${NAME}@${ALIAS}`, 'classification', Array(50).fill(rowsOf(wine, 5)).flat()],
      [`artifacts/${regressor.artifact_id}`, 'regression', rowsOf(diabetes, 3)],
    ] as const) {
      const answer = await api.post(`/${model}/predict`, { rows, keep: true });
      if (answer.status !== 200) throw new Error(`the ${round} prediction: ${await answer.text()}`);
      count(tally.predictedRows, task, rows.length);
      const { prediction_ids } = (await answer.json()) as { prediction_ids: string[] };
      await tellOutcomes(model.replace(/@.*/, ''), prediction_ids.slice(0, 3), task);
    }
    await scraped();
  }

  // A run whose trainer is killed is tried again; one is cancelled; one cannot succeed.
  const noise = await upload('noise.csv', noisyTable(), 'heavy');
  const killed = await started(noise, 'heavy', { params: { max_trials: 2 } });
  await eventually(async () => (await api.run(killed))['progress_details'] !== null);
  for (const trainer of await childProcesses('trainer.child.ts', service.process.pid))
    process.kill(trainer, 'SIGKILL');
  count(tally.retries, 'trainer_crashed');
  await ended(killed, 'heavy', 'succeeded');
  const cancelled = await started(noise, 'heavy');
  await eventually(async () => (await api.run(cancelled)).status === 'running');
  await (await api.post(`/training-runs/${cancelled}/cancel`, {})).text();
  await ended(cancelled, 'heavy', 'cancelled');
  const oneClass = await upload('one-class.csv', `a,target\n${'1,x\n2,x\n'.repeat(20)}`);
  await ended(await started(oneClass, 'light'), 'light', 'failed');
  count(tally.failures, 'single_class');

  // Uploads that are no good.
  await refused('empty', '');
  await refused('bad_format', Buffer.from('89504e470d0a1a0a', 'hex'), 'heavy');
  await refused('too_few_rows', 'a,b\n1,2\n');
  await refused('too_many_empty', `a,b\n${',\n'.repeat(5)}1,2\n`);
  // Small on the wire, so that it has been sent before the answer comes.
  await refused('too_large', gzipSync(`a,b\n${'1,2\n'.repeat(600_000)}`));
  await hangUp(origin);
  count(tally.refusals, 'aborted');
  count(tally.answers, 'POST 499 /api/ml/v1/datasets/upload');

  // Questions, some of them pointless.
  for (const path of ['/datasets', '/artifacts', '/metrics/summary', '/api/health', '/nowhere']) {
    await (await api.call(path)).text();
  }
  await scraped();
  await (await api.call('/nowhere')).text();

  // A dataset loses its file before it expires.
  const before = new Set(await readdir(join(objects, 'datasets')));
  await upload('lost.csv', 'a,b\n1,2\n3,4\n');
  const [own] = (await readdir(join(objects, 'datasets'))).filter((name) => !before.has(name));
  await rm(join(objects, 'datasets', own ?? ''));
  tally.filesMissing += 1;
  await eventually(async () => {
    const page = await api.json<{ items: unknown[] }>(await api.call('/datasets'));
    return page.items.length === 0;
  });
  return tally;
}
