import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Column, Table } from '#tabular';
import { createRandom, type Random } from '../../src/tabular/training/random.ts';
import { splitRows } from '../../src/tabular/training/split.ts';
import { asClasses, named, normal, normals } from './columns.ts';
import { access } from './shapes/access.ts';
import { churn } from './shapes/churn.ts';
import { fraud } from './shapes/fraud.ts';
import { genes } from './shapes/genes.ts';
import { houses } from './shapes/houses.ts';
import { income } from './shapes/income.ts';
import { rentals } from './shapes/rentals.ts';
import { titanic } from './shapes/titanic.ts';

/** A table to learn from and one to be judged on. The target is called `target`. */
export interface Dataset {
  readonly name: string;
  readonly task: 'classification' | 'regression';
  readonly train: Table;
  readonly test: Table;
}

interface Made {
  readonly task: Dataset['task'];
  readonly testRows: number;
  make(rows: number, random: Random): Column[];
  readonly rows: number;
}

/** Synthetic tables, the first of them in the shape of well-known ones; the real ones are read from test/data. */
const MADE: Readonly<Record<string, Made>> = {
  titanic: { task: 'classification', rows: 891, testRows: 5000, make: titanic },
  genes: { task: 'classification', rows: 80, testRows: 5000, make: genes },
  houses: { task: 'regression', rows: 1460, testRows: 5000, make: houses },
  rentals: { task: 'regression', rows: 12_000, testRows: 5000, make: rentals },
  income: { task: 'classification', rows: 32_000, testRows: 16_000, make: income },
  access: { task: 'classification', rows: 30_000, testRows: 15_000, make: access },
  fraud: { task: 'classification', rows: 60_000, testRows: 60_000, make: fraud },
  'nonlinear-100k': { task: 'classification', rows: 100_000, testRows: 50_000, make: nonlinear },
  'mixed-100k': { task: 'classification', rows: 100_000, testRows: 50_000, make: mixed },
  'classes-50k': { task: 'classification', rows: 50_000, testRows: 25_000, make: fiveClasses },
  'churn-20k': { task: 'classification', rows: 20_000, testRows: 20_000, make: churn },
  'regression-100k': { task: 'regression', rows: 100_000, testRows: 50_000, make: friedman },
  million: { task: 'classification', rows: 1_000_000, testRows: 100_000, make: nonlinear },
};

const REAL: Readonly<Record<string, Dataset['task']>> = {
  breast_cancer: 'classification',
  wine: 'classification',
  diabetes: 'regression',
};

export const DATASETS = [...Object.keys(REAL), ...Object.keys(MADE)];

/** Of a short table one split says little: a row more or less of 45 is two hundredths of the accuracy. */
const SHORT_TABLE_ROWS = 2000;
const SPLITS_OF_SHORT_TABLES = 10;

/** The splits that a data set is measured on; the first is how it lies. */
export function splitsOf(name: string): number[] {
  const isShort = REAL[name] !== undefined || (MADE[name]?.rows ?? 0) < SHORT_TABLE_ROWS;
  return [...Array(isShort ? SPLITS_OF_SHORT_TABLES : 1).keys()];
}

/** @param split 0: as it lies; others: drawn by it, as many rows for each part, each class in the same proportion */
export function makeDataset(name: string, split = 0): Dataset {
  const { task, columns, rows, trainRows } = readReal(name) ?? make(name);
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const target = columns.at(-1)!;
  const { train, test } =
    split === 0
      ? { train: all.subarray(0, trainRows), test: all.subarray(trainRows) }
      : splitRows(all, 1 - trainRows / rows, split, target.kind === 'category' ? target.codes : undefined);
  return { name, task, train: take(columns, train), test: take(columns, test) };
}

/** All rows of a data set; the target is the last column. */
interface Pool {
  readonly task: Dataset['task'];
  readonly columns: readonly Column[];
  readonly rows: number;
  /** The first so many are to learn from. */
  readonly trainRows: number;
}

function make(name: string): Pool {
  const made = MADE[name];
  if (!made) throw new Error(`No data set ${name}; there are ${DATASETS.join(', ')}`);
  const rows = made.rows + made.testRows;
  return { ...made, columns: made.make(rows, createRandom(7, name)), rows, trainRows: made.rows };
}

function readReal(name: string): Pool | undefined {
  const task = REAL[name];
  if (!task) return undefined;
  const [[header, ...train], [, ...test]] = [readLines(name, 'train'), readLines(name, 'test')];
  const cells = [...train, ...test].map((line) => line.split(',').map(Number));
  const columns = header.split(',').map((column, c): Column => {
    const values = Float64Array.from(cells, (row) => row[c]!);
    return column === 'target' && task === 'classification'
      ? asClasses(values)
      : { kind: 'number', name: column, values };
  });
  return { task, columns, rows: cells.length, trainRows: train.length };
}

function readLines(name: string, part: 'train' | 'test'): [string, ...string[]] {
  const text = readFileSync(new URL(`../../test/data/${name}_${part}.csv`, import.meta.url), 'utf8');
  const [header = '', ...lines] = text.trimEnd().split('\n');
  return [header, ...lines];
}

