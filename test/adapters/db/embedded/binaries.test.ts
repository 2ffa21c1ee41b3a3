import { expect, test } from 'vitest';
import { findBinaries } from '../../../../src/adapters/db/embedded/binaries.ts';

test('a machine for which there is no server is told to name one', () => {
  expect(() => findBinaries('solaris-sparc')).toThrow(
    'there is no embedded database for this machine (solaris-sparc): set DATABASE_URL to a PostgreSQL server',
  );
});
