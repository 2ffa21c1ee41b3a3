import { expect, test } from 'vitest';
import { createModelCache } from '../../../src/domain/model/model-cache.ts';

const KB = 1024;
/** Room for two small models and not for three. */
const SMALL = 300 * KB;

/** A cache of models that are their ids, and the ids in the order they were loaded. */
function cacheOf(maxBytes: number, documentBytes: (id: string) => number = () => 0) {
  const loads: string[] = [];
  const cache = createModelCache(async (_owner, id) => {
    loads.push(id);
    await Promise.resolve();
    return { model: id, documentBytes: documentBytes(id) };
  }, maxBytes);
  const ask = async (...ids: string[]) => {
    for (const id of ids) expect(await cache.get('owner', id)).toBe(id);
  };
  return { cache, loads, ask };
}

test('models are kept up to a limit of bytes, whatever their number; the least recently used leave', async () => {
  const { loads, ask } = cacheOf(SMALL);
  await ask('a', 'b', 'a', 'c', 'a');
  expect(loads).toEqual(['a', 'b', 'c']);
  await ask('b');
  expect(loads).toEqual(['a', 'b', 'c', 'b']);

  const many = cacheOf(20_000 * KB);
  const ids = Array.from({ length: 100 }, (_, i) => `${i}`);
  await many.ask(...ids, ...ids);
  expect(many.loads).toEqual(ids);
});

test('a large model takes the place of many, one larger than the limit answers and takes nobody’s', async () => {
  const sizes: Record<string, number> = { large: 50 * KB, huge: 100 * KB };
  const { loads, ask } = cacheOf(SMALL, (id) => sizes[id] ?? 0);
  await ask('a', 'b', 'huge', 'a', 'b', 'huge');
  expect(loads).toEqual(['a', 'b', 'huge', 'huge']);
  await ask('large', 'large', 'a');
  expect(loads.slice(4)).toEqual(['large', 'a']);
});

test('who asks while a model loads waits for the same load; a failure is not kept', async () => {
  let fail = true;
  let loads = 0;
  const cache = createModelCache(async () => {
    loads++;
    await Promise.resolve();
    if (fail) throw new Error('not now');
    return { model: 'm', documentBytes: 0 };
  });
  const both = await Promise.allSettled([cache.get('o', 'm'), cache.get('o', 'm')]);
  expect([loads, both.map(({ status }) => status)]).toEqual([1, ['rejected', 'rejected']]);
  fail = false;
  expect(await Promise.all([cache.get('o', 'm'), cache.get('o', 'm')])).toEqual(['m', 'm']);
  expect(loads).toBe(2);
});

test('a model that is forgotten, also while it loads, is loaded anew; owners are told apart', async () => {
  const { cache, loads, ask } = cacheOf(SMALL);
  const loading = cache.get('owner', 'a');
  cache.forget('a');
  expect(await loading).toBe('a');
  await ask('a', 'a');
  expect(loads).toEqual(['a', 'a']);
  cache.forget('a');
  await ask('a');
  expect(loads).toEqual(['a', 'a', 'a']);
  await cache.get('another', 'a');
  expect(loads).toHaveLength(4);
  cache.forget('');
  await ask('a');
  expect(loads).toHaveLength(5);
});
