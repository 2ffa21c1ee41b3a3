import type { Task } from '../../../../src/domain/modes.ts';
import type { Table } from '../../../../src/domain/table/types.ts';
import { selectInputs } from '../../../../src/domain/training/engine/columns.ts';
import { readTarget } from '../../../../src/domain/training/engine/target.ts';
import type { TrainingData } from '../../../../src/domain/training/engine/training-data.ts';

export function trainingData(table: Table, target: string, task?: Task): TrainingData {
  const read = readTarget(table, target, task);
  return { ...selectInputs(table, target, read.rows, {}), target: read };
}

export function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
