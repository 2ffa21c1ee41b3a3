import { cellState, hasQuotes, isDoubled } from './csv-grammar.ts';

/** A record of a delimited text as `CsvReader` found it, valid until the next one is asked for. */
export class CsvRecord {
  bytes: Buffer = Buffer.alloc(0);
  /** Offset of the first byte. */
  begin = 0;
  /** How many it has. Only so many are kept as there was room for. */
  fields = 0;
  /** Number of the line it begins in; 1 is the file's first. */
  line = 1;
  /** Offset behind each field, its quotes included. */
  readonly ends: Int32Array;
  /** State of `csvGrammar` that each field ends in. */
  readonly states: Uint16Array;

  constructor(room: number) {
    this.ends = new Int32Array(room);
    this.states = new Uint16Array(room);
  }

  /** Offset of a field's first byte within quotes. */
  start(field: number): number {
    const start = field === 0 ? this.begin : this.ends[field - 1]! + 1;
    return hasQuotes(this.states[field]!) ? start + 1 : start;
  }

  /** Offset behind a field's last byte within quotes. */
  end(field: number): number {
    return hasQuotes(this.states[field]!) ? this.ends[field]! - 1 : this.ends[field]!;
  }

  /** State of `cell.ts` that a field ends in. */
  cellState(field: number): number {
    return cellState(this.states[field]!);
  }

  /** Whether quotes are doubled between `start` and `end`. */
  isDoubled(field: number): boolean {
    return isDoubled(this.states[field]!);
  }

  text(field: number): string {
    const text = this.bytes.toString('utf8', this.start(field), this.end(field));
    return this.isDoubled(field) ? text.replaceAll('""', '"') : text;
  }
}
