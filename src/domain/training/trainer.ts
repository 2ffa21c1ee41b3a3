import type { Evaluation, ModelCard } from '#tabular';
import type { Mode, Task } from '../../vocabulary/modes.ts';
import type { TrainingErrorType } from '../../vocabulary/runs.ts';
import type { ColumnProfile, FileType } from '../../vocabulary/tables.ts';
import type { RunWarning } from '../../vocabulary/warnings.ts';

/** A dataset as a trainer reads it. */
export interface TableInput {
  readonly path: string;
  readonly fileType: FileType;
  /** A folder for a file that must be written anew. */
  readonly room: string | undefined;
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  /** For the model's card. */
  readonly data: { readonly name: string; readonly sha256: string };
}

/** What the trainer process is sent. */
export interface TrainerInput {
  readonly table: TableInput;
  /** What quality is measured on, where that is a table of its own. */
  readonly validation: TableInput | undefined;
  readonly mode: Mode;
  readonly task: Task;
  readonly target: string;
  readonly seed: number;
  readonly params: Record<string, unknown>;
  /** What was said of the run when it was requested. */
  readonly warnings: readonly RunWarning[];
  readonly memoryLimitMb: number;
}

/** What it sends while it works. */
export interface TrainerProgress {
  readonly stage: string;
  /** 0 to 1. */
  readonly fraction: number;
}

/** What it answers: a model, or why the data can't give one. */
export type TrainerOutput = TrainedModel | { readonly failure: { type: TrainingErrorType; message: string } };

export interface TrainedModel {
  readonly metrics: object;
  readonly evaluation: Evaluation;
  readonly warnings: readonly RunWarning[];
  /** The model as downloaded. */
  readonly artifact: Uint8Array;
  readonly artifactFormat: string;
  /** The model as `predict` reads it. */
  readonly scoring: Uint8Array;
  readonly card: ModelCard;
}
