import { styleText } from 'node:util';

type Stream = NodeJS.WriteStream;
type Style = Parameters<typeof styleText>[0];

export interface OutputFlags {
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * What a command says: its result on standard output, everything else on standard error. Colours and what moves only
 * go to a terminal.
 */
export class Output {
  readonly #stdout: Stream;
  readonly #stderr: Stream;
  readonly #flags: OutputFlags;
  #bar = false;

  constructor(stdout: Stream, stderr: Stream, flags: OutputFlags) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#flags = flags;
  }

  /**
   * The result: as JSON with --json, in short with --quiet, else for people.
   * @param short what a script goes on with, such as an id
   */
  result(value: unknown, people: () => string, short?: () => string): void {
    this.#clear();
    const { json, quiet } = this.#flags;
    const text = json ? JSON.stringify(value, null, 2) : quiet && short ? short() : people();
    if (text !== '') this.#stdout.write(`${text}\n`);
  }

  /** A remark by the way. */
  note(text: string): void {
    if (this.#flags.quiet) return;
    this.#clear();
    this.#stderr.write(`${text}\n`);
  }

  /** How far something is, on one line that is written again and again. @param share from 0 to 1; undefined: not known */
  progress(label: string, share: number | undefined): void {
    if (this.#flags.quiet || !this.#stderr.isTTY) return;
    const width = 24;
    const done = Math.round((share ?? 0) * width);
    const bar = share === undefined ? '' : `${'█'.repeat(done)}${'░'.repeat(width - done)} `;
    const percent = share === undefined ? '' : `${Math.round(share * 100)} % `;
    this.#stderr.write(`\r\u001b[K${bar}${percent}${label}`);
    this.#bar = true;
  }

  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#stdout });
  }

  #clear(): void {
    if (this.#bar) this.#stderr.write('\r\u001b[K');
    this.#bar = false;
  }

  /** Rows under their titles, a line each. */
  table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
    const widths = titles.map((title, i) =>
      Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
    );
    const line = (cells: readonly string[]) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd();
    return [this.style('bold', line(titles)), ...rows.map(line)].join('\n');
  }
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytes(count: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), UNITS.length - 1);
  return `${(count / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

export const seconds = (value: number | null): string =>
  value === null ? '' : value < 10 ? `${value.toFixed(2)} s` : `${Math.round(value)} s`;

/** What of a model's quality is looked at first. */
export function quality(metrics: Readonly<Record<string, unknown>> | null): string {
  const [name, value] =
    Object.entries(metrics ?? {}).find(([key]) => key === 'accuracy' || key === 'r2') ?? [];
  return typeof value === 'number' ? `${name} ${value.toFixed(3)}` : '';
}
