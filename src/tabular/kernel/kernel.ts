import { readFileSync } from 'node:fs';

/** The functions of kernel.as; see there. Pointers are byte offsets into the memory they were bound to. */
export interface Kernel {
  histogram(table: number, features: number, rows: number, count: number, pairs: number, out: number): void;
  subtract(a: number, b: number, bytes: number): void;
  gather(rows: number, count: number, pairs: number, out: number): void;
  partition(
    column: number,
    rows: number,
    count: number,
    bin: number,
    missing: number,
    missingLeft: number,
    scratch: number,
  ): number;
  bestSplit(
    table: number,
    features: number,
    histogram: number,
    gradient: number,
    hessian: number,
    l2: number,
    least: number,
    minGain: number,
    seed: number,
    result: number,
  ): void;
  addLeaves(nodes: number, rows: number, count: number, out: number, stride: number): void;
}

export const NODE_BYTES = 32;

/** A tree's nodes as `addLeaves` reads them, to be filled in one by one. */
export class NodeWriter {
  readonly #words: Uint32Array;
  readonly #numbers: Float64Array;

  /** @param address of the first of `count` nodes */
  constructor(memory: WebAssembly.Memory, address: number, count: number) {
    this.#words = new Uint32Array(memory.buffer, address, (count * NODE_BYTES) / 4);
    this.#numbers = new Float64Array(memory.buffer, address, (count * NODE_BYTES) / 8);
  }

  /** @param column any readable one: a leaf looks at it too */
  leaf(node: number, first: number, column: number, value: number): void {
    this.split(node, first, { column, bin: 0, missing: 0, missingLeft: 0 }, node, node);
    this.#numbers[node * 4 + 2] = value;
  }

  /** @param first the tree's root; children are positions like `node` */
  split(
    node: number,
    first: number,
    by: {
      readonly column: number;
      readonly bin: number;
      readonly missing: number;
      readonly missingLeft: number;
    },
    left: number,
    right: number,
  ): void {
    const word = node * 8;
    this.#words[word] = by.column;
    this.#words[word + 1] = by.bin | ((by.missingLeft ? by.missing : NO_BIN) << 16);
    this.#words[word + 2] = (left - first) * NODE_BYTES;
    this.#words[word + 3] = (right - first) * NODE_BYTES;
  }
}

const NO_BIN = 0xffff;

let compiled: WebAssembly.Module | undefined;

/** One instance a thread; all may share one memory. */
export function bindKernel(memory: WebAssembly.Memory): Kernel {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));
  const abort = () => {
    throw new Error('The histogram kernel aborted');
  };
  return new WebAssembly.Instance(compiled, { env: { memory, abort } }).exports as unknown as Kernel;
}
