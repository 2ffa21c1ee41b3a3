import type { TablePredictions } from '#tabular';
import type { BoundsOf } from '../intervals.ts';

export const BATCH_FORMATS = ['csv', 'ndjson'] as const;
export type BatchFormat = (typeof BATCH_FORMATS)[number];

/** Writes predictions as text, a line a row, in the rows' order. */
export interface PredictionLines {
  /** What stands before the first row. */
  readonly head: string;
  lines(predicted: TablePredictions, ids?: readonly string[]): string;
}

/**
 * `csv`: a column `prediction` and, of classification, one named `probability_` and the class for each class (RFC
 * 4180, lines end with LF). `ndjson`: `{"prediction": …, "probabilities": {class: p}}` a line.
 *
 * With bounds, a regression has them beside its prediction, as `lower` and `upper`. What is kept under an id has it at
 * the end, as `prediction_id`.
 *
 * @param classes of the model; null for regression
 * @param hasIds whether the rows have ids
 */
export function predictionLines(
  classes: readonly string[] | null,
  format: BatchFormat,
  boundsOf?: BoundsOf,
  hasIds = false,
): PredictionLines {
  if (format === 'csv') return csvLines(classes, boundsOf, hasIds);
  const labels = (classes ?? []).map((label) => JSON.stringify(label));
  return {
    head: '',
    lines: (predicted, ids) => {
      const idOf = (row: number) => (ids ? `,"prediction_id":"${ids[row]}"` : '');
      if (predicted.task === 'regression') {
        if (!boundsOf) return join(predicted.values, (v, row) => `{"prediction":${v}${idOf(row)}}\n`);
        const { lower, upper } = boundsOf(predicted.values);
        return join(
          predicted.values,
          (v, row) => `{"prediction":${v},"lower":${lower[row]},"upper":${upper[row]}${idOf(row)}}\n`,
        );
      }
      const { codes, probabilities } = predicted;
      return join(codes, (code, row) => {
        const shares = labels.map((label, k) => `${label}:${probabilities[row * labels.length + k]}`);
        return `{"prediction":${labels[code]},"probabilities":{${shares.join()}}${idOf(row)}}\n`;
      });
    },
  };
}

function csvLines(
  classes: readonly string[] | null,
  boundsOf: BoundsOf | undefined,
  hasIds: boolean,
): PredictionLines {
  const labels = (classes ?? []).map(csvField);
  const names = [
    'prediction',
    ...(boundsOf ? ['lower', 'upper'] : []),
    ...(classes ?? []).map((label) => csvField(`probability_${label}`)),
    ...(hasIds ? ['prediction_id'] : []),
  ];
  return {
    head: `${names.join()}\n`,
    lines: (predicted, ids) => {
      const idOf = (row: number) => (ids ? `,${ids[row]}` : '');
      if (predicted.task === 'regression') {
        if (!boundsOf) return join(predicted.values, (value, row) => `${value}${idOf(row)}\n`);
        const { lower, upper } = boundsOf(predicted.values);
        return join(predicted.values, (value, row) => `${value},${lower[row]},${upper[row]}${idOf(row)}\n`);
      }
      const { codes, probabilities } = predicted;
      return join(codes, (code, row) => {
        let line = labels[code]!;
        for (let k = 0; k < labels.length; k++) line += `,${probabilities[row * labels.length + k]}`;
        return `${line}${idOf(row)}\n`;
      });
    },
  };
}

function join(values: Float64Array | Int32Array, line: (value: number, row: number) => string): string {
  let text = '';
  for (let row = 0; row < values.length; row++) text += line(values[row]!, row);
  return text;
}

function csvField(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
