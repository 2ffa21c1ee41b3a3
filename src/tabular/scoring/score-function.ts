import type { InputData } from '../values/inputs.ts';

/** @param rows which rows of the inputs, in which order; null: all of them */
export type ScoreFunction = (inputs: readonly InputData[], rows: Int32Array | null) => Float64Array;
