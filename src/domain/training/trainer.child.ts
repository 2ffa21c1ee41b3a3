import { createCard, parseParams, type Table, TabularError, toOnnx, train } from '#tabular';
import packageJson from '../../../package.json' with { type: 'json' };
import { serveChild } from '../../adapters/process/serve-child.ts';
import { SpareDatabase } from '../table/duckdb.ts';
import { plainTable } from '../table/plain/plain-table.ts';
import { readAlike } from '../table/read-alike.ts';
import { readTable } from '../table/read-table.ts';
import { bounded } from '../warnings.ts';
import type { TableInput, TrainerInput, TrainerOutput, TrainerProgress } from './trainer.ts';

/** The reader's share; the table itself comes on top. */
const READ_MEMORY_MB = 512;
const VERSIONS = { 'mlops-backend': packageJson.version, node: process.versions.node };

const databases = new SpareDatabase();

/** The trainer process: reads the table, trains, answers with the model. It sees no database and no secret. */
serveChild<TrainerInput, TrainerOutput, TrainerProgress>(async (input, report, stages) => {
  const begunAt = performance.now();
  const { mode, task, target, seed } = input;
  const { columns, data } = input.table;
  try {
    stages.begin('read');
    report({ stage: 'read', fraction: 0 });
    const table = await read(input.table, input);
    const validation = input.validation && (await read(input.validation, input));
    const spec = {
      mode,
      task,
      target,
      seed,
      params: parseParams(input.params, mode),
      begunAt,
      columnTypes: Object.fromEntries(columns.map(({ name, type }) => [name, type])),
      columnForms: Object.fromEntries(
        columns.flatMap(({ name, form }) => (form && name !== target ? [[name, form]] : [])),
      ),
      naValues: input.table.fileType.layout?.na_values,
      memoryLimitMb: input.memoryLimitMb,
      ...(validation && { validation }),
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
    const card = createCard(
      { ...trained, warnings },
      spec,
      data,
      input.validation?.data,
      VERSIONS,
      new Date(),
    );
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

/** As the columns of the table that is trained on are read, and as its upload, which was within its limits. */
async function read(file: TableInput, { table: trained, task, target }: TrainerInput): Promise<Table> {
  const plain = await plainTable(file, file.room, Number.POSITIVE_INFINITY);
  const options = {
    path: plain.path,
    fileType: plain.fileType,
    columns: trained.columns,
    asCategory: task === 'classification' ? [target] : [],
    memoryLimitMb: READ_MEMORY_MB,
    rows: file.rows,
  };
  return file === trained
    ? await readTable(options, databases.open)
    : await readAlike(
        {
          ...options,
          format: file.fileType.format,
          own: file.columns,
          naValues: trained.fileType.layout?.na_values ?? [],
        },
        databases.open,
      );
}
