/** Compiles the WebAssembly modules: `npm run kernels`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { main } from 'assemblyscript/asc';

export interface Kernel {
  readonly source: URL;
  readonly binary: URL;
  readonly options: string;
}

const kernel = (folder: string, options: string): Kernel => ({
  source: new URL(`../src/${folder}/kernel.as`, import.meta.url),
  binary: new URL(`../src/${folder}/kernel.wasm`, import.meta.url),
  options: `-O3 --runtime stub --noAssert --enable simd ${options}`,
});

export const KERNELS: readonly Kernel[] = [
  // Imported memory is shared, so that workers read one copy of the binned table; 65536 pages are 4 GiB.
  kernel('tabular/kernel', '--enable threads --importMemory --sharedMemory --maximumMemory 65536'),
  kernel('domain/table/csv-kernel', '--maximumMemory 8192'),
  kernel('domain/model/batch/cells-kernel', '--maximumMemory 8192'),
];

/** What the compiler calls `*.ts` ends with `.as`, so that nobody takes it for TypeScript. */
const sourceOf = (name: string, kernel: URL) => new URL(name.replace(/\.ts$/, '.as'), kernel);

/** AssemblyScript → WebAssembly, the same bytes every time. */
export async function compileKernel({ source, options }: Kernel): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(
    ['kernel.ts', '--outFile', 'kernel.wasm', ...options.trim().split(' ')],
    {
      readFile: (name) => {
        const file = sourceOf(name, source);
        return existsSync(file) ? readFileSync(file, 'utf8') : null;
      },
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary)
    throw new Error(`${source.pathname} does not compile: ${stderr.toString()}`, { cause: error });
  return binary;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const one of KERNELS) writeFileSync(one.binary, await compileKernel(one));
}
