import type { InputData } from '../../values/inputs.ts';

/** Says of a model's raw scores what each column adds to them. */
export interface ScoreExplainer {
  /** `base[k]`: score k of a row of which nothing is known. */
  readonly base: readonly number[];
  read(inputs: readonly InputData[]): RowExplainer;
}

/**
 * Adds `weight` times what each column adds to score `output` of the row, by the column's position: all of them and the
 * base are the score. Yields every now and then, so that others may have their turn.
 */
export type RowExplainer = (
  row: number,
  output: number,
  weight: number,
  sums: Float64Array,
) => Generator<void, void>;
