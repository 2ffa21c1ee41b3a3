import { readdir, readFile } from 'node:fs/promises';

/** Processes that this process started, and theirs, whose command line holds the text. */
export async function descendants(parent: number, text: string): Promise<number[]> {
  const processes = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
        const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
        return { pid: Number(name), parent: Number(stat.split(') ')[1]?.split(' ')[1]), command };
      }),
  );
  const below = (pid: number): typeof processes =>
    processes.filter((one) => one.parent === pid).flatMap((one) => [one, ...below(one.pid)]);
  return below(parent)
    .filter(({ command }) => command.includes(text))
    .map(({ pid }) => pid);
}
