import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { expect, test } from 'vitest';
import type { Schema } from '../../src/adapters/db/schema.ts';
import { listDatasets } from '../../src/domain/dataset/repository.ts';
import { listArtifacts } from '../../src/domain/model/repository.ts';
import { qualityTrends } from '../../src/domain/training/quality.ts';
import { listRuns } from '../../src/domain/training/repository.ts';

/** What may be megabytes for a single row. */
const DOCUMENTS = /"metrics"|"profile"|"card"|"evaluation"/;

test('lists, trends and the summary read no whole document: no metrics, no profile, no card', async () => {
  const asked: string[] = [];
  await using db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (own) => new PostgresIntrospector(own),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query }) => {
      asked.push(query.sql);
    },
  });
  const page = { limit: 20 };
  await listDatasets(db, 'local', page);
  await listRuns(db, 'local', page);
  await listArtifacts(db, 'local', page);
  await qualityTrends(db, { owner: 'local', limit: 20 });
  expect(asked).toHaveLength(4);
  expect(asked.filter((statement) => DOCUMENTS.test(statement))).toEqual([]);
});
