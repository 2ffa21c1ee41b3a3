import { sql } from 'kysely';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { objectLeases } from '../../../../src/adapters/storage/leases.ts';
import { openLocalStorage } from '../../../../src/adapters/storage/local.ts';
import { createChangeName } from '../../../../src/domain/model/registry/change.ts';
import { getModel } from '../../../../src/domain/model/registry/model.ts';
import { createRegistry } from '../../../../src/domain/model/registry/registry.ts';
import {
  describeModel,
  getModelVersion,
  listHistory,
  listModels,
  listVersions,
} from '../../../../src/domain/model/registry/repository.ts';
import { createRemoveArtifact } from '../../../../src/domain/model/remove.ts';
import { getArtifact, pruneArtifacts } from '../../../../src/domain/model/repository.ts';
import { createInstruments } from '../../../../src/telemetry/instruments/instruments.ts';
import { insertArtifact } from '../../../support/artifacts.ts';
import { type TestDatabase, testDatabase } from '../../../support/database.ts';
import { startTestMeter } from '../../../telemetry/test-meter.ts';

let shared: TestDatabase;
let meter: ReturnType<typeof startTestMeter>;
let registry: ReturnType<typeof createRegistry>;
let changeName: ReturnType<typeof createChangeName>;
let leases: ReturnType<typeof objectLeases>;
const log: Record<string, unknown>[] = [];
beforeAll(async () => {
  shared = await testDatabase();
  meter = startTestMeter('mlops.backend');
  const logger = pino({ base: null }, { write: (line) => log.push(JSON.parse(line)) });
  const deps = {
    ...shared.db,
    db: shared.db.sql,
    metrics: createInstruments('mlops.backend').models,
    logger,
  };
  registry = createRegistry(deps);
  changeName = createChangeName(deps);
  leases = objectLeases(shared.db.sql, await openLocalStorage(shared.root, 0), logger);
});
afterAll(() => shared[Symbol.asyncDispose]());

const db = () => shared.db.sql;
const page = { limit: 100 };
const register = async (owner: string, name: string) => {
  const artifactId = await insertArtifact(db(), owner);
  const { version } = await registry.register(owner, name, { artifactId });
  return { artifactId, version: version.version };
};
const history = async (owner: string, name: string, limit = 100) =>
  (await listHistory(db(), owner, name, { limit })).items;
const prune = (owner: string, keep: number) =>
  db()
    .transaction()
    .execute((trx) => pruneArtifacts(trx, leases, owner, keep));
const artifactsOf = async (owner: string) =>
  (await db().selectFrom('artifacts').select('id').where('owner', '=', owner).orderBy('id').execute()).map(
    ({ id }) => id,
  );
const code = (code: string) => expect.objectContaining({ code });

test('nobody sees, calls or changes what another has under the same name', async () => {
  const { artifactId } = await register('anna', 'churn');
  await registry.aliases.set('anna', 'churn', 'production', 1);
  const { version } = await register('ben', 'churn');
  expect(version).toBe(1);

  const at = { alias: 'production' };
  const call = (owner: string) => registry.withModel(owner, { name: 'churn', at }, async (found) => found);
  expect(await call('anna')).toEqual({ version: 1, artifactId });
  await expect(call('ben')).rejects.toEqual(code('not_found'));
  await expect(registry.register('ben', 'churn', { artifactId })).rejects.toEqual(code('not_found'));
  const [{ run_id }] = (await db()
    .selectFrom('artifacts')
    .select('run_id')
    .where('id', '=', artifactId)
    .execute()) as [{ run_id: string }];
  await expect(registry.register('ben', 'churn', { runId: run_id })).rejects.toEqual(code('not_found'));
  await registry.remove.model('ben', 'churn');
  expect((await history('ben', 'churn')).map(({ change }) => change)).toEqual([
    'model_removed',
    'version_registered',
  ]);
  for (const attempt of [
    () => describeModel(db(), 'ben', 'churn'),
    () => listVersions(db(), 'ben', 'churn', page),
    () => getModelVersion(db(), 'ben', 'churn', 1),
    () => listHistory(db(), 'carl', 'churn', page),
    () => registry.aliases.set('ben', 'churn', 'production', 1),
    () => registry.aliases.remove('ben', 'churn', 'production'),
    () => registry.remove.version('ben', 'churn', 1),
    () => registry.remove.model('ben', 'churn'),
  ])
    await expect(attempt()).rejects.toEqual(code('not_found'));
  expect((await listModels(db(), 'ben', page)).items).toEqual([]);
  expect(await describeModel(db(), 'anna', 'churn')).toMatchObject({
    versions: 1,
    aliases: { production: 1 },
  });
});

