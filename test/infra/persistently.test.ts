import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from './monitoring-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const SCRIPT = fileURLToPath(new URL('.ci/persistently.sh', ROOT));
/** A mirror that stumbles so many times, in a folder of its own; nobody waits. */
const ASKED = `
  . "${SCRIPT}"
  sleep() { echo "waits $1"; }
  mirror() { echo asked; echo . >>times; [ "$(wc -l <times)" -gt "$1" ]; }
  persistently mirror "$STUMBLES"`;

async function ask(stumbles: number): Promise<{ readonly code: number; readonly said: readonly string[] }> {
  await using folder = await temporaryFolder();
  const answer = (code: number, stdout: string) => ({ code, said: stdout.trim().split('\n') });
  return await promisify(execFile)('bash', ['-c', ASKED], {
    cwd: folder.path,
    env: { ...process.env, STUMBLES: String(stumbles) },
  }).then(
    ({ stdout }) => answer(0, stdout),
    ({ code, stdout }: { code: number; stdout: string }) => answer(code, stdout),
  );
}

test('a package mirror that stumbles is asked again, after longer and longer', async () => {
  expect(await ask(0)).toEqual({ code: 0, said: ['asked'] });
  expect(await ask(2)).toEqual({ code: 0, said: ['asked', 'waits 5', 'asked', 'waits 10', 'asked'] });
});

test('one that stumbles four times is given up', async () => {
  const { code, said } = await ask(9);
  expect(code).toBe(1);
  expect(said.filter((line) => line === 'asked')).toHaveLength(4);
  expect(said.at(-1)).toBe('asked');
});
