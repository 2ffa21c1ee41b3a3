import { expect, test } from 'vitest';
import { sharedRead } from '../../../../src/domain/model/registry/shared-read.ts';

/** A reader whose reads end when told to. */
function held() {
  const reads: { key: string; end: PromiseWithResolvers<string> }[] = [];
  const read = sharedRead((key: string) => {
    const end = Promise.withResolvers<string>();
    reads.push({ key, end });
    return end.promise;
  });
  return { reads, read };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('whoever asks while a read is under way gets one that began after, together with all others who do', async () => {
  const { reads, read } = held();
  const first = read('a');
  const late = [read('a'), read('a')];
  expect(reads).toHaveLength(1);
  reads[0]?.end.resolve('before');
  expect(await first).toBe('before');
  await settled();
  expect(reads).toHaveLength(2);
  const later = read('a');
  reads[1]?.end.resolve('after');
  expect(await Promise.all(late)).toEqual(['after', 'after']);
  await settled();
  reads[2]?.end.resolve('at last');
  expect(await later).toBe('at last');
  void read('a');
  expect(reads).toHaveLength(4);
});

test('keys do not wait for each other, and a read that fails holds up nobody', async () => {
  const { reads, read } = held();
  const failing = read('a');
  const next = read('a');
  void read('b');
  expect(reads.map(({ key }) => key)).toEqual(['a', 'b']);
  reads[0]?.end.reject(new Error('away'));
  await expect(failing).rejects.toThrow('away');
  await settled();
  reads[2]?.end.resolve('back');
  expect(await next).toBe('back');
});
