/**
 * A CSV of noise, for heavy runs that must still be under way when something happens: as it is, one of a trial or two
 * takes seconds, and one of as many as it wants longer than any test looks.
 */
export function noisyTable({ rows = 5000, columns = 10, classes = 6 } = {}): string {
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const lines = [[...Array.from({ length: columns }, (_, i) => `x${i}`), 'target'].join(',')];
  for (let row = 0; row < rows; row++) {
    const cells = Array.from({ length: columns }, () => random().toFixed(4));
    lines.push([...cells, `class-${Math.floor(random() * classes)}`].join(','));
  }
  return `${lines.join('\n')}\n`;
}
