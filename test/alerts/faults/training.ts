import { type Fault, mendedBy, together } from '../fault.ts';
import { every, trainModel, wineRows } from '../load.ts';
import { longRun, trainersOf, waitingRun } from './runs.ts';

/** Runs that come to nothing, and models that are asked about something else. */
export const trainingFaults: readonly Fault[] = [
  {
    name: 'Trainers are killed again and again',
    how: 'SIGKILL to every trainer as soon as it is there; runs are asked for all the time',
    world: { load: false },
    expected: ['TrainingRetriesStorm', 'TrainingWithoutSuccess', 'TrainingFailureRatioHigh'],
    async make(world) {
      return together(
        every(8000, () => waitingRun(world)),
        every(100, async () => {
          for (const pid of await trainersOf(world)) process.kill(pid, 'SIGKILL');
        }),
      );
    },
  },
  {
    name: 'Nearly every run is refused',
    how: 'runs on a table with one class only',
    world: { load: false },
    expected: ['TrainingFailureRatioHigh'],
    async make(world) {
      const [api] = world.apis;
      const { dataset_id } = await api!.api.upload('one-class.csv', `a,target\n${'1,x\n2,x\n'.repeat(20)}`);
      return every(4000, () => api!.api.post('/training-runs', { dataset_id, mode: 'light' }));
    },
  },
  {
    name: 'A run waits too long',
    how: 'the only trainer is held (SIGSTOP) for more than an hour, the limit of a run being raised; another run waits',
    world: { load: false, env: { TRAINING__TIMEOUT_SEC: '3600' } },
    expected: ['TrainingQueueOld'],
    async make(world) {
      const run = await longRun(world);
      await waitingRun(world);
      return run;
    },
  },
  {
    name: 'A model is asked about something else',
    how: 'predictions for rows far from those it was trained on',
    world: { load: false, workers: 1 },
    expected: ['ModelInputDrift'],
    async make(world) {
      const [api] = world.apis;
      const model = await trainModel(api!.api);
      const ask = (rows: object[]) => api!.api.post(`/artifacts/${model}/predict`, { rows });
      const far = wineRows(600).map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value * 10])),
      );
      await (await ask(far)).text();
      // It goes when the window holds the usual rows alone again.
      return mendedBy(async () => {
        for (let i = 0; i < 12; i++) await (await ask(wineRows(1000))).text();
      });
    },
  },
  {
    name: 'Predictions turn out to be wrong',
    how: 'outcomes are sent back, each another class than predicted',
    world: { load: false, workers: 1 },
    expected: ['LiveQualityBelowTraining'],
    async make(world) {
      const [api] = world.apis;
      const { json, post } = api!.api;
      const artifact = `/artifacts/${await trainModel(api!.api)}`;
      const tell = async (name: string, count: number, outcomeOf: (predicted: string) => string) => {
        const keys = Array.from({ length: count }, (_, i) => `${name} ${i}`);
        const answer = await post(`${artifact}/predict`, { rows: wineRows(count), keys });
        const { predictions } = await json<{ predictions: string[] }>(answer);
        const outcomes = keys.map((key, i) => ({ key, actual: outcomeOf(predictions[i] ?? '') }));
        await (await post(`${artifact}/feedback`, { outcomes })).text();
      };
      await tell('wrong', 200, (predicted) => (predicted === '0' ? '1' : '0'));
      // It goes when most of what is told lately was right.
      return mendedBy(() => tell('right', 6000, (predicted) => predicted));
    },
  },
];