test('promotions at once: each takes effect by itself, and the history is one line after the other', async () => {
  for (let i = 0; i < 4; i++) await register('dora', 'churn');
  const wanted = Array.from({ length: 24 }, (_, i) => (i % 4) + 1);
  await Promise.all(wanted.map((version) => registry.aliases.set('dora', 'churn', 'production', version)));
  const lines = (await history('dora', 'churn')).filter(({ alias }) => alias === 'production').reverse();
  for (const [i, line] of lines.entries()) {
    expect(line.from_version).toBe(lines[i - 1]?.to_version ?? null);
    const { from_version: from, to_version: to } = line;
    const change =
      from === null ? 'alias_assigned' : (to as number) > from ? 'alias_promoted' : 'alias_rolled_back';
    expect(line).toMatchObject({ change, by: 'dora' });
  }
  const { aliases } = await describeModel(db(), 'dora', 'churn');
  expect(aliases).toEqual({ production: lines.at(-1)?.to_version });
});

test('versions at once: each has a number of its own, and the same model has one', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => register('emil', 'churn')));
  expect(all.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const artifactId = await insertArtifact(db(), 'emil');
  const same = await Promise.all(
    Array.from({ length: 8 }, () => registry.register('emil', 'churn', { artifactId })),
  );
  expect(same.map(({ version }) => version.version)).toEqual(Array(8).fill(9));
  expect(same.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(await describeModel(db(), 'emil', 'churn')).toMatchObject({ versions: 9, latestVersion: 9 });
});

test('a change that fails in the middle leaves nothing: no alias, no line, no count', async () => {
  await register('fred', 'churn');
  const before = await meter.scrape();
  const change = { change: 'alias_assigned', alias: 'production', to: 1 } as const;
  const counted = { change: 'alias_assigned' };
  await expect(
    changeName('fred', 'churn', async ({ trx, note }) => {
      const { id } = await getModel(trx, 'fred', 'churn');
      await trx
        .insertInto('model_aliases')
        .values({ model_id: id, alias: 'production', version: 1 })
        .execute();
      await note(change);
      throw new Error('broken');
    }),
  ).rejects.toThrow('broken');
  expect(await describeModel(db(), 'fred', 'churn')).toMatchObject({ aliases: {} });
  expect(await history('fred', 'churn')).toHaveLength(1);
  const metric = 'mlops_backend_model_changes_total';
  expect((await meter.scrape()).value(metric, counted)).toBe(before.value(metric, counted));
});

test('each change is counted by its kind, and logged with who, from and to', async () => {
  const metric = 'mlops_backend_model_changes_total';
  const changes = ['alias_assigned', 'alias_promoted', 'alias_rolled_back', 'alias_removed'] as const;
  const count = async () => {
    const exposition = await meter.scrape();
    return changes.map((change) => exposition.value(metric, { change }) ?? 0);
  };
  const before = await count();
  for (let i = 0; i < 2; i++) await register('gina', 'churn');
  for (const version of [1, 2, 1, 1]) await registry.aliases.set('gina', 'churn', 'production', version);
  await registry.aliases.remove('gina', 'churn', 'production');
  expect((await count()).map((value, i) => value - (before[i] as number))).toEqual([1, 1, 1, 1]);
  const lines = log.filter(({ by }) => by === 'gina').map(({ level: _, time: __, ...line }) => line);
  const line = { model: 'churn', by: 'gina', msg: 'model changed' };
  expect(lines).toEqual([
    { ...line, change: 'version_registered', to: 1 },
    { ...line, change: 'version_registered', to: 2 },
    { ...line, change: 'alias_assigned', alias: 'production', to: 1 },
    { ...line, change: 'alias_promoted', alias: 'production', from: 1, to: 2 },
    { ...line, change: 'alias_rolled_back', alias: 'production', from: 2, to: 1 },
    { ...line, change: 'alias_removed', alias: 'production', from: 1 },
  ]);
});

