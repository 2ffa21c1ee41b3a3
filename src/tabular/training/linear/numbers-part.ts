import type { Design } from '../../scoring/design.ts';
import { BLOCK_ROWS } from '../../scoring/linear.ts';
import { factorise, solve } from './cholesky.ts';
import { eigen } from './eigen.ts';
import { addGramBlock } from './gram.ts';
import type { Precondition } from './lbfgs.ts';
import type { Curvature } from './loss.ts';
import type { Sample } from './sample.ts';

/** Up to so many weights of numbers, of all outputs together, are taken as they are. */
export const MAX_BLOCK = 300;
/** Up to so many of each output as if all rows curved alike; above them only the diagonal. More would cost more than it saves, */
const MAX_SHARED = 600;
/** or, with many outputs, take too much memory. */
const MAX_NUMBERS = 2 ** 23;

/** What no penalty keeps from 0 is kept by this share of its curvature. */
export const TINY = 1e-10;

/** Numbers and intercepts, by the rows of a sample: as well as their number allows. */
export function numbersPart(
  { share, design: { dense, width, rows } }: Sample,
  { sums, between }: Curvature,
  penalties: Float64Array,
): Precondition {
  const columns = [...dense.map(({ values }) => values), new Float64Array(rows).fill(1)];
  const part: NumbersPart = {
    numbers: {
      rows,
      width: columns.length,
      dense: columns.map((values, index) => ({ index, values })),
      hot: [],
    },
    outputs: sums.length,
    curvature: (k, l, row) => share * between(k, l, row),
    places: Int32Array.of(...dense.map(({ index }) => index), width),
    stride: width + 1,
    penalties: Float64Array.of(...dense.map(({ index }) => penalties[index]!), 0),
  };
  const size = columns.length;
  if (sums.length * size <= MAX_BLOCK) return whole(part);
  return size <= MAX_SHARED && sums.length * size ** 2 <= MAX_NUMBERS ? shared(part) : diagonal(part);
}

interface NumbersPart {
  /** Numbers, and behind them the intercept's ones. */
  readonly numbers: Design;
  readonly outputs: number;
  /** Of all rows that the one stands for. */
  curvature(k: number, l: number, row: number): number;
  /** Of each number's weight, and of the intercept, among an output's. */
  readonly places: Int32Array;
  /** From an output's weights to the next one's. */
  readonly stride: number;
  readonly penalties: Float64Array;
}

function whole({ numbers, outputs, curvature, places, stride, penalties }: NumbersPart): Precondition {
  const size = places.length;
  const total = outputs * size;
  const matrix = new Float64Array(total ** 2);
  for (let k = 0; k < outputs; k++) {
    for (let l = 0; l <= k; l++) {
      const gram = gramOf(numbers, (row) => curvature(k, l, row));
      for (let a = 0; a < size; a++) {
        for (let b = 0; b <= a; b++) {
          const product = gram[a * size + b]!;
          matrix[(k * size + a) * total + l * size + b] = product;
          matrix[(k * size + b) * total + l * size + a] = product;
        }
      }
    }
    for (let j = 0; j < size; j++) {
      const at = (k * size + j) * (total + 1);
      matrix[at] = matrix[at]! * (1 + TINY) + penalties[j]!;
    }
  }
  const factor = factorise(matrix, total);
  const part = new Float64Array(total);
  return (vector) => {
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < size; j++) part[k * size + j] = vector[k * stride + places[j]!]!;
    }
    solve(factor, part);
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < size; j++) vector[k * stride + places[j]!] = part[k * size + j]!;
    }
  };
}

/**
 * As if all rows curved alike but for a factor: Σ curvature · x xᵀ is then the product (Kronecker's) of how the outputs go
 * together and of how the numbers do. Along the eigenvectors of the former each direction stands by itself.
 */
function shared({ numbers, outputs, curvature, places, stride, penalties }: NumbersPart): Precondition {
  const size = places.length;
  const own = Float64Array.from({ length: numbers.rows }, (_, row) =>
    sumOver(outputs, (k) => curvature(k, k, row)),
  );
  const total = sumOver(numbers.rows, (row) => own[row]!) || 1;
  const together = Float64Array.from({ length: outputs ** 2 }, (_, at) => {
    const [k, l] = [Math.floor(at / outputs), at % outputs];
    return sumOver(numbers.rows, (row) => curvature(k, l, row)) / total;
  });
  const { values, vectors } = eigen(together, outputs);
  const gram = gramOf(numbers, (row) => own[row]!);
  const factors = Array.from(values, (value) => {
    const matrix = gram.map((product) => Math.max(value, TINY) * product);
    for (let j = 0; j < size; j++) {
      const at = j * (size + 1);
      matrix[at] = matrix[at]! * (1 + TINY) + penalties[j]!;
    }
    return factorise(matrix, size);
  });
  return (vector) => {
    const turned = factors.map((factor, e) => {
      const part = new Float64Array(size);
      for (let k = 0; k < outputs; k++) {
        const along = vectors[k * outputs + e]!;
        for (let j = 0; j < size; j++) part[j]! += along * vector[k * stride + places[j]!]!;
      }
      return solve(factor, part);
    });
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < size; j++) {
        let sum = 0;
        for (let e = 0; e < outputs; e++) sum += vectors[k * outputs + e]! * turned[e]![j]!;
        vector[k * stride + places[j]!] = sum;
      }
    }
  };
}

function diagonal({ numbers, outputs, curvature, places, stride, penalties }: NumbersPart): Precondition {
  const diagonals = Array.from({ length: outputs }, (_, k) => {
    const curvatures = Float64Array.from({ length: numbers.rows }, (_, row) => curvature(k, k, row));
    return Float64Array.from(numbers.dense, ({ values }, j) => {
      const sum = sumOver(values.length, (row) => curvatures[row]! * values[row]! ** 2);
      return (sum || 1) + penalties[j]!;
    });
  });
  return (vector) => {
    diagonals.forEach((own, k) => {
      for (let j = 0; j < own.length; j++) vector[k * stride + places[j]!]! /= own[j]!;
    });
  };
}

function sumOver(count: number, term: (index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum;
}

/** The lower triangle of Σ weight · x xᵀ. */
function gramOf(design: Design, weightOf: (row: number) => number): Float64Array {
  const gram = new Float64Array(design.width ** 2);
  const weights = new Float64Array(BLOCK_ROWS);
  for (let from = 0; from < design.rows; from += BLOCK_ROWS) {
    const end = Math.min(from + BLOCK_ROWS, design.rows);
    for (let i = from; i < end; i++) weights[i - from] = weightOf(i);
    addGramBlock(design, from, end, weights, design.width, gram);
  }
  return gram;
}
