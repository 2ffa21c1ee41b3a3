import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PREDICTED } from '../../bench/tour/example.ts';
import { type Client, eventually, type Run } from '../support/client.ts';
import { type EmbeddedServer, embeddedServer } from '../support/embedded-server.ts';
import { sample } from '../support/exposition.ts';
import { keptModels } from '../support/kept-models.ts';
import { noisyTable } from '../support/noisy-table.ts';
import { type Service, startService } from '../support/service.ts';
import { usedRoot } from '../support/used-root.ts';

/** Three APIs and two workers on one embedded server, which the first of them owns. */
let stack: AsyncDisposableStack;
let apis: readonly [Service, Service, Service];
let workers: readonly Service[];
let startWorker: () => Promise<Service>;
let server: EmbeddedServer;

const SETTINGS = { MAX_MODEL_ARTIFACTS: '0', TRAINING__MAX_RETRIES: '10' };
const HEAVY = { mode: 'heavy', params: { max_trials: 2 } };

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  const { path } = stack.use(await usedRoot());
  const start = async (role: string) => stack.use(await startService(path, { ROLE: role, ...SETTINGS }));
  const owner = await start('api');
  startWorker = () => start('worker');
  const [second, third, ...both] = await Promise.all([
    start('api'),
    start('api'),
    startWorker(),
    startWorker(),
  ]);
  apis = [owner, second, third];
  workers = both;
  server = embeddedServer(path);
});

afterAll(() => stack.disposeAsync());

const isAlive = ({ process }: Service) => process.exitCode === null && process.signalCode === null;
const allAlive = () => [...apis, ...workers].filter((service) => !isAlive(service));

const isReady = async ({ api }: Service) =>
  (await api.call('/api/ready').catch(() => undefined))?.status === 200;

const allReady = () =>
  eventually(async () => (await Promise.all([...apis, ...workers].map(isReady))).every(Boolean));

const counted = async (by: readonly Service[], name: string, labels: Record<string, string>) => {
  const texts = await Promise.all(by.map(({ api }) => api.metrics()));
  return texts.reduce((sum, text) => sum + (sample(text, name, labels) ?? 0), 0);
};

/** The end of a run as an event stream tells it; a stream that a fault cuts off is opened again. */
async function ended(api: Client, id: string): Promise<Run> {
  return eventually(async () => {
    const run = await api.ended(id).catch(() => undefined);
    return run && !['queued', 'running'].includes(run.status) && run;
  }, 300);
}

/** What clients were told is done, while they upload and train as long as the load lasts. */
interface Load {
  readonly datasets: Map<string, string>;
  readonly runs: Set<string>;
  /** Answers that were no success, by status; 0: no answer. */
  readonly refused: Map<number, number>;
  stop(): Promise<void>;
}

function startLoad(): Load {
  const datasets = new Map<string, string>();
  const runs = new Set<string>();
  const refused = new Map<number, number>();
  let isOver = false;
  const refuse = (status: number) => refused.set(status, (refused.get(status) ?? 0) + 1);

  const client = async ({ api }: Service, number: number) => {
    for (let i = 0; !isOver; i++) {
      const rows = Array.from({ length: 40 }, (_, row) => `${row},${(row * 7 + number) % 11},${row % 2}`);
      const text = `a,b,target\n${rows.join('\n')}\n${number},${i},1\n`;
      try {
        const upload = await api.uploadRaw(`load-${number}.csv`, text);
        const body = await api.json<{ dataset_id: string }>(upload);
        if (upload.status !== 201) {
          refuse(upload.status);
          continue;
        }
        datasets.set(body.dataset_id, createHash('sha256').update(text).digest('hex'));
        const requested = await api.post('/training-runs', { dataset_id: body.dataset_id, mode: 'light' });
        const run = await api.json<{ id: string }>(requested);
        if (requested.status === 202) runs.add(run.id);
        else refuse(requested.status);
      } catch {
        refuse(0);
      }
    }
  };
  const clients = apis.map(client);
  return {
    datasets,
    runs,
    refused,
    async stop() {
      isOver = true;
      await Promise.all(clients);
    },
  };
}

async function modelsOf(runs: readonly string[]): Promise<number> {
  const ids = runs.map((id) => `'${id}'`).join(', ');
  const [row] = await server.query<{ models: number }>(
    `select count(*)::int models from artifacts where run_id in (${ids})`,
  );
  return row!.models;
}

