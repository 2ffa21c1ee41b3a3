import { access, type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const READ_BYTES = 1 << 20;
/** How often it is looked at when everything has been read. */
const LOOK_EVERY_MS = 10;
/** Time spent waiting, all in all, after which whoever writes the file is too slow to be waited for. */
const PATIENCE_MS = 2000;

/** Whoever writes the file is so slow that it is better read when it is there. */
export class SlowArrival extends Error {
  constructor() {
    super('the file grows too slowly');
    this.name = 'SlowArrival';
  }
}

/**
 * The bytes of a file that is still being written at `part`, and moved to `path` when it is whole. A piece is only valid
 * until the next one is asked for.
 * @throws {SlowArrival} when it has been waited for long enough
 */
export async function* growingFile(
  part: string,
  path: string,
  patienceMs: number = PATIENCE_MS,
): AsyncGenerator<Buffer> {
  await using file = await openEither(part, path);
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  let waited = 0;
  for (;;) {
    // Asked first: what is read afterwards is all there is.
    const isWhole = await exists(path);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES);
      if (bytesRead === 0) break;
      yield buffer.subarray(0, bytesRead);
    }
    if (isWhole) return;
    if (waited >= patienceMs) throw new SlowArrival();
    const start = performance.now();
    await sleep(LOOK_EVERY_MS);
    waited += performance.now() - start;
  }
}

/** It may have been moved before it was opened. */
async function openEither(part: string, path: string): Promise<FileHandle> {
  try {
    return await open(part);
  } catch {
    return open(path);
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
