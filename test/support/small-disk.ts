import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether this user may mount a file system of its own here. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return process.env['REQUIRE_ALL'] === '1';
  } finally {
    rmdirSync(folder);
  }
}

export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Takes every byte that is free, but for the last so many MiB. */
  fill(leaveMib?: number): Promise<void>;
  /** Gives them back. */
  free(): Promise<void>;
}

/** A file system of its own, of so many MiB. */
export async function smallDisk(mib: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'mlops-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=755`, 'none', path]);
  const ballast = join(path, 'ballast');
  return {
    path,
    async fill(leaveMib = 0) {
      await using file = await open(ballast, 'a');
      for (const bytes of [Buffer.alloc(1024 * 1024), Buffer.alloc(4096)])
        for (;;)
          try {
            await file.write(bytes);
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
            break;
          }
      await file.truncate((await file.stat()).size - leaveMib * 1024 * 1024);
    },
    free: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      await run('umount', ['-l', path]);
      await rmdir(path);
    },
  };
}
