import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { main } from 'assemblyscript/asc';

const SOURCE = new URL('./kernel.as', import.meta.url);
const BINARY = new URL('./kernel.wasm', import.meta.url);

// Imported memory is shared, so that workers read one copy of the binned table; 65536 pages are 4 GiB.
const OPTIONS =
  '-O3 --runtime stub --importMemory --sharedMemory --maximumMemory 65536 --enable simd --enable threads --noAssert';

/** kernel.as → WebAssembly, the same bytes every time. */
export async function compileKernel(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(['kernel.ts', '--outFile', 'kernel.wasm', ...OPTIONS.split(' ')], {
    readFile: (name) => (name === 'kernel.ts' ? readFileSync(SOURCE, 'utf8') : null),
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`kernel.as does not compile: ${stderr.toString()}`, { cause: error });
  return binary;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(BINARY, await compileKernel());
}
