import { readFileSync } from 'node:fs';

/** The functions of kernel.as; see there. Pointers are byte offsets into the memory they were bound to. */
export interface Kernel {
  histogram(
    table: number,
    features: number,
    rows: number,
    count: number,
    pairs: number,
    out: number,
    bytes: number,
  ): void;
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
    result: number,
  ): void;
}

let compiled: WebAssembly.Module | undefined;

/** One instance a thread; all may share one memory. */
export function bindKernel(memory: WebAssembly.Memory): Kernel {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));
  const abort = () => {
    throw new Error('The histogram kernel aborted');
  };
  return new WebAssembly.Instance(compiled, { env: { memory, abort } }).exports as unknown as Kernel;
}
