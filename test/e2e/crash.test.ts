import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eventually } from '../support/client.ts';
import { sample } from '../support/exposition.ts';
import { keptModels } from '../support/kept-models.ts';
import { noisyTable } from '../support/noisy-table.ts';
import { seededRandom } from '../support/random.ts';
import { rounds } from '../support/rounds.ts';
import { type Service, startService } from '../support/service.ts';
import { usedRoot } from '../support/used-root.ts';

/** How often each crash is made, one after the other on the same data. */
const ROUNDS = rounds(1);
/** How long after something has begun the process is killed. */
const random = seededRandom();

interface Listed {
  dataset_id: string;
  sha256: string;
}

const objects = async (root: string, kind: string): Promise<string[]> =>
  (await readdir(join(root, 'objects', kind)).catch(() => [])).sort();

async function listAll<Item>(service: Service, path: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor = '';
  do {
    const query = cursor && `&cursor=${cursor}`;
    const page = await service.api.json<{ items: Item[]; next_cursor: string | null }>(
      await service.api.call(`${path}?limit=100${query}`),
    );
    items.push(...page.items);
    cursor = page.next_cursor ?? '';
  } while (cursor);
  return items;
}

// At once: most of each is waiting until the queue misses the process that was killed.
const kill = (service: Service) => service.stop('SIGKILL');

test.concurrent('kill -9 during uploads: what was acknowledged is whole, and of the rest nothing stays', async () => {
  await using root = await usedRoot();
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round++) {
    await using service = await startService(root.path);
    // One upload that is surely cut off in the middle …
    const cutOff = request(`${service.origin}/api/ml/v1/datasets/upload?name=big.csv`, { method: 'POST' });
    cutOff.on('error', () => {});
    cutOff.write(`a,b\n${'1,2\n'.repeat(100_000)}`);
    // … while others are sent one after the other until the process dies.
    const sending = (async () => {
      for (let i = 0; ; i++) {
        const text = `a,b\n${round},${i}\n3,4\n`;
        const dataset = await service.api.upload('small.csv', text);
        acknowledged.set(dataset.dataset_id, createHash('sha256').update(text).digest('hex'));
      }
    })().catch(() => {});
    const before = acknowledged.size;
    await eventually(async () => acknowledged.size >= before + 2);
    await delay(random() * 200);
    await kill(service);
    await sending;
  }

  await using service = await startService(root.path);
  const listed = await listAll<Listed>(service, '/datasets');
  const ids = listed.map((dataset) => dataset.dataset_id);
  for (const id of acknowledged.keys()) expect(ids).toContain(id);
  expect(await objects(root.path, 'datasets')).toEqual([...ids].sort());
  for (const { dataset_id, sha256 } of listed) {
    const bytes = Buffer.from(
      await (await service.api.call(`/datasets/${dataset_id}/download`)).arrayBuffer(),
    );
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  }
  const text = await service.api.metrics();
  expect(sample(text, 'mlops_backend_dataset_uploads_total', { mode: 'light' })).toBe(0);
  expect(sample(text, 'mlops_backend_datasets')).toBe(listed.length);
});

test.concurrent('kill -9 during training: the run is made again and ends, and leaves one model', async () => {
  await using root = await usedRoot();
  let dataset: { dataset_id: string };
  {
    await using service = await startService(root.path);
    dataset = await service.api.upload('noise.csv', noisyTable());
    expect(await service.stop()).toBe(0);
  }
  for (let round = 0; round < ROUNDS; round++) {
    let id: string;
    {
      await using service = await startService(root.path, { MAX_MODEL_ARTIFACTS: '1' });
      const body = { dataset_id: dataset.dataset_id, mode: 'heavy', params: { max_trials: 2 } };
      id = (await service.api.json<{ id: string }>(await service.api.post('/training-runs', body))).id;
      await eventually(async () => (await service.api.run(id)).status === 'running');
      await delay(random() * 300);
      await kill(service);
    }
    await using service = await startService(root.path, { MAX_MODEL_ARTIFACTS: '1' });
    const run = await service.api.ended(id);
    expect(run).toMatchObject({ status: 'succeeded', attempt: 2 });
    // Counted once it is stored, which others may hear of before.
    const success = { mode: 'heavy', outcome: 'success', task: 'classification' };
    const text = await eventually(async () => {
      const scraped = await service.api.metrics();
      return sample(scraped, 'mlops_backend_training_runs_total', success) === 1 && scraped;
    });
    expect(
      sample(text, 'mlops_backend_training_retries_total', { mode: 'heavy', reason: 'worker_lost' }),
    ).toBe(1);
    expect(sample(text, 'mlops_backend_training_queue_depth', { state: 'running' })).toBe(0);
    expect(await service.stop()).toBe(0);
    for (const object of await objects(root.path, 'artifacts')) expect(object).toContain(run.artifact_id);
  }
});

