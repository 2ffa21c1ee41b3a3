import { expect, test } from 'vitest';
import { ChildError, type ChildFailure } from '../../../src/adapters/process/child-error.ts';
import { ObjectNotFound, StorageError } from '../../../src/adapters/storage/storage.ts';
import { failureOf } from '../../../src/domain/training/outcome.ts';
import { AppError } from '../../../src/errors.ts';

const LIMITS = { timeoutSeconds: 0.5, memoryLimitMb: 256 };
const SECRET = '/srv/data/secret.csv: select * from datasets at run.ts:12';

test.each<[ChildFailure, string, string | undefined]>([
  ['timeout', 'timeout', undefined],
  ['out_of_memory', 'out_of_memory', undefined],
  ['crashed', 'trainer_crashed', 'trainer_crashed'],
  ['killed', 'trainer_crashed', 'trainer_crashed'],
  ['killed_for_memory', 'trainer_crashed', 'trainer_crashed'],
  ['failed', '_OTHER', '_OTHER'],
])('a trainer that ended with %s fails the run as %s, retried for %s', (failure, type, retry) => {
  const outcome = failureOf(new ChildError(failure, SECRET), LIMITS);
  expect([outcome.type, outcome.retry]).toEqual([type, retry]);
});

test.each<[string, unknown, string, string | undefined]>([
  [
    'a dataset that is gone',
    new AppError('not_found', 'There is no such dataset.'),
    'dataset_missing',
    undefined,
  ],
  ['a file that is gone', new ObjectNotFound(), 'dataset_missing', undefined],
  ['data that cannot be read', new AppError('bad_format', 'Line 3.'), 'dataset_unreadable', undefined],
  ['a storage that fails', new StorageError(), 'storage', 'storage'],
  ['anything else', new Error(SECRET), '_OTHER', '_OTHER'],
])('%s is told apart', (_what, error, type, retry) => {
  const outcome = failureOf(error, LIMITS);
  expect([outcome.type, outcome.retry]).toEqual([type, retry]);
});

test('the words name the limit that was hit, and never what only the log may hold', () => {
  const words = (failure: ChildFailure) => failureOf(new ChildError(failure, SECRET), LIMITS).message;
  expect(words('timeout')).toContain('0.5 seconds');
  expect(words('out_of_memory')).toContain('256 MB');
  for (const failure of [
    'timeout',
    'out_of_memory',
    'crashed',
    'killed',
    'killed_for_memory',
    'failed',
  ] as const)
    expect(words(failure)).not.toMatch(/secret|select|run\.ts/);
  expect(failureOf(new Error(SECRET), LIMITS).message).not.toMatch(/secret|select|run\.ts/);
});
