import { readFileSync } from 'node:fs';

/** The functions of kernel.as; see there. Addresses are byte offsets into its memory. */
export interface CsvKernel {
  /** Its buffer is another one whenever it has grown. */
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly COLUMN_BYTES: WebAssembly.Global;
  readonly TEXT_BYTES: WebAssembly.Global;
  readonly recordStart: WebAssembly.Global;
  readonly line: WebAssembly.Global;
  readonly linesInRecord: WebAssembly.Global;
  readonly linesInField: WebAssembly.Global;
  readonly rows: WebAssembly.Global;
  readonly unusual: WebAssembly.Global;
  begin(columns: number, delimiter: number, lineBytes: number, seed: bigint): void;
  count(small: number, large: number, rowsOfSmall: number): void;
  sample(records: number, bytes: number): void;
  sampleAddress(): number;
  sampleBytes(): number;
  grammarAddress(): number;
  kindsAddress(): number;
  columnsAddress(): number;
  allocate(bytes: number): number;
  start(line: number, crlf: number): void;
  standAt(address: number): void;
  moved(by: number): void;
  scan(end: number, isLast: number): number;
  finish(): void;
}

/** What the kernel asks for a cell's text. */
interface Helpers {
  readonly number: (text: string) => number;
  readonly isFaithful: (text: string) => boolean;
}

let compiled: WebAssembly.Module | undefined;

export function bindCsvKernel({ number, isFaithful }: Helpers): CsvKernel {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));
  const text = (from: number, to: number) =>
    Buffer.from(kernel.memory.buffer, from, to - from).toString('latin1');
  const kernel = new WebAssembly.Instance(compiled, {
    env: {
      number: (from: number, to: number) => number(text(from, to)),
      isFaithful: (from: number, to: number) => (isFaithful(text(from, to)) ? 1 : 0),
      abort: () => {
        throw new Error('The csv kernel aborted');
      },
    },
  }).exports as unknown as CsvKernel;
  return kernel;
}
