import type { TablePredictions } from '#tabular';
import type { PredictionToKeep } from './kept-predictions.ts';
import { probabilityTexts } from './kept-probabilities.ts';

/** What is kept of predictions, by their rows' keys. */
export function keptRows(keys: readonly string[], predicted: TablePredictions): PredictionToKeep[] {
  return predictionsOf(keys, predicted).filter(({ value }) => Number.isFinite(value));
}

function predictionsOf(keys: readonly string[], predicted: TablePredictions): PredictionToKeep[] {
  if (predicted.task === 'regression')
    return keys.map((key, row) => ({ key, class: null, value: predicted.values[row]! }));
  const { classes, codes, probabilities } = predicted;
  const texts = probabilityTexts(probabilities, classes.length);
  return keys.map((key, row) => {
    const code = codes[row]!;
    const value = probabilities[row * classes.length + code]!;
    return texts ? { key, class: code, value, probabilities: texts(row) } : { key, class: code, value };
  });
}
