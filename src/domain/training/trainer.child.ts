import { serveChild } from '../../adapters/process/serve-child.ts';
import { readTable } from '../table/read.ts';
import { parseParams, TrainingError, train } from './engine/index.ts';
import type { TrainerInput, TrainerOutput, TrainerProgress } from './trainer.ts';

/** The trainer process: reads the table, trains, answers with the model. It sees no database and no secret. */
serveChild<TrainerInput, TrainerOutput, TrainerProgress>(async (input, report) => {
  const { mode, task, target, seed } = input;
  try {
    report({ stage: 'read', fraction: 0 });
    const table = await readTable({
      path: input.path,
      fileType: input.fileType,
      columns: input.columns,
      asCategory: task === 'classification' ? [target] : [],
      memoryLimitMb: input.memoryLimitMb,
    });
    const { model, metrics } = await train(
      table,
      {
        mode,
        task,
        target,
        seed,
        params: parseParams(input.params, mode),
        columnTypes: Object.fromEntries(input.columns.map(({ name, type }) => [name, type])),
        memoryLimitMb: input.memoryLimitMb,
      },
      { onProgress: report },
    );
    const document = new TextEncoder().encode(JSON.stringify(model));
    return {
      metrics,
      artifact: document,
      artifactFormat: 'json',
      scoring: document,
      inputs: model.columns.map(({ name, type }) => ({ name, type })),
    };
  } catch (error) {
    if (error instanceof TrainingError) return { failure: { type: error.type, message: error.message } };
    throw error;
  }
});
