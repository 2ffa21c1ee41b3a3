/** What differs from one run to the next, and what stands for it. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '‹id›'],
  [/\b[0-9a-f]{32}\b/g, '‹trace›'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '‹time›'],
  [/("\w*seconds":)[\d.e-]+/g, '$1‹seconds›'],
  [/\b\d+(?:\.\d+)? (?:ms|s)\b/g, '‹seconds›'],
  [/ *█+/g, ' █'],
  [/[ \t]+/g, ' '],
  [/[ \r]+$/gm, ''],
];

/** Figures of quality are the same everywhere, but for their last digits. */
const LONG_DECIMALS = /\d+\.\d{6,}(?:e-?\d+)?/g;

const normalised = (text: string) =>
  VOLATILE.reduce((said, [pattern, word]) => said.replace(pattern, word), text)
    .replace(LONG_DECIMALS, (digits) => Number(digits).toPrecision(6))
    .trim();

const onOneLine = (text: string) => text.replace(/\s*\n\s*/g, '');

/**
 * Compares what was printed with what a page promises, in which `…` stands for anything.
 * @returns the first piece of the promise that was not kept
 */
export function brokenPromise(
  promise: { readonly text: string; readonly isJson: boolean },
  printed: string,
): string | undefined {
  const prepare = (text: string) => normalised(promise.isJson ? onOneLine(text) : text);
  const said = prepare(printed);
  const pieces = prepare(promise.text)
    .split('…')
    .map((piece) => piece.trim());
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  if (!said.startsWith(first)) return first;
  let from = 0;
  for (const piece of pieces) {
    const at = said.indexOf(piece, from);
    if (at < 0) return piece;
    from = at + piece.length;
  }
  return said.endsWith(last) ? undefined : last;
}
