import type { InputColumn } from '../document.ts';
import type { TrainedRun, TrainingMetrics, TrainingWarning, TrainSpec } from './types.ts';

/** Where a model comes from and how good it is: plain JSON, to go with the model (docs/models.md). */
export interface ModelCard {
  readonly format: 'mlops-backend.card';
  readonly version: 1;
  readonly created_at: string;
  readonly mode: TrainSpec['mode'];
  readonly task: TrainedRun['task'];
  readonly target: string;
  readonly classes: readonly string[] | null;
  readonly columns: readonly InputColumn[];
  /** What means no value in them, beside what never does. */
  readonly na_values?: readonly string[];
  readonly seed: number;
  readonly params: TrainSpec['params'];
  readonly metrics: TrainingMetrics;
  readonly warnings: readonly ModelWarning[];
  readonly data: DataReference;
  /** What its quality was measured on, where that was a table of its own. */
  readonly validation_data?: DataReference;
  /** Of the programs that made it, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** As the trainer's own, of whatever else is known of the run. */
export type ModelWarning = Omit<TrainingWarning, 'code'> & { readonly code: string };

export interface DataReference {
  readonly name: string;
  /** Hexadecimal, of the file as uploaded. */
  readonly sha256: string;
}

/**
 * @param spec the one the run was trained with
 * @param createdAt when the model was made
 */
export function createCard(
  {
    task,
    model,
    metrics,
    warnings,
  }: Omit<TrainedRun, 'warnings' | 'evaluation'> & Pick<ModelCard, 'warnings'>,
  spec: Pick<TrainSpec, 'mode' | 'seed' | 'params'>,
  data: DataReference,
  validationData: DataReference | undefined,
  versions: Readonly<Record<string, string>>,
  createdAt: Date,
): ModelCard {
  return {
    format: 'mlops-backend.card',
    version: 1,
    created_at: createdAt.toISOString(),
    mode: spec.mode,
    task,
    target: model.target,
    classes: model.classes,
    columns: model.columns,
    ...(model.naValues && { na_values: model.naValues }),
    seed: spec.seed,
    params: spec.params,
    metrics,
    warnings,
    data,
    ...(validationData && { validation_data: validationData }),
    versions,
  };
}
