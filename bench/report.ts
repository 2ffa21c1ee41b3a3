import { barChart } from './bars.ts';
import type { Aim } from './part.ts';
import { PARTS, type PartName } from './parts.ts';
import type { FigureResult, PartResult, RatioResult, Results } from './results.ts';
import type { Summary } from './statistics.ts';
import { meets } from './verdict.ts';

/** Four digits, and all of those before the point. */
const number = (value: number): string =>
  value.toLocaleString('en', value >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
const spread = ({ low, high }: Summary) => `${number(low)} – ${number(high)}`;
const aimText = (aim: Aim) => ('atMost' in aim ? `≤ ${number(aim.atMost)}` : `≥ ${number(aim.atLeast)}`);
function verdictOn({ aim, median }: FigureResult | RatioResult, quick: boolean): string {
  if (aim === undefined) return '';
  if (quick) return aimText(aim);
  return `${aimText(aim)} ${meets(aim, median) ? '✓' : '✗'}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

const chartName = (part: PartName, unit: string) =>
  `${part}-${unit.replace('/', ' per ').trim().replaceAll(' ', '-').replace('µ', 'u')}.svg`;

/** The units of which a part has more than one figure: those make a chart. */
const charted = ({ figures }: PartResult) =>
  [...Map.groupBy(figures, ({ unit }) => unit)].filter(([, same]) => same.length > 1);

function section(name: PartName, result: PartResult): string[] {
  const figures = result.figures.map((figure) => [
    figure.name,
    `${number(figure.median)} ${figure.unit}`,
    spread(figure),
    String(figure.rounds),
    verdictOn(figure, result.quick),
  ]);
  const ratios = result.ratios.map((ratio) => [
    `**${ratio.name}**`,
    `**${number(ratio.median)}**`,
    spread(ratio),
    String(ratio.rounds),
    verdictOn(ratio, result.quick),
  ]);
  return [
    `## ${name}`,
    '',
    result.about,
    '',
    `Measured on ${result.measured_at.slice(0, 10)}${result.quick ? ' by `--quick`: that shows that it works, the figures are worth nothing' : ''}.`,
    '',
    ...table(['', 'median', 'spread', 'rounds', 'aim'], [...ratios, ...figures]),
    '',
    ...charted(result).flatMap(([unit]) => [`![${name}, ${unit}](benchmarks/${chartName(name, unit)})`, '']),
  ];
}

/** `docs/benchmarks.md` and its charts, by their path in `docs`. */
export function report({ machine, versions, parts }: Results): Map<string, string> {
  const files = new Map<string, string>();
  const sections: string[] = [];
  for (const name of PARTS) {
    const result = parts[name];
    if (result === undefined) continue;
    sections.push(...section(name, result));
    for (const [unit, figures] of charted(result)) {
      const bars = figures.map(({ name: label, median }) => ({
        label,
        value: median,
        text: `${number(median)} ${unit}`,
      }));
      files.set(`benchmarks/${chartName(name, unit)}`, barChart(`${name}, ${unit}`, bars));
    }
  }
  const page = [
    '# Benchmarks',
    '',
    '<!-- Written by `npm run bench` from benchmarks.json. -->',
    '',
    'What is fast and what is not, beside others that do the same. `npm run bench` measures all of it (`-- --only http` a part, `-- --quick` only whether it works) and writes this page; `npm run bench:check` measures again and says which ratios have changed beyond their noise.',
    '',
    'Everything that is compared is measured in turns, round by round. **Ratios** (bold) are what to read: each is of two figures of the same round, so they hold on other machines and on other days. Absolute figures are those of this machine on that day. Between the ends of a spread lie eight rounds of ten.',
    '',
    ...table(
      ['machine', ''],
      [
        ['processor', `${machine.processors} × ${machine.processor}`],
        ['memory', `${machine.memory_gb} GB`],
        ['system', machine.system],
        ...Object.entries(versions),
      ],
    ),
    '',
    ...sections,
  ];
  files.set('benchmarks.md', `${page.join('\n').trimEnd()}\n`);
  return files;
}
