import type { ModelDocument } from '../document.ts';
import { type BinnedRows, binStarts } from './counter.ts';
import { type DriftLevel, levelOf } from './level.ts';
import { indexByChance, stabilityIndex } from './stability-index.ts';

/** Fewer calls tell nothing of a model's use. */
const MIN_ROWS = 500;

/** What the comparison needs of a model. */
export type DriftSubject = Pick<ModelDocument, 'columns' | 'reference'>;

/** Not the document itself: its trees are large, and not looked at. */
export const subjectOf = ({ columns, reference }: DriftSubject): DriftSubject =>
  reference ? { columns, reference } : { columns };

export interface InputDrift {
  readonly level: DriftLevel;
  /** The highest of any column; null when the level is unknown. */
  readonly psi: number | null;
  /**
   * The one that moved furthest first; none when the level is unknown. Left out are columns of so many bins and so
   * few rows that chance alone would make the index look like drift.
   */
  readonly columns: readonly ColumnDrift[];
}

export interface ColumnDrift {
  readonly name: string;
  readonly psi: number;
  readonly level: DriftLevel;
}

const UNKNOWN: InputDrift = { level: 'unknown', psi: null, columns: [] };

/** Compares what a model was asked about with what it was trained on, column by column. */
export function assessDrift({ columns, reference }: DriftSubject, { rows, bins }: BinnedRows): InputDrift {
  if (!reference || rows < MIN_ROWS) return UNKNOWN;
  const starts = binStarts(reference);
  const drifts = reference
    .flatMap(({ counts }, c): ColumnDrift[] => {
      const seen = bins.subarray(starts[c], starts[c + 1]);
      if (levelOf(indexByChance(counts, seen)) !== 'stable') return [];
      const psi = stabilityIndex(counts, seen);
      return [{ name: columns[c]!.name, psi, level: levelOf(psi) }];
    })
    .sort((a, b) => b.psi - a.psi);
  const [furthest] = drifts;
  return furthest ? { level: furthest.level, psi: furthest.psi, columns: drifts } : UNKNOWN;
}