const SUCCESSES = 'mlops_backend_training_runs_total';
const success = (mode: string) => ({ mode, outcome: 'success', task: 'classification' });

/** Nothing that was acknowledged is lost: every dataset whole, every run ended once, with one model if it succeeded. */
async function expectNothingLost(load: Load): Promise<void> {
  const { api } = apis[0];
  for (const [id, sha256] of load.datasets) {
    const download = await api.call(`/datasets/${id}/download`);
    const bytes = Buffer.from(await download.arrayBuffer());
    expect([id, createHash('sha256').update(bytes).digest('hex')]).toEqual([id, sha256]);
  }
  for (const id of load.runs) expect(await ended(api, id)).toMatchObject({ id, status: 'succeeded' });
  const models = await modelsOf([...load.runs]);
  expect(models).toBe(load.runs.size);
  expect(allAlive()).toEqual([]);
  console.log(
    `${load.datasets.size} datasets and ${load.runs.size} runs acknowledged, refused by status:`,
    Object.fromEntries(load.refused),
  );
}

test('uploaded on one API, trained by a worker at the request of another, followed and called on a third', async () => {
  const [one, two, three] = apis;
  const before = await counted(workers, SUCCESSES, success('light'));
  const dataset = await one.api.uploadFile('wine_train.csv');
  const run = await two.api.train(dataset.dataset_id);
  expect(run.status).toBe('succeeded');
  const events = await (await three.api.call(`/training-runs/${run.id}/events`)).text();
  expect(events).toContain('"status":"succeeded"');
  const predicted = await three.api.post(`/artifacts/${run.artifact_id}/predict`, { rows: [PREDICTED] });
  expect(await three.api.json(predicted)).toMatchObject({ predictions: ['0'] });
  expect(await counted(workers, SUCCESSES, success('light'))).toBe(before + 1);
});

test('a model removed on one API is gone on the others', async () => {
  const [one, two] = apis;
  const dataset = await one.api.uploadFile('wine_train.csv');
  const { artifact_id } = await one.api.train(dataset.dataset_id);
  const rows = { rows: [Object.fromEntries(Array.from({ length: 13 }, (_, f) => [`f${f}`, 1]))] };
  expect((await two.api.post(`/artifacts/${artifact_id}/predict`, rows)).status).toBe(200);
  expect((await one.api.call(`/artifacts/${artifact_id}`, { method: 'DELETE' })).status).toBe(200);
  await eventually(
    async () => (await two.api.post(`/artifacts/${artifact_id}/predict`, rows)).status === 404,
  );
});

test('a promotion on one API holds for the next prediction of every other, and none fails meanwhile', async () => {
  const [one, ...others] = apis;
  const kept = keptModels(one.api);
  const dataset = await one.api.uploadFile('wine_train.csv');
  for (const seed of [1, 2, 3])
    await kept.register('wine', (await one.api.train(dataset.dataset_id, { seed })).artifact_id);
  await kept.promote('wine', 'production', 1);
  /** What the alias stood for, one after the other; the first `known` of them were acknowledged. */
  const promoted = [1];
  let known = 1;
  let isOver = false;
  const rows = { rows: [Object.fromEntries(Array.from({ length: 13 }, (_, f) => [`f${f}`, 1]))] };
  const predict = async ({ api }: Service) => {
    const before = known;
    const answer = await api.post('/models/wine@production/predict', rows);
    const version = Number(answer.headers.get('model-version'));
    expect([answer.status, await answer.json()]).toEqual([
      200,
      expect.objectContaining({ predictions: [expect.any(String)] }),
    ]);
    expect(promoted.slice(before - 1)).toContain(version);
    return version;
  };
  let answers = 0;
  const load = apis.map(async (service) => {
    for (; !isOver; answers++) await predict(service);
  });
  for (const version of [2, 3, 1, 3, 2, 1, 2, 1, 3, 2]) {
    promoted.push(version);
    await kept.promote('wine', 'production', version);
    known = promoted.length;
    expect(await Promise.all(others.map(predict))).toEqual([version, version]);
    const enough = answers + 6;
    await eventually(async () => answers >= enough);
  }
  isOver = true;
  await Promise.all(load);
});

