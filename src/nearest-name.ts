import { distance } from 'fastest-levenshtein';

/** Two slips of the finger, of a name that is long enough to have more right than wrong. */
const NEAR = 2;
/** Of a name that somebody sent: a longer one is nobody's slip. */
const MAX_LETTERS = 300;

export interface Nearest {
  readonly name: string;
  /** Letters that differ. Small or capital, and what stands between words, makes no difference. */
  readonly edits: number;
}

/** The one of the known names that is written most like this one. */
export function nearestName(name: string, known: readonly string[]): Nearest | undefined {
  if (name.length > MAX_LETTERS) return undefined;
  const letters = lettersOf(name);
  let nearest: Nearest | undefined;
  for (const candidate of known) {
    const edits = distance(letters, lettersOf(candidate));
    if (nearest === undefined || edits < nearest.edits) nearest = { name: candidate, edits };
  }
  return nearest;
}

/** The known name that is so near that it must have been meant. */
export function meantName(name: string, known: readonly string[]): string | undefined {
  const nearest = nearestName(name, known);
  if (nearest === undefined) return undefined;
  const most = Math.min(NEAR, Math.floor(lettersOf(name).length / 2));
  return nearest.edits <= most ? nearest.name : undefined;
}

export const lettersOf = (name: string) => name.toUpperCase().replaceAll(/[_\-. ]/g, '');