describe('the retention', () => {
  test('removes the oldest that nothing holds, with a word in their runs, and none of another owner', async () => {
    const others = await insertArtifact(db(), 'hans');
    const held = await register('ida', 'churn');
    const free = [];
    for (let i = 0; i < 4; i++) free.push(await insertArtifact(db(), 'ida'));
    await prune('ida', 2);
    expect(await artifactsOf('ida')).toEqual([held.artifactId, ...free.slice(2)]);
    expect(await artifactsOf('hans')).toEqual([others]);
    const runs = await db()
      .selectFrom('training_runs')
      .select(['artifact_id', 'removed_artifact_id', 'artifact_removed_by'])
      .where('owner', '=', 'ida')
      .orderBy('id')
      .execute();
    const kept = (id: string) => ({ artifact_id: id, removed_artifact_id: null, artifact_removed_by: null });
    const gone = (id: string) => ({
      artifact_id: null,
      removed_artifact_id: id,
      artifact_removed_by: 'retention',
    });
    expect(runs).toEqual([kept(held.artifactId), ...free.slice(0, 2).map(gone), ...free.slice(2).map(kept)]);
    await expect(getArtifact(db(), 'ida', free[0] as string)).rejects.toEqual(code('gone'));
    await expect(getArtifact(db(), 'hans', free[0] as string)).rejects.toEqual(code('not_found'));
  });

  test('does not take a model that is becoming a version at the same time', async () => {
    const artifacts: string[] = [];
    for (let i = 0; i < 16; i++) artifacts.push(await insertArtifact(db(), 'jana'));
    const registering = artifacts.map((artifactId) =>
      registry.register('jana', 'churn', { artifactId }).then(
        () => artifactId,
        (error: unknown) => expect(error).toEqual(code('gone')),
      ),
    );
    const [registered] = await Promise.all([
      Promise.all(registering),
      ...Array.from({ length: 6 }, () => prune('jana', 1)),
    ]);
    const { items } = await listVersions(db(), 'jana', 'churn', page);
    const versions = items.map(({ artifact }) => artifact.id);
    expect(versions.sort()).toEqual(registered.filter((id) => typeof id === 'string').sort());
    const left = await artifactsOf('jana');
    for (const id of versions) expect(left).toContain(id);
  });

  test('waits for nobody: what somebody is about to hold is left for the next time', async () => {
    const old = await insertArtifact(db(), 'karl');
    await insertArtifact(db(), 'karl');
    const locked = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const holding = db()
      .transaction()
      .execute(async (trx) => {
        await trx.selectFrom('artifacts').select('id').where('id', '=', old).forUpdate().execute();
        locked.resolve();
        await end.promise;
      });
    await locked.promise;
    await prune('karl', 1);
    expect(await artifactsOf('karl')).toContain(old);
    end.resolve();
    await holding;
    await prune('karl', 1);
    expect(await artifactsOf('karl')).not.toContain(old);
  });
});

test('a model is either made a version or removed, never both, whoever asks at the same time', async () => {
  const removeArtifact = createRemoveArtifact({ db: db(), leases, forget: () => {} });
  for (let i = 0; i < 10; i++) {
    const artifactId = await insertArtifact(db(), 'lena');
    const [made, removed] = await Promise.allSettled([
      registry.register('lena', 'churn', { artifactId }),
      removeArtifact('lena', artifactId),
    ]);
    const failed = [made, removed].filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(failed).toHaveLength(1);
    expect(failed[0]?.reason).toEqual(code(made.status === 'rejected' ? 'not_found' : 'conflict'));
    expect((await artifactsOf('lena')).includes(artifactId)).toBe(made.status === 'fulfilled');
  }
});

