import { readFileSync } from 'node:fs';
import { parseNumber } from '#tabular';

/** The functions of kernel.as; see there. Addresses are byte offsets into its memory. */
export interface CellsKernel {
  /** Its buffer is another one whenever it has grown. */
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly WITH_DOUBLES: WebAssembly.Global;
  readonly NO_ROW: WebAssembly.Global;
  readonly REFUSED: WebAssembly.Global;
  readonly FULL: WebAssembly.Global;
  readonly recordStart: WebAssembly.Global;
  readonly line: WebAssembly.Global;
  readonly linesInRecord: WebAssembly.Global;
  readonly linesInField: WebAssembly.Global;
  readonly row: WebAssembly.Global;
  begin(columns: number, delimiter: number, lineBytes: number, rows: number): void;
  readNumbers(column: number): void;
  findTexts(column: number): void;
  grammarAddress(): number;
  kindsAddress(): number;
  linesAddress(): number;
  firstAddress(column: number): number;
  secondAddress(column: number): number;
  misfitOf(column: number): number;
  allocate(bytes: number): number;
  start(address: number, line: number, crlf: number): void;
  moved(by: number): void;
  nextBlock(): void;
  scan(end: number, isLast: number): number;
}

let compiled: WebAssembly.Module | undefined;

export function bindCellsKernel(): CellsKernel {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));
  const number = (from: number, to: number): number => {
    const text = Buffer.from(kernel.memory.buffer, from, to - from).toString('latin1');
    return parseNumber(text) ?? Number.POSITIVE_INFINITY;
  };
  const kernel = new WebAssembly.Instance(compiled, {
    env: {
      number,
      otherNumber: number,
      abort: () => {
        throw new Error('The cells kernel aborted');
      },
    },
  }).exports as unknown as CellsKernel;
  return kernel;
}