function take(columns: readonly Column[], rows: Int32Array): Table {
  return {
    rows: rows.length,
    columns: columns.map((column) =>
      column.kind === 'number'
        ? { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) }
        : { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]!) },
    ),
  };
}

/** 20 numbers, of which 7 act together: products, a sine, a switch, a square. */
function nonlinear(rows: number, random: Random): Column[] {
  const x = normals(20, rows, random);
  const at = (c: number, i: number) => x[c]![i]!;
  const codes = Int32Array.from({ length: rows }, (_, i) => {
    const score =
      at(0, i) * at(1, i) +
      Math.sin(3 * at(2, i)) +
      (at(3, i) > 0 ? at(4, i) : -at(5, i)) +
      0.5 * at(6, i) ** 2 -
      0.5;
    return Number(random() < 1 / (1 + Math.exp(-2 * score)));
  });
  return [...named(x), asClasses(codes)];
}

const CARDINALITIES = [2, 5, 10, 30, 100, 300, 1000, 5000];

/** 12 numbers and 8 categories of up to 5000 labels, a tenth of the cells missing (some because they are high); 15 % positive. */
function mixed(rows: number, random: Random): Column[] {
  const x = normals(12, rows, random);
  const effects = CARDINALITIES.map((count) => Float64Array.from({ length: count }, () => normal(random)));
  const codes = CARDINALITIES.map((count) =>
    Int32Array.from({ length: rows }, () => Math.floor(random() ** 1.5 * count)),
  );
  const target = Int32Array.from({ length: rows }, (_, i) => {
    const at = (c: number) => x[c]![i]!;
    const effect = (c: number) => effects[c]![codes[c]![i]!]!;
    const score =
      at(0) +
      at(1) * at(2) +
      Math.abs(at(3)) +
      effect(2) +
      effect(4) * at(4) +
      1.5 * effect(6) +
      effect(7) +
      0.5 * effect(1) * effect(3);
    return Number(random() < 1 / (1 + Math.exp(4 - 1.2 * score)));
  });
  const numbers = x.map((values, c) =>
    values.map((value) => (random() < (c % 2 === 0 ? 0.1 : value > 0.8 ? 0.4 : 0.02) ? Number.NaN : value)),
  );
  const categories = codes.map(
    (column, c): Column => ({
      kind: 'category',
      name: `c${c}`,
      codes: column.map((code) => (random() < 0.1 ? -1 : code)),
      labels: Array.from({ length: CARDINALITIES[c]! }, (_, k) => `c${c} label ${k}`),
    }),
  );
  return [...named(numbers), ...categories, asClasses(target)];
}

/** 15 numbers; five classes by the nearest of ten curved regions. */
function fiveClasses(rows: number, random: Random): Column[] {
  const x = normals(15, rows, random);
  const centres = Array.from({ length: 10 }, () => normals(1, 5, random)[0]!);
  const codes = Int32Array.from({ length: rows }, (_, i) => {
    const distances = centres.map((centre) =>
      centre.reduce(
        (sum, c, d) => sum + (x[d]![i]! - c) ** 2 + 0.3 * x[d]![i]! * x[d + 5]![i]!,
        0.8 * normal(random),
      ),
    );
    return distances.indexOf(Math.min(...distances)) % 5;
  });
  return [...named(x), asClasses(codes)];
}

/** Friedman's first problem (1991) with a further interaction, noise and ten columns that say nothing. */
function friedman(rows: number, random: Random): Column[] {
  const x = Array.from({ length: 20 }, () => Float64Array.from({ length: rows }, () => random()));
  const values = Float64Array.from({ length: rows }, (_, i) => {
    const at = (c: number) => x[c]![i]!;
    return (
      10 * Math.sin(Math.PI * at(0) * at(1)) +
      20 * (at(2) - 0.5) ** 2 +
      10 * at(3) +
      5 * at(4) +
      (at(5) > 0.7 ? 8 * at(6) : 0) +
      2 * normal(random)
    );
  });
  return [...named(x), { kind: 'number', name: 'target', values }];
}

/** As reference.py reads it: all cells as float64, column after column; codes for labels, NaN where missing. */
export function writeForPython(dataset: Dataset, folder: string): void {
  for (const part of ['train', 'test'] as const) {
    const { columns, rows } = dataset[part];
    const cells = new Float64Array(rows * columns.length);
    columns.forEach((column, c) => {
      const values =
        column.kind === 'number'
          ? column.values
          : Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : code));
      cells.set(values, c * rows);
    });
    writeFileSync(join(folder, `${part}.f64`), cells);
  }
  const categories = dataset.train.columns.map((column) =>
    column.kind === 'category' && column.name !== 'target' ? column.labels.length : 0,
  );
  const meta = { task: dataset.task, columns: dataset.train.columns.length, categories };
  writeFileSync(join(folder, 'meta.json'), JSON.stringify(meta));
}
