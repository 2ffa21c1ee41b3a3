import type { Table } from '../../../src/tabular/table.ts';
import { selectInputs } from '../../../src/tabular/training/columns.ts';
import { randomSplitter } from '../../../src/tabular/training/splitter.ts';
import { readTarget } from '../../../src/tabular/training/target.ts';
import type { TrainingData } from '../../../src/tabular/training/training-data.ts';
import type { Task } from '../../../src/vocabulary/modes.ts';

export function trainingData(table: Table, target: string, task?: Task): TrainingData {
  const read = readTarget(table, target, task);
  const inputs = selectInputs(table, target, read.rows, { params: {} });
  return { ...inputs, target: read, splitter: randomSplitter(read) };
}

export function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
