import { childProcesses } from '../../support/children.ts';
import { eventually } from '../../support/client.ts';
import { hold } from '../../support/hold.ts';
import { noisyTable } from '../../support/noisy-table.ts';
import { mendedBy } from '../fault.ts';
import type { World } from '../world.ts';

/** Runs that last, wait, break off or are asked for in vain. */

const trainersByWorker = (world: World): Promise<number[][]> =>
  Promise.all(world.workers.map(({ process }) => childProcesses('trainer.child', process.pid)));

export const trainersOf = async (world: World): Promise<number[]> => (await trainersByWorker(world)).flat();

async function ask(world: World, options: Record<string, unknown>): Promise<string> {
  const [api] = world.apis;
  if (!api) throw new Error('nobody to ask');
  const { dataset_id } = await api.api.upload('noise.csv', noisyTable({ rows: 2000, columns: 10 }), 'heavy');
  const response = await api.api.post('/training-runs', { dataset_id, mode: 'heavy', ...options });
  return (await api.api.json<{ id: string }>(response)).id;
}

/** A run in training that lasts as long as it is held: its worker's trainers are stopped. */
export async function longRun(world: World): Promise<AsyncDisposable> {
  await ask(world, { params: { max_trials: 1 } });
  const trainers = await eventually(async () =>
    // Where one is at work there is another that stands by.
    (await trainersByWorker(world)).find((found) => found.length > 1),
  );
  const held = hold(trainers);
  return mendedBy(async () => held[Symbol.dispose]());
}

export const waitingRun = (world: World): Promise<string> => ask(world, { params: { max_trials: 1 } });
