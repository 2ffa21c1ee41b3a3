import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dataFile } from '../../test/support/client.ts';
import { startService } from '../../test/support/service.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { type Measured, over, type Part } from '../part.ts';
import { quantile } from '../statistics.ts';

const TABLE = 'wine_train.csv';

async function timed<T>(times: number[], work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  times.push(performance.now() - start);
  return result;
}

export const part: Part = {
  about:
    'The tour of the README, again and again: an upload of 9 kB, light training on its 133 rows from the request to the end, a table of one row to predict, one after the other. To tell a slow machine from a slow service, each is put beside the start of a Node process that does nothing.',
  async run({ quick }): Promise<Measured> {
    const rounds = quick ? 2 : 10;
    const perRound = quick ? 5 : 30;
    await using root = await storageRoot();
    await using service = await startService(root.path);
    const { api } = service;
    const bytes = await readFile(dataFile(TABLE));
    const [header, row] = (await readFile(dataFile('wine_test.csv'), 'utf8')).split('\n');
    const oneRow = `${header}\n${row}\n`;

    const times = () =>
      ({ node: [], upload: [], train: [], begin: [], predict: [] }) as Record<Work, number[]>;
    type Work = 'node' | 'upload' | 'train' | 'begin' | 'predict';
    const once = async (took: Record<Work, number[]>) => {
      await timed(took.node, async () => spawnSync(process.execPath, ['--eval', '0']));
      const dataset = await timed(took.upload, () => api.upload(TABLE, bytes));
      const request = { dataset_id: dataset.dataset_id, mode: 'light' };
      const { id } = await timed(took.train, async () => {
        const queued = await api.json<{ id: string }>(await api.post('/training-runs', request));
        await (await api.call(`/training-runs/${queued.id}/events`)).text();
        return queued;
      });
      const run = await api.run(id);
      if (run.status !== 'succeeded') throw new Error(JSON.stringify(run));
      took.begin.push(Date.parse(run['started_at'] as string) - Date.parse(run['queued_at'] as string));
      const predicted = await timed(took.predict, async () => {
        const init = { method: 'POST', body: oneRow, headers: { 'content-type': 'text/csv' } };
        const response = await api.call(`/artifacts/${run.artifact_id}/predict`, init);
        return { status: response.status, text: await response.text() };
      });
      if (predicted.status !== 200) throw new Error(predicted.text);
    };
    for (let i = 0; i < 3; i++) await once(times());
    const all: Record<Work, number[]>[] = [];
    for (let round = 0; round < rounds; round++) {
      const took = times();
      for (let i = 0; i < perRound; i++) await once(took);
      all.push(took);
    }
    const at = (work: Work, share: number) => all.map((took) => quantile(took[work], share));
    const beside = (work: Work) =>
      ({
        name: `${work} p50 / start of Node`,
        better: 'lower',
        values: over(at(work, 0.5), at('node', 0.5)),
      }) as const;
    return {
      figures: [
        { name: 'start of Node p50', unit: 'ms', values: at('node', 0.5) },
        { name: 'upload of 9 kB p50', unit: 'ms', values: at('upload', 0.5), aim: { atMost: 40 } },
        { name: 'upload of 9 kB p99', unit: 'ms', values: at('upload', 0.99), aim: { atMost: 120 } },
        { name: 'light training p50', unit: 'ms', values: at('train', 0.5), aim: { atMost: 120 } },
        { name: 'request to start of work p50', unit: 'ms', values: at('begin', 0.5), aim: { atMost: 10 } },
        { name: 'table of one row p50', unit: 'ms', values: at('predict', 0.5), aim: { atMost: 30 } },
      ],
      ratios: [beside('upload'), beside('train'), beside('predict')],
    };
  },
};
