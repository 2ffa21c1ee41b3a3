/** A CSV of noise that a model takes seconds to fit: for runs that must still be under way when something happens. */
export function noisyTable({ rows = 20_000, columns = 40, classes = 6 } = {}): string {
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
