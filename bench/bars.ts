const WIDTH = 760;
const LABELS = 330;
const VALUES = 110;
const ROW = 22;
const BAR = 14;

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly text: string;
}

const escaped = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${sign.codePointAt(0)};`);

/** Bars of one unit beside each other, readable on a light and a dark page. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map(({ value }) => value)) || 1;
  const height = ROW * (bars.length + 1) + 8;
  const rows = bars.flatMap(({ label, value, text }, i) => {
    const top = ROW * (i + 1) + 4;
    const length = Math.max(1, Math.round(((WIDTH - LABELS - VALUES) * value) / longest));
    return [
      `  <text x="${LABELS - 8}" y="${top + 12}" text-anchor="end">${escaped(label)}</text>`,
      `  <rect x="${LABELS}" y="${top}" width="${length}" height="${BAR}" fill="#4a7fb5"/>`,
      `  <text x="${LABELS + length + 6}" y="${top + 12}">${escaped(text)}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#808080" role="img" aria-label="${escaped(title)}">`,
    `  <text x="${LABELS}" y="16" font-weight="bold">${escaped(title)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}