test('a call whose version is removed under it goes on with what the alias stands for now', async () => {
  const first = await register('mara', 'churn');
  const second = await register('mara', 'churn');
  await registry.aliases.set('mara', 'churn', 'production', 1);
  const removeArtifact = createRemoveArtifact({ db: db(), leases, forget: () => {} });
  const called: string[] = [];
  const address = { name: 'churn', at: { alias: 'production' } };
  await registry.withModel('mara', address, async ({ artifactId }) => {
    called.push(artifactId);
    if (called.length === 1) {
      await registry.aliases.set('mara', 'churn', 'production', 2);
      await registry.remove.version('mara', 'churn', 1);
      await removeArtifact('mara', artifactId);
    }
    await getArtifact(db(), 'mara', artifactId);
  });
  expect(called).toEqual([first.artifactId, second.artifactId]);
});

describe('there may be', () => {
  test('a thousand names of an owner, however many are asked for at once', async () => {
    await sql`
      insert into models (id, owner, name, created_at)
      select gen_random_uuid(), 'nora', 'name-' || i, now() from generate_series(1, 998) i`.execute(db());
    const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => register('nora', name)));
    const refused = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.map(({ reason }) => reason)).toEqual([code('conflict'), code('conflict')]);
    expect((await register('otto', 'a')).version).toBe(1);
    expect((await register('nora', 'name-7')).version).toBe(1);
  });

  test('a thousand versions of a name', async () => {
    const { artifactId: first } = await register('paul', 'churn');
    await sql`
      insert into artifacts
      select (json_populate_record(first, json_build_object(
        'id', gen_random_uuid(), 'run_id', gen_random_uuid(), 'storage_key', 'copy ' || i))).*
      from artifacts first, generate_series(2, 1000) i where first.id = ${first}::uuid`.execute(db());
    await sql`
      insert into model_versions (model_id, version, artifact_id, created_at)
      select model.id, row_number() over () + 1, artifact.id, now() from models model, artifacts artifact
      where model.owner = 'paul' and artifact.owner = 'paul' and artifact.id <> ${first}::uuid`.execute(db());
    await db().updateTable('model_names').set({ last_version: 1000 }).where('owner', '=', 'paul').execute();
    const artifactId = await insertArtifact(db(), 'paul');
    await expect(registry.register('paul', 'churn', { artifactId })).rejects.toEqual(code('conflict'));
    await registry.remove.version('paul', 'churn', 500);
    expect((await registry.register('paul', 'churn', { artifactId })).version.version).toBe(1001);
  });

  test('twenty aliases of a name', async () => {
    await register('rosa', 'churn');
    const set = (alias: string) => registry.aliases.set('rosa', 'churn', alias, 1);
    for (let i = 0; i < 20; i++) await set(`alias-${i}`);
    await expect(set('alias-20')).rejects.toEqual(code('conflict'));
    await registry.aliases.remove('rosa', 'churn', 'alias-7');
    expect((await set('alias-20')).aliases).toHaveLength(20);
  });

  test('a thousand lines of a history: the oldest go', async () => {
    await register('sara', 'churn');
    await sql`
      insert into model_history (owner, name, at, by, change, to_version)
      select 'sara', 'churn', now(), 'sara', 'alias_assigned', i from generate_series(1, 1200) i`.execute(
      db(),
    );
    await registry.aliases.set('sara', 'churn', 'production', 1);
    const lines = await history('sara', 'churn', 2000);
    expect(lines).toHaveLength(1000);
    expect(lines[0]).toMatchObject({ alias: 'production' });
    expect(lines.at(-1)).toMatchObject({ to_version: 202 });
  });
});

test('a cursor is of its list', async () => {
  const cursor = Buffer.from(uuidv7(), 'latin1').toString('base64url');
  await register('tina', 'churn');
  await expect(listHistory(db(), 'tina', 'churn', { limit: 5, cursor })).rejects.toEqual(
    code('invalid_request'),
  );
});
