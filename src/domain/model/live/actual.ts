import { parseNumber } from '#tabular';

/** What really happened, as a client tells it. */
export type Actual = string | number | boolean;

/** The class that is meant, by its position: its label as it is, or the same number or truth value. */
export function classOf(actual: Actual, classes: readonly string[]): number | undefined {
  const text = String(actual);
  const wanted = classes.indexOf(text);
  if (wanted >= 0) return wanted;
  const same = classes.findIndex((label) =>
    typeof actual === 'boolean' ? label.toLowerCase() === text : isSameNumber(label, text),
  );
  return same < 0 ? undefined : same;
}

/** The number that is meant. */
export function numberOf(actual: Actual): number | undefined {
  const value = typeof actual === 'boolean' ? undefined : parseNumber(String(actual));
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

const isSameNumber = (a: string, b: string) => numberOf(a) !== undefined && numberOf(a) === numberOf(b);