test('promotions asked of several APIs at once are made one after the other', async () => {
  const [{ api }] = apis;
  const wanted = Array.from({ length: 12 }, (_, i) => ({
    service: apis[i % 3] as Service,
    version: (i % 2) + 1,
  }));
  await Promise.all(
    wanted.map(({ service, version }) => keptModels(service.api).promote('wine', 'production', version)),
  );
  const { items } = await api.json<{ items: { from_version: number; to_version: number }[] }>(
    await api.call('/models/wine/history?limit=100'),
  );
  const moves = items.filter(({ from_version }) => from_version !== null).reverse();
  for (const [i, { to_version }] of moves.slice(0, -1).entries())
    expect(moves[i + 1]?.from_version).toBe(to_version);
  const { aliases } = await api.json<{ aliases: object }>(await api.call('/models/wine'));
  expect(aliases).toEqual({ production: moves.at(-1)?.to_version });
});

test('a run cancelled on one API ends on a worker and on the stream of another API', async () => {
  const [one, two, three] = apis;
  const dataset = await one.api.upload('noise.csv', noisyTable());
  const { id } = await one.api.json<Run>(
    await one.api.post('/training-runs', { dataset_id: dataset.dataset_id, ...HEAVY }),
  );
  await eventually(async () => (await one.api.run(id)).status === 'running');
  const stream = three.api.ended(id);
  const asked = performance.now();
  expect((await two.api.call(`/training-runs/${id}/cancel`, { method: 'POST' })).status).toBe(202);
  expect((await stream).status).toBe('cancelled');
  console.log(`cancelled after ${Math.round(performance.now() - asked)} ms`);
});

test('a worker killed in the middle of a run: another makes it again, once', async () => {
  const [{ api }] = apis;
  const dataset = await api.upload('noise.csv', noisyTable());
  const { id } = await api.json<Run>(
    await api.post('/training-runs', { dataset_id: dataset.dataset_id, ...HEAVY }),
  );
  const started = (worker: Service) =>
    worker.log.some((entry) => entry['msg'] === 'training started' && entry['run'] === id);
  const victim = await eventually(async () => workers.find(started));
  const others = workers.filter((worker) => worker !== victim);
  const before = await counted(others, SUCCESSES, success('heavy'));
  await victim.stop('SIGKILL');
  expect(await ended(api, id)).toMatchObject({ status: 'succeeded', attempt: 2 });
  const retries = 'mlops_backend_training_retries_total';
  expect(await counted(others, retries, { mode: 'heavy', reason: 'worker_lost' })).toBe(1);
  expect(await counted(others, SUCCESSES, success('heavy'))).toBe(before + 1);
  expect(await modelsOf([id])).toBe(1);
  workers = [...others, await startWorker()];
});

test('the server crashes and starts again under load: nothing acknowledged is lost, every process survives', async () => {
  const load = startLoad();
  await eventually(async () => load.runs.size >= 6);
  server.crash();
  await eventually(async () => load.refused.size > 0);
  await allReady();
  const before = load.runs.size;
  await eventually(async () => load.runs.size >= before + 6);
  await load.stop();
  await expectNothingLost(load);
});

test('backends ended by pg_terminate_backend under load: nothing acknowledged is lost, every process survives', async () => {
  const load = startLoad();
  for (let round = 0; round < 5; round++) {
    const before = load.runs.size;
    await eventually(async () => load.runs.size >= before + 2);
    await server.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
  }
  await allReady();
  const before = load.runs.size;
  await eventually(async () => load.runs.size >= before + 2);
  await load.stop();
  await expectNothingLost(load);
});

test('connections exhausted under load: 503, not 500, and all goes on when there are some again', async () => {
  const load = startLoad();
  await eventually(async () => load.runs.size >= 3);
  const held = [await server.connect()];
  /** Takes every connection that is free, many at a time: whoever lost one wants it back. */
  const takeAll = async () => {
    for (;;) {
      const asked = await Promise.allSettled(Array.from({ length: 20 }, () => server.connect()));
      const got = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      held.push(...got);
      if (got.length === 0) return;
    }
  };
  await takeAll();
  await eventually(async () => {
    await held[0]?.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name <> 'test'`,
    );
    await takeAll();
    return (await apis[1].api.call('/datasets')).status === 503;
  });
  await Promise.all(held.map((client) => client.end()));
  await allReady();
  const before = load.runs.size;
  await eventually(async () => load.runs.size >= before + 3);
  await load.stop();
  expect([...load.refused.keys()].filter((status) => status === 500)).toEqual([]);
  await expectNothingLost(load);
});
