export type TablePredictions =
  | { readonly task: 'regression'; readonly values: Float64Array }
  | {
      readonly task: 'classification';
      readonly classes: readonly string[];
      /** Position in `classes`, for each row. */
      readonly codes: Int32Array;
      /** `probabilities[row * classes.length + class]` */
      readonly probabilities: Float64Array;
    };

export interface RowPredictions {
  /** Class labels exactly as in the training data, or numbers for regression. */
  readonly predictions: (string | number)[];
  /** Of classification: for each row the probability of every class. */
  readonly probabilities?: Record<string, number>[];
}

export function perRow(predicted: TablePredictions): RowPredictions {
  if (predicted.task === 'regression') return { predictions: [...predicted.values] };
  const { classes, codes, probabilities } = predicted;
  return {
    predictions: Array.from(codes, (code) => classes[code]!),
    // fromEntries defines own properties, so a class called __proto__ is only a key.
    probabilities: Array.from(codes, (_, row) =>
      Object.fromEntries(classes.map((label, k) => [label, probabilities[row * classes.length + k]!])),
    ),
  };
}
