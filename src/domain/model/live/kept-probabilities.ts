/** Of models of more classes only the probability of the one predicted is kept: a row must stay small. */
const MAX_CLASSES = 20;

/** What the probabilities of a row take; 0: that of the class predicted is all that is kept, and between two says all. */
export const keptBytes = (classes: number): number =>
  classes > 2 && classes <= MAX_CLASSES ? classes * Float32Array.BYTES_PER_ELEMENT : 0;

/**
 * @param probabilities `[row * classes + class]`
 * @returns gives those of a row, as the text of a `bytea`; undefined: they are not kept
 */
export function probabilityTexts(
  probabilities: Float64Array,
  classes: number,
): ((row: number) => string) | undefined {
  const width = keptBytes(classes);
  if (width === 0) return undefined;
  const bytes = Buffer.from(Float32Array.from(probabilities).buffer);
  return (row) => `\\x${bytes.toString('hex', row * width, (row + 1) * width)}`;
}
