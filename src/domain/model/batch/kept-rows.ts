import type { TablePredictions } from '#tabular';
import type { PredictionToKeep } from '../live/kept-predictions.ts';

/** What is kept of a block's predictions, by its rows' keys. */
export function keptRows(keys: readonly string[], predicted: TablePredictions): PredictionToKeep[] {
  const rows = keys.map((key, row): PredictionToKeep => {
    if (predicted.task === 'regression') return { key, class: null, value: predicted.values[row]! };
    const { classes, codes, probabilities } = predicted;
    const code = codes[row]!;
    return { key, class: code, value: probabilities[row * classes.length + code]! };
  });
  return rows.filter(({ value }) => Number.isFinite(value));
}
