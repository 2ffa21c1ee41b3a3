/** A mistake that was made, and whether some test found it. */
export interface Verdict {
  /** What it was made in. */
  readonly where: string;
  readonly change: string;
  readonly killed: boolean;
}

export function printScore(verdicts: readonly Verdict[]): void {
  const survivors = verdicts.filter(({ killed }) => !killed);
  for (const { where, change } of survivors) console.log(`survived  ${where}: ${change}`);
  const killed = verdicts.length - survivors.length;
  const percent = ((100 * killed) / verdicts.length).toFixed(1);
  console.log(`${killed} of ${verdicts.length} mutants killed, ${percent} %`);
}
