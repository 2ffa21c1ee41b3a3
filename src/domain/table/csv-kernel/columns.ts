import type { ColumnProfile } from '../../../vocabulary/tables.ts';
import { TEXT } from '../cell.ts';
import { typeOfKinds } from '../column-kinds.ts';

/** Where the kernel keeps what it found out of each column: `Column` in kernel.as. */
export interface Columns {
  readonly memory: ArrayBuffer;
  readonly address: number;
  readonly count: number;
  readonly columnBytes: number;
  /** From the text of a column's least value to that of its greatest. */
  readonly textBytes: number;
}

/** Offsets within a column. */
const KINDS = 0;
const MEASURE = 4;
const MISSING = 8;
const [MIN, MAX, SUM, REST] = [16, 24, 32, 40];
const [LEAST_LENGTH, GREATEST_LENGTH, TEXTS] = [64, 68, 72];
const [DISTINCT, LEVEL, SPOILED] = [84, 96, 100];

/** Values of `measure`. */
const [MEASURE_TEXTS, MEASURE_NOTHING] = [3, 4];
/** The kinds as bits of cell.ts; the kernel has one more. */
const ALL_KINDS = 127;
const MAX_TEXT = 200;

const viewOf = ({ memory, address, columnBytes }: Columns, i: number) =>
  new DataView(memory, address + i * columnBytes, columnBytes);

/** Columns that are known to be of texts, whatever is found in them from now on. */
export function measureTexts(columns: Columns, positions: readonly number[]): void {
  for (const i of positions) {
    const view = viewOf(columns, i);
    view.setUint32(KINDS, TEXT, true);
    view.setUint32(MEASURE, MEASURE_TEXTS, true);
  }
}

export function measureOnly(columns: Columns, positions: readonly number[]): void {
  for (let i = 0; i < columns.count; i++) viewOf(columns, i).setUint32(MEASURE, MEASURE_NOTHING, true);
  measureTexts(columns, positions);
}

export function isSpoiled(columns: Columns, i: number): boolean {
  return viewOf(columns, i).getUint32(SPOILED, true) !== 0;
}

/** The figures of a column, which hold only if it is not spoiled. */
export function columnProfile(columns: Columns, i: number, rows: number): Omit<ColumnProfile, 'name'> {
  const view = viewOf(columns, i);
  const whole = (offset: number) => view.getUint32(offset, true);
  const real = (offset: number) => view.getFloat64(offset, true);
  const type = typeOfKinds(whole(KINDS) & ALL_KINDS);
  const missing = Number(view.getBigUint64(MISSING, true));
  const present = rows - missing;
  const level = whole(LEVEL);
  const counted = {
    missing,
    distinct: Math.min(whole(DISTINCT) * 2 ** level, present),
    ...(level > 0 && { distinct_approximate: true as const }),
  };
  if (present === 0) return { type, ...counted, min: null, max: null, mean: null };
  if (type === 'number') {
    const mean = (real(SUM) + real(REST)) / present;
    // No negative zero, and no mean of numbers whose sum is no double.
    const [min, max] = [real(MIN) + 0, real(MAX) + 0];
    return { type, ...counted, min, max, mean: Number.isFinite(mean) ? mean + 0 : null };
  }
  const text = (address: number, bytes: number) => {
    const kept = Buffer.from(columns.memory, address, bytes).toString();
    return [...kept].slice(0, MAX_TEXT).join('');
  };
  const least = text(whole(TEXTS), whole(LEAST_LENGTH));
  const greatest = text(whole(TEXTS) + columns.textBytes, whole(GREATEST_LENGTH));
  return { type, ...counted, min: least, max: greatest, mean: null };
}
