import type { Table } from '../../../src/tabular/table.ts';
import { selectInputs } from '../../../src/tabular/training/columns.ts';
import { readTarget } from '../../../src/tabular/training/target.ts';
import type { TrainingData } from '../../../src/tabular/training/training-data.ts';
import type { Task } from '../../../src/vocabulary/modes.ts';

export function trainingData(table: Table, target: string, task?: Task): TrainingData {
  const read = readTarget(table, target, task);
  return { ...selectInputs(table, target, read.rows, {}), target: read };
}

export function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
