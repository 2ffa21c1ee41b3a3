import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { up as initial } from './migrations/001-initial.ts';
import { up as runWaiting } from './migrations/002-run-waiting.ts';
import { up as listColumns } from './migrations/003-list-columns.ts';
import { up as runRetention } from './migrations/004-run-retention.ts';
import { up as growth } from './migrations/005-growth.ts';
import { up as trainingAttempts } from './migrations/006-training-attempts.ts';
import { up as models } from './migrations/007-models.ts';
import { up as warnings } from './migrations/008-warnings.ts';
import { up as evaluation } from './migrations/009-evaluation.ts';
import { up as listIndexes } from './migrations/010-list-indexes.ts';
import { up as validationDatasets } from './migrations/011-validation-datasets.ts';
import { up as inputCounts } from './migrations/012-input-counts.ts';
import { up as keptPredictions } from './migrations/013-kept-predictions.ts';
import { up as tags } from './migrations/014-tags.ts';
import { up as qualityByDataset } from './migrations/015-quality-by-dataset.ts';
import { up as keptProbabilities } from './migrations/016-kept-probabilities.ts';
import type { Schema } from './schema.ts';

const MIGRATIONS = {
  '001-initial': { up: initial },
  '002-run-waiting': { up: runWaiting },
  '003-list-columns': { up: listColumns },
  '004-run-retention': { up: runRetention },
  '005-growth': { up: growth },
  '006-training-attempts': { up: trainingAttempts },
  '007-models': { up: models },
  '008-warnings': { up: warnings },
  '009-evaluation': { up: evaluation },
  '010-list-indexes': { up: listIndexes },
  '011-validation-datasets': { up: validationDatasets },
  '012-input-counts': { up: inputCounts },
  '013-kept-predictions': { up: keptPredictions },
  '014-tags': { up: tags },
  '015-quality-by-dataset': { up: qualityByDataset },
  '016-kept-probabilities': { up: keptProbabilities },
};

/** Brings the schema up to date; safe with several processes starting at once (Kysely's lock). */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