test.concurrent('kill -9 during a clean-up: the next one finishes it', async () => {
  await using root = await usedRoot();
  for (let round = 0; round < ROUNDS; round++) {
    {
      await using service = await startService(root.path);
      for (let i = 0; i < 8; i++) await service.api.upload(`${i}.csv`, `a,b\n1,${i}\n3,4\n`);
      await service.stop();
    }
    const env = {
      DATASET_TTL_DAYS: '0.000001',
      DATASET_TTL_CHECK_INTERVAL_SEC: '1',
      DATASET_TTL_BATCH_LIMIT: '3',
    };
    {
      await using service = await startService(root.path, env);
      await delay(random() * 100);
      await kill(service);
    }
    await using service = await startService(root.path, env);
    await eventually(
      async () => sample(await service.api.metrics(), 'mlops_backend_dataset_ttl_expired_datasets') === 0,
    );
    await eventually(async () => (await objects(root.path, 'datasets')).length === 0);
    expect(await listAll(service, '/datasets')).toEqual([]);
  }
});

interface Line {
  change: string;
  from_version: number | null;
  to_version: number | null;
}

/** What a history comes to, and that no line of it is missing: each begins where the one before ended. */
function replay(lines: readonly Line[]) {
  const versions = new Set<number>();
  let production: number | undefined;
  for (const { change, from_version, to_version } of lines) {
    if (change === 'version_registered') versions.add(to_version as number);
    else if (change === 'version_removed') versions.delete(from_version as number);
    else {
      expect(from_version).toBe(production ?? null);
      production = to_version as number;
    }
  }
  return { versions, production };
}

test.concurrent('kill -9 while models are registered, promoted and removed: what stands under the name is what its history says', async () => {
  await using root = await usedRoot();
  const artifacts: string[] = [];
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await using service = await startService(root.path);
    const { register, promote } = keptModels(service.api);
    if (round === 0) {
      const { dataset_id } = await service.api.uploadFile('wine_train.csv');
      for (const seed of [1, 2]) {
        const { artifact_id } = await service.api.train(dataset_id, { seed });
        artifacts.push(artifact_id);
        await register('wine', artifact_id);
        acknowledged.push(`registered ${seed}`);
      }
    }
    const changing = (async () => {
      for (let i = 0; ; i++) {
        const [one, other] = i % 2 ? artifacts : artifacts.toReversed();
        const { version } = (await register('wine', one as string)) as { version: number };
        acknowledged.push(`registered ${version}`);
        await promote('wine', 'production', version);
        acknowledged.push(`promoted ${version}`);
        const { version: last } = (await register('wine', other as string)) as { version: number };
        await service.api.call(`/models/wine/versions/${last}`, { method: 'DELETE' });
      }
    })().catch(() => {});
    const before = acknowledged.length;
    await eventually(async () => acknowledged.length >= before + 4);
    await delay(random() * 100);
    await kill(service);
    await changing;
  }

  await using service = await startService(root.path);
  const lines = (await listAll<Line>(service, '/models/wine/history')).reverse();
  const { versions, production } = replay(lines);
  const listed = await listAll<{ version: number }>(service, '/models/wine/versions');
  expect(listed.map(({ version }) => version).reverse()).toEqual([...versions]);
  expect(await service.api.json(await service.api.call('/models/wine'))).toMatchObject({
    aliases: { production },
  });
  const told = lines.map(({ change, to_version }) =>
    change === 'version_registered' ? `registered ${to_version}` : `promoted ${to_version}`,
  );
  for (const change of acknowledged) expect(told).toContain(change);
});
