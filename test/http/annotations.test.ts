import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { keptModels } from '../support/kept-models.ts';
import { expectProblem } from '../support/problem.ts';

type Json = Record<string, unknown>;

let app: TestApp;
/** One thing of each kind that people can write on: its address, and the list that it stands in. */
let things: { path: string; list: string }[];
let gone: string;
beforeAll(async () => {
  app = await startTestApp();
  const { api } = app;
  const { dataset_id } = await api.uploadFile('wine_train.csv');
  const run = await api.train(dataset_id);
  await keptModels(api).register('wine', run.artifact_id);
  gone = (await api.train(dataset_id)).artifact_id;
  await api.call(`/artifacts/${gone}`, { method: 'DELETE' });
  things = [
    { path: `/datasets/${dataset_id}`, list: '/datasets' },
    { path: `/training-runs/${run.id}`, list: '/training-runs' },
    { path: `/artifacts/${run.artifact_id}`, list: '/artifacts' },
    { path: '/models/wine', list: '/models' },
  ];
});
afterAll(() => app[Symbol.asyncDispose]());

const send = (path: string, patch: unknown, type = 'application/merge-patch+json') =>
  app.api.call(path, {
    method: 'PATCH',
    headers: { 'content-type': type },
    body: typeof patch === 'string' ? patch : JSON.stringify(patch),
  });
const patched = async (path: string, patch: unknown, type?: string) => {
  const answer = await send(path, patch, type);
  expect([path, answer.status]).toEqual([path, 200]);
  const { tags, note } = await app.api.json<Json>(answer);
  return { tags, note };
};
const get = async (path: string) => app.api.json<Json>(await app.api.call(path));
const listed = async (list: string) => (await get(list))['items'] as Json[];

describe('tags and a note', () => {
  test('are there from the start, empty, on all that people can write on', async () => {
    for (const { path, list } of things) {
      expect(await get(path)).toMatchObject({ tags: {}, note: null });
      for (const item of await listed(list)) expect(item).toMatchObject({ tags: {}, note: null });
    }
  });

  test('are changed as a JSON merge patch says: what is not named stays, null takes away', async () => {
    for (const { path } of things) {
      const both = { tags: { team: 'growth', baseline: '' }, note: 'First try.' };
      expect(await patched(path, both)).toEqual(both);
      expect(await patched(path, {})).toEqual(both);
      const other = { tags: { team: null, season: 'été 🌞' } };
      expect(await patched(path, other, 'application/json')).toEqual({
        tags: { baseline: '', season: 'été 🌞' },
        note: 'First try.',
      });
      expect(await patched(path, { note: null, tags: { nothing: null } })).toEqual({
        tags: { baseline: '', season: 'été 🌞' },
        note: null,
      });
      expect(await patched(path, { tags: null })).toEqual({ tags: {}, note: null });
    }
  });

  test('are shown in lists, and change nothing else of what they are written on', async () => {
    for (const { path, list } of things) {
      const before = await get(path);
      const both = { tags: { kept: 'yes' }, note: `Of ${path}` };
      await patched(path, both);
      expect(await get(path)).toEqual({ ...before, ...both });
      const shown = (await listed(`${list}?tag=kept`))[0];
      expect(shown).toMatchObject(both);
    }
  });

  test('find what they are written on: a tag by its key, or with its value; several at once; the note by a part of it', async () => {
    for (const { path, list } of things) {
      await patched(path, { tags: { team: 'a:b', word: '' }, note: 'Needle in %_ hay' });
      const count = async (query: string) => (await listed(`${list}?${query}`)).length;
      for (const query of [
        'tag=team',
        'tag=team:a:b',
        'tag=word',
        'tag=word:',
        'tag=team&tag=word',
        'q=needle',
        'q=%25_',
        'tag=word&q=NEEDLE&sort=created_at',
      ])
        expect([list, query, await count(query)]).toEqual([list, query, 1]);
      for (const query of ['tag=team:a', 'tag=Team', 'tag=team&tag=other', 'tag=word:x', 'q=noodle'])
        expect([list, query, await count(query)]).toEqual([list, query, 0]);
    }
  });

  test('of two people at once are both kept', async () => {
    const { path } = things[0] as { path: string };
    await patched(path, { tags: null });
    const names = Array.from({ length: 12 }, (_, i) => `tag ${i}`);
    await Promise.all(names.map((name) => patched(path, { tags: { [name]: '' } })));
    expect(Object.keys((await get(path))['tags'] as Json).sort()).toEqual(names.toSorted());
    await patched(path, { tags: null });
  });
});

describe('what nobody may write', () => {
  const many = (from: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${from + i}`, '']));

  test('more than 20 tags are refused, and nothing is changed by the request', async () => {
    const { path } = things[0] as { path: string };
    await patched(path, { tags: many(0, 20), note: 'full' });
    const detail = await expectProblem(
      await send(path, { tags: many(20, 1), note: 'more' }),
      409,
      'conflict',
    );
    expect(detail).toBe('There would be 21 tags; at most 20 may be.');
    expect(await get(path)).toMatchObject({ tags: many(0, 20), note: 'full' });
    // One goes, another comes.
    await patched(path, { tags: { t0: null, t20: '' } });
    await patched(path, { tags: null, note: null });
  });

  test.each([
    ['a long key', { tags: { ['k'.repeat(65)]: '' } }, '1 to 64 characters'],
    ['an empty key', { tags: { '': 'x' } }, '1 to 64 characters'],
    ['a key with a colon', { tags: { 'a:b': 'x' } }, 'none of them a colon'],
    ['a long value', { tags: { a: 'v'.repeat(65) } }, 'at most 64 characters'],
    ['a value that is no text', { tags: { a: 1 } }, 'tags.a'],
    ['a line end', { tags: { a: 'b\n' } }, 'at most 64 characters'],
    ['a NUL', { note: 'a\0b' }, 'NUL'],
    ['half a character', { note: '\ud83d' }, 'halves'],
    ['half a character in a tag', '{"tags":{"a":"\\ud83d"}}', 'tags.a'],
    ['a long note', { note: 'n'.repeat(2001) }, '2000'],
    ['another field', { tag: {} }, 'did you mean "tags"?'],
    ['no object', [], 'object'],
  ])('%s', async (_, patch, says) => {
    for (const { path } of things)
      expect(await expectProblem(await send(path, patch), 400, 'invalid_request')).toContain(says);
  });

  test.each([
    '/training-runs?tag=',
    '/datasets?tag=:x',
    `/artifacts?tag=${'k'.repeat(65)}`,
    '/models?tag=%00',
  ])('a tag to ask for that can be none: %s', async (path) => {
    expect(await expectProblem(await app.api.call(path), 400, 'invalid_request')).toContain('tag');
  });

  test('on what is not there, or not any more', async () => {
    const nobody = '01900000-0000-7000-8000-000000000000';
    for (const path of [
      `/datasets/${nobody}`,
      `/training-runs/${nobody}`,
      `/artifacts/${gone}`,
      '/models/none',
    ])
      await expectProblem(await send(path, { note: 'x' }), 404, 'not_found');
    const other = await app.sql
      .updateTable('datasets')
      .set({ owner: 'other' })
      .returning('id')
      .executeTakeFirstOrThrow();
    await expectProblem(await send(`/datasets/${other.id}`, { note: 'x' }), 404, 'not_found');
  });
});
