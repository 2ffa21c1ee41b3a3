import { type Column, formReader, type InputColumn, isBoolean, isMissing, parseDate } from '#tabular';
import { kindOf, MISSING as MISSING_CELL, NUMBER as NUMBER_CELL } from '../../table/cell.ts';
import { LabelTable } from './label-table.ts';

/** Collects one column of a block of rows, cell by cell, as training reads such a column. */
export interface CellReader {
  /** @returns false when the cell does not fit the column's type */
  read(row: number, bytes: Buffer, start: number, end: number): boolean;
  /** A copy of the first `rows` rows. */
  column(rows: number): Column;
}

/**
 * Reads numbers as programs write them, as whoever finds them reads those of other columns: for one whose cells are wanted
 * as texts as well.
 */
export const plainNumberReader = ({ name }: InputColumn, blockRows: number): CellReader =>
  numberReader(name, blockRows, (bytes, start, end) => {
    const text = bytes.toString('utf8', start, end);
    const kind = kindOf(text);
    return kind === MISSING_CELL ? Number.NaN : kind === NUMBER_CELL ? Number(text) : undefined;
  });

/** Undefined: its cells are numbers as programs write them, which whoever finds them reads. */
export function cellReader({ name, type, form }: InputColumn, blockRows: number): CellReader | undefined {
  if (form) {
    const read = formReader(form);
    return numberReader(name, blockRows, (bytes, start, end) => read(bytes.toString('utf8', start, end)));
  }
  if (type === 'number') return undefined;
  if (type === 'datetime') {
    return numberReader(name, blockRows, (bytes, start, end) =>
      parseDate(bytes.toString('latin1', start, end)),
    );
  }
  return labelReader(name, blockRows, type === 'boolean' ? isBoolean : () => true);
}

function numberReader(
  name: string,
  blockRows: number,
  parse: (bytes: Buffer, start: number, end: number) => number | undefined,
): CellReader {
  const values = new Float64Array(blockRows);
  return {
    read(row, bytes, start, end) {
      const value = parse(bytes, start, end);
      if (value === undefined) return false;
      values[row] = value;
      return true;
    },
    column: (rows) => ({ kind: 'number', name, values: values.slice(0, rows) }),
  };
}

/** Labels are remembered from block to block, so many at most: most columns repeat theirs. */
const MAX_LABELS_KEPT = 32_768;
const MISSING = -1;
const MISFIT = -2;

function labelReader(name: string, blockRows: number, fits: (label: string) => boolean): CellReader {
  const codes = new Int32Array(blockRows);
  let known = new LabelTable();
  /** What is known of each label: `MISSING`, `MISFIT`, or 0. */
  let kinds: number[] = [];
  return {
    read(row, bytes, start, end) {
      if (row === 0 && kinds.length > MAX_LABELS_KEPT) {
        known = new LabelTable();
        kinds = [];
      }
      const entry = known.entryOf(bytes, start, end);
      if (entry === kinds.length) {
        const label = known.labels[entry]!;
        kinds.push(isMissing(label) ? MISSING : fits(label) ? 0 : MISFIT);
      }
      const kind = kinds[entry]!;
      codes[row] = kind === MISSING ? MISSING : entry;
      return kind !== MISFIT;
    },
    column: (rows) => ({ kind: 'category', name, ...compact(codes.subarray(0, rows), known.labels) }),
  };
}

/** The same with only the labels that occur, since each label of a block costs time where it is scored. */
function compact(
  codes: Int32Array,
  labels: readonly string[],
): { readonly codes: Int32Array; readonly labels: readonly string[] } {
  const codeOf = new Int32Array(labels.length).fill(-1);
  const used: string[] = [];
  return {
    codes: codes.map((code) => {
      if (code < 0) return MISSING;
      if (codeOf[code]! < 0) codeOf[code] = used.push(labels[code]!) - 1;
      return codeOf[code]!;
    }),
    labels: used,
  };
}
