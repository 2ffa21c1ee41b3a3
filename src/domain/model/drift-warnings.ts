import type { PredictionWarning } from '../../vocabulary/warnings.ts';
import { excerpt } from '../table/excerpt.ts';
import { bounded } from '../warnings.ts';
import type { ModelDrift } from './drift-monitor.ts';

/** What whoever asks a model should know of its columns of late. */
export function driftWarnings(drift: ModelDrift | undefined): PredictionWarning[] {
  if (drift?.level !== 'significant') return [];
  const moved = drift.columns.filter(({ level }) => level === 'significant');
  return bounded(
    moved.map(({ name, psi }) => ({
      code: 'drift',
      column: name,
      message: `The values of column ${excerpt(name)} are no longer spread as in the training data: a population stability index of ${psi.toFixed(2)} over the last ${drift.rows} rows.`,
    })),
  );
}
