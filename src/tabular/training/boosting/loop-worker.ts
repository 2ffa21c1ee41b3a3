import { bindKernel, type Kernel } from '../../kernel/kernel.ts';
import { type Objective, objectiveOf } from './objective.ts';
import type { SharedTable } from './prepare.ts';
import { BOARD_BYTES, type Workspace } from './workspace.ts';

export const ROWS_PER_UNIT = 2048;

/** Words of the board, where a loop is put up for everybody. */
const TICKET = 0;
const DONE = 1;
const KIND = 2;
const UNITS = 3;
const FIRST = 4;
const COUNT = 5;
const OUT = 6;
export const HISTOGRAM = 0;
export const GRADIENTS = 1;
export const BEGIN_ROUND = 2;

/** The ticket's lower bits say how many units are left, the upper ones which loop they are of. */
const LEFT_BITS = 12;
export const MAX_UNITS = (1 << LEFT_BITS) - 1;
/** The kernel takes four features at a time. */
const UNITS_AT_ONCE = 4;
/** Loops follow each other within microseconds, sleeping and waking takes tens of them. */
const SPINS = 2000;
/** A part takes milliseconds: who takes this long has ended. */
const PATIENCE_MS = 60_000;

/** One thread's part in the workers. */
export class LoopWorker {
  readonly kernel: Kernel;
  readonly objective: Objective;
  readonly #workspace: Workspace;
  readonly #board: Int32Array;
  readonly #margins: Float64Array;
  readonly #scratch: Float64Array;
  readonly #pairs: Float64Array;
  readonly #rows: Int32Array;

  constructor(table: SharedTable, workspace: Workspace) {
    const { buffer } = table.memory;
    this.kernel = bindKernel(table.memory);
    this.objective = objectiveOf(table);
    const rows = table.target.length;
    this.#workspace = workspace;
    this.#board = new Int32Array(buffer, workspace.board, BOARD_BYTES / 4);
    this.#margins = new Float64Array(buffer, workspace.margins, rows * this.objective.outputs);
    this.#scratch = new Float64Array(buffer, workspace.scratch, rows * this.objective.scratchPerRow);
    this.#pairs = new Float64Array(buffer, workspace.pairs, 2 * rows);
    this.#rows = new Int32Array(buffer, workspace.rows, rows);
  }

  histogram(from: number, features: number, rows: number, count: number, out: number): void {
    const { table, orderedPairs } = this.#workspace;
    this.kernel.histogram(table + 16 * from, features, rows, count, orderedPairs, out);
  }

  rows(kind: number, from: number, units: number, output: number, count: number): void {
    const end = Math.min((from + units) * ROWS_PER_UNIT, count);
    const rows = this.#rows.subarray(from * ROWS_PER_UNIT, end);
    if (kind === BEGIN_ROUND) this.objective.beginRound(this.#margins, rows, this.#scratch);
    else this.objective.gradients(this.#margins, output, rows, this.#pairs, this.#scratch);
  }

  /** Puts a loop up, helps with it, and returns when all of it is done. */
  share(kind: number, units: number, first: number, count: number, out: number): void {
    const board = this.#board;
    board[KIND] = kind;
    board[UNITS] = units;
    board[FIRST] = first;
    board[COUNT] = count;
    board[OUT] = out;
    Atomics.store(board, DONE, 0);
    const loop = (Atomics.load(board, TICKET) >>> LEFT_BITS) + 1;
    Atomics.store(board, TICKET, (loop << LEFT_BITS) | units);
    Atomics.notify(board, TICKET);
    this.#work();
    for (let spins = 0; ; spins++) {
      const done = Atomics.load(board, DONE);
      if (done === units) return;
      if (spins > SPINS && Atomics.wait(board, DONE, done, PATIENCE_MS) === 'timed-out')
        throw new Error('a worker thread has not finished its part');
    }
  }

  /** Helps with every loop that is put up, until the thread is ended. */
  help(): never {
    const board = this.#board;
    for (;;) {
      this.#work();
      const ticket = Atomics.load(board, TICKET);
      let spins = 0;
      while (spins < SPINS && Atomics.load(board, TICKET) === ticket) spins++;
      if (spins === SPINS) Atomics.wait(board, TICKET, ticket);
    }
  }

  #work(): void {
    const board = this.#board;
    for (;;) {
      const ticket = Atomics.load(board, TICKET);
      const left = ticket & MAX_UNITS;
      if (left === 0) return;
      const taken = Math.min(UNITS_AT_ONCE, left);
      if (Atomics.compareExchange(board, TICKET, ticket, ticket - taken) !== ticket) continue;
      // From here on the loop can't end without these units, so the board stays as it is.
      const from = left - taken;
      const first = board[FIRST]!;
      const count = board[COUNT]!;
      if (board[KIND] === HISTOGRAM) this.histogram(from, taken, first, count, board[OUT]!);
      else this.rows(board[KIND]!, from, taken, first, count);
      if (Atomics.add(board, DONE, taken) + taken === board[UNITS]) Atomics.notify(board, DONE);
    }
  }
}
