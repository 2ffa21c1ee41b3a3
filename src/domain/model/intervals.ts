import { type Bounds, intervalsOf, type ModelDocument } from '#tabular';
import { AppError } from '../../errors.ts';

export type BoundsOf = (predicted: Float64Array) => Bounds;

/** @throws {AppError} `invalid_request` when the model can't give intervals of that level */
export function boundsAt(document: ModelDocument, level: number): BoundsOf {
  if (document.classes)
    throw new AppError(
      'invalid_request',
      'Intervals are those of numbers; a classification has probabilities.',
    );
  const intervals = intervalsOf(document);
  if (!intervals)
    throw new AppError(
      'invalid_request',
      'Of this model no intervals are known: it was made before they were kept, or with too few rows. Train it again.',
    );
  if (level > intervals.maxLevel)
    throw new AppError(
      'invalid_request',
      `The model's intervals are known up to a level of ${floor(intervals.maxLevel)}: for more it was measured on too few rows.`,
    );
  return (predicted) => intervals.bounds(predicted, level);
}

const floor = (level: number) => Math.floor(level * 1000) / 1000;
