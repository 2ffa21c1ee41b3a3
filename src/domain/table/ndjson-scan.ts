import { AppError } from '../../errors.ts';
import { BOOLEAN, kindOf, MISSING, NUMBER, TEXT } from './cell.ts';
import { typeOfKinds } from './column-kinds.ts';
import { excerpt } from './excerpt.ts';
import { checkColumnCount, checkNames } from './header.ts';
import { sampleOfObjects } from './row-sample.ts';
import { RowSampler } from './row-sampler.ts';
import { MAX_LINE_BYTES, type TextScan } from './text-scan.ts';

const LF = 0x0a;
const MARK = '\u{feff}';

interface ColumnSeen {
  kinds: number;
  values: number;
}

/**
 * Reads newline-delimited JSON line by line: every line that is not blank must be an object of plain values. The
 * columns are the union over the lines, in the order of their first appearance; a name that a line lacks is a
 * missing value. A JSON number is a number however many digits it has; what a JSON string means is decided by its
 * text, as in a CSV.
 */
export class NdjsonScanner {
  /** Number of the line the scan stands in; 1 is the file's first. */
  line = 1;
  readonly #columns = new Map<string, ColumnSeen>();
  readonly #sample = new RowSampler<Readonly<Record<string, unknown>>>();
  #rows = 0;
  /** The current line's bytes in earlier pieces. */
  #begun: Buffer[] = [];
  #begunBytes = 0;

  /** @throws {AppError} `bad_format` or `bad_header`, with the line */
  push(piece: Buffer): void {
    let start = 0;
    for (let end = piece.indexOf(LF); end >= 0; end = piece.indexOf(LF, start)) {
      this.#checkLength(end - start + 1);
      this.#take(
        this.#begunBytes === 0
          ? piece.toString('utf8', start, end)
          : this.#finish(piece.subarray(start, end)),
      );
      start = end + 1;
      this.line++;
    }
    if (start === piece.length) return;
    this.#checkLength(piece.length - start);
    this.#begun.push(Buffer.from(piece.subarray(start)));
    this.#begunBytes += piece.length - start;
  }

  /**
   * To be called once, behind the last piece.
   * @throws {AppError} as `push`; `empty` when there was no line at all
   */
  end(): TextScan {
    this.#take(this.#finish(Buffer.alloc(0)));
    if (this.#rows === 0) throw new AppError('empty', 'The file holds no data.');
    const names = [...this.#columns.keys()];
    checkNames(names);
    // DuckDB finds a name in an object without regard to the case of ASCII letters.
    checkNames(names.map((name) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())));
    const columns = names.map((name) => {
      const { kinds, values } = this.#columns.get(name)!;
      return { name, type: typeOfKinds(kinds), missing: this.#rows - values };
    });
    return { rows: this.#rows, columns, sampled: () => sampleOfObjects(names, this.#sample.rows) };
  }

  #finish(rest: Buffer): string {
    const text = Buffer.concat([...this.#begun, rest]).toString('utf8');
    this.#begun = [];
    this.#begunBytes = 0;
    return text;
  }

  #checkLength(more: number): void {
    if (this.#begunBytes + more > MAX_LINE_BYTES) throw this.#fault(`longer than ${MAX_LINE_BYTES} bytes`);
  }

  #take(text: string): void {
    const json = this.line === 1 && text.startsWith(MARK) ? text.slice(1) : text;
    const object = this.#parse(json);
    if (object === undefined) return;
    for (const name in object) {
      const kind = kindOfJson(object[name]);
      if (kind === undefined)
        throw this.#fault(`the value of ${excerpt(name)} is nested: only plain values can be read`);
      if (kind === MISSING) this.#seen(name);
      else {
        const column = this.#seen(name);
        column.kinds |= kind;
        column.values++;
      }
    }
    this.#sample.offer(object, text.length);
    this.#rows++;
  }

  #parse(json: string): Record<string, unknown> | undefined {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      if (json.trim() === '') return undefined;
      throw this.#fault('not valid JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#fault('not a JSON object');
    return value as Record<string, unknown>;
  }

  #seen(name: string): ColumnSeen {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    checkColumnCount(this.#columns.size + 1);
    const column = { kinds: 0, values: 0 };
    this.#columns.set(name, column);
    return column;
  }

  #fault(what: string): AppError {
    return new AppError('bad_format', `Line ${this.line}: ${what}.`);
  }
}

/** Kind of a plain JSON value, undefined for an object or an array. */
function kindOfJson(value: unknown): number | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? NUMBER : TEXT;
    case 'string':
      return kindOf(value);
    case 'boolean':
      return BOOLEAN;
    default:
      return value === null ? MISSING : undefined;
  }
}
