import { createCard, parseParams, TabularError, toOnnx, train } from '#tabular';
import packageJson from '../../../package.json' with { type: 'json' };
import { serveChild } from '../../adapters/process/serve-child.ts';
import { SpareDatabase } from '../table/duckdb.ts';
import { plainTable } from '../table/plain/plain-table.ts';
import { readTable } from '../table/read-table.ts';
import { bounded } from '../warnings.ts';
import type { TrainerInput, TrainerOutput, TrainerProgress } from './trainer.ts';

/** The reader's share; the table itself comes on top. */
const READ_MEMORY_MB = 512;
const VERSIONS = { 'mlops-backend': packageJson.version, node: process.versions.node };

const databases = new SpareDatabase();

/** The trainer process: reads the table, trains, answers with the model. It sees no database and no secret. */
serveChild<TrainerInput, TrainerOutput, TrainerProgress>(async (input, report, stages) => {
  const { mode, task, target, seed } = input;
  try {
    stages.begin('read');
    report({ stage: 'read', fraction: 0 });
    // As its upload, which was within its limits.
    const { path, fileType } = await plainTable(input, input.room, Number.POSITIVE_INFINITY);
    const table = await readTable(
      {
        path,
        fileType,
        columns: input.columns,
        asCategory: task === 'classification' ? [target] : [],
        memoryLimitMb: READ_MEMORY_MB,
        rows: input.rows,
      },
      databases.open,
    );
    const spec = {
      mode,
      task,
      target,
      seed,
      params: parseParams(input.params, mode),
      columnTypes: Object.fromEntries(input.columns.map(({ name, type }) => [name, type])),
      columnForms: Object.fromEntries(
        input.columns.flatMap(({ name, form }) => (form && name !== target ? [[name, form]] : [])),
      ),
      memoryLimitMb: input.memoryLimitMb,
    };
    const trained = await train(table, spec, {
      onProgress(progress) {
        stages.begin(progress.stage);
        report(progress);
      },
      onTrial({ family, loss, seconds }) {
        stages.part('trial', seconds, { 'mlops.trial.family': family, 'mlops.trial.loss': loss });
      },
    });
    stages.begin('export');
    const warnings = [...input.warnings, ...bounded(trained.warnings)];
    const card = createCard({ ...trained, warnings }, spec, input.data, VERSIONS, new Date());
    return {
      metrics: trained.metrics,
      evaluation: trained.evaluation,
      warnings,
      artifact: await toOnnx(trained.model, { card: JSON.stringify(card) }),
      artifactFormat: 'onnx',
      scoring: new TextEncoder().encode(JSON.stringify(trained.model)),
      card,
    };
  } catch (error) {
    if (error instanceof TabularError && error.code !== 'unusable_rows')
      return { failure: { type: error.code, message: error.message } };
    throw error;
  }
}, databases.make);
