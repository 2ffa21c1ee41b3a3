/** How long each part of the stack's life took, printed as it goes and once more at the end. */
const lines: string[] = [];

export async function timed<T>(what: string, action: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await action();
  const line = `${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  ${what}`;
  lines.push(line);
  console.log(line);
  return result;
}

export const printTimes = () => console.log(`\nThe stack's log of times\n${lines.join('\n')}\n`);
