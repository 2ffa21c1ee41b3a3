import { expect, test } from 'vitest';
import { parseParams } from '../../../src/tabular/training/train.ts';

test('known parameters pass, none gives none', () => {
  expect(parseParams({ l2: 2, class_weight: 'balanced' }, 'light')).toEqual({
    l2: 2,
    class_weight: 'balanced',
  });
  expect(parseParams(undefined, 'light')).toEqual({});
});

test.each([
  [{ depth: 3 }, 'light', 'Unknown parameter "depth"'],
  [{ l2: 1 }, 'heavy', 'Unknown parameter "l2"'],
  [{ l2: -1 }, 'light', '"l2" must be a number from 0'],
  [{ l2: Number.NaN }, 'light', '"l2" must be'],
  [{ class_weight: 'heavy' }, 'light', '"none" or "balanced"'],
  [{ target_transform: 'sqrt' }, 'heavy', '"auto" or "none" or "log"'],
  [JSON.parse('{"__proto__": 1}'), 'light', 'Unknown parameter "__proto__"'],
  [[], 'light', 'must be an object'],
  ['l2', 'light', 'must be an object'],
] as const)('%j in mode %s is refused', (params, mode, message) => {
  expect(() => parseParams(params, mode)).toThrow(
    expect.objectContaining({ code: 'bad_params', message: expect.stringContaining(message) }),
  );
});
