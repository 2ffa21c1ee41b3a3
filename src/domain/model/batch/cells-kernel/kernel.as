// AssemblyScript (https://www.assemblyscript.org): cuts a delimited text into cells as csv-grammar.ts says, and reads
// those of columns of numbers. What is refused is only found here; csv-reader.ts finds the words for it.
//
// Behind the text that `scan` is given stand 32 zero bytes, so that a word, or 16 bytes, can be loaded anywhere in it.

import { decimal, MAX_SAFE, powerOfTen, quotient } from "../../../table/csv-kernel/decimal";
import {
  ACTIONS, CLOSED, CR, DOUBLED, END_FIELD, END_LINE, LF, LINE_IN_FIELD, QUOTED, RETURN, TEXT_STATE,
} from "../../../table/csv-kernel/grammar";
import { plainEnd, quotedEnd } from "../../../table/csv-kernel/text";

/** A number of any text that is no plain literal: NaN for a missing one, infinite for what is none. */
@external("env", "otherNumber") declare function otherNumber(from: usize, to: usize): f64;

/** As in cell.ts. */
const NUMBER: u32 = 2;

const MINUS: u32 = 0x2d;
const POINT: u32 = 0x2e;
const ZERO: u32 = 0x30;

/** What is done with the cells of a column. */
const SKIP: u32 = 0;
const READ_NUMBER: u32 = 1;
const FIND_TEXT: u32 = 2;

/** Of a text: quotes are doubled in it. */
export const WITH_DOUBLES: u32 = 0x80000000;
export const NO_ROW: u32 = 0xffffffff;

/** What `scan` stopped for. */
export const REFUSED: u32 = 0;
export const MORE_TEXT: u32 = 1;
export const FULL: u32 = 2;

@unmanaged
class Column {
  use: u32;
  /** The first row whose cell is no number. */
  misfit: u32;
  /** Of numbers: a double a row. Of texts: where each begins. */
  first: usize;
  /** Of texts: where each ends. */
  second: usize;
}

let delimiter: u32 = 0;
let delimiters: v128 = i8x16.splat(0);
let width: i32 = 0;
let maxLineBytes: usize = 0;
let limit: u32 = 0;
let grammar: usize = 0;
let kindAt: usize = 0;
let columns: usize = 0;
let lines: usize = 0;

/** Where the record and the field begin that are read next, and the field's number. */
export let recordStart: usize = 0;
let fieldStart: usize = 0;
let field: i32 = 0;
/** Number of the line the record begins in, the line ends since, and those in what has come of the unfinished field. */
export let line: f64 = 0;
export let linesInRecord: u32 = 0;
export let linesInField: u32 = 0;
/** Of the block so far. */
export let row: u32 = 0;
/** Whether lines end with CR LF. */
let crlf: bool = false;

let top: usize = 0;

export function allocate(bytes: usize): usize {
  const address = top;
  top = (address + bytes + 63) & ~63;
  const missing = <i32>((top + 0xffff) >>> 16) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
  return address;
}

/** Forgets everything, and makes room for blocks of so many rows of a table of so many columns. */
export function begin(columnCount: i32, separator: u32, lineBytes: u32, rows: u32): void {
  top = (__heap_base + 63) & ~63;
  width = columnCount;
  delimiter = separator;
  delimiters = i8x16.splat(<i8>separator);
  maxLineBytes = lineBytes;
  limit = rows;
  grammar = allocate(ACTIONS << 9);
  kindAt = allocate(ACTIONS);
  lines = allocate(<usize>rows << 3);
  const bytes = <usize>width * offsetof<Column>();
  columns = allocate(bytes);
  memory.fill(columns, 0, bytes);
  row = 0;
  field = 0;
  linesInRecord = 0;
  linesInField = 0;
}

export function readNumbers(i: i32): void {
  const column = columnAt(i);
  column.use = READ_NUMBER;
  column.misfit = NO_ROW;
  column.first = allocate(<usize>limit << 3);
}

export function findTexts(i: i32): void {
  const column = columnAt(i);
  column.use = FIND_TEXT;
  column.first = allocate(<usize>limit << 2);
  column.second = allocate(<usize>limit << 2);
}

export function grammarAddress(): usize {
  return grammar;
}
export function kindsAddress(): usize {
  return kindAt;
}
export function linesAddress(): usize {
  return lines;
}
export function firstAddress(i: i32): usize {
  return columnAt(i).first;
}
export function secondAddress(i: i32): usize {
  return columnAt(i).second;
}
export function misfitOf(i: i32): u32 {
  return columnAt(i).misfit;
}

// @ts-ignore: decorator
@inline
function columnAt(i: i32): Column {
  return changetype<Column>(columns + <usize>i * offsetof<Column>());
}

/** Where the text behind the header stands, which line it begins in, and how lines end. */
export function start(address: usize, firstLine: f64, endsWithCr: bool): void {
  recordStart = address;
  fieldStart = address;
  line = firstLine;
  crlf = endsWithCr;
}

/** The record that is not read to its end stands elsewhere now, and so do the texts found in it. */
export function moved(by: usize): void {
  recordStart -= by;
  fieldStart -= by;
  for (let i = 0; i < field; i++) {
    const column = columnAt(i);
    if (column.use != FIND_TEXT) continue;
    store<u32>(column.first + (<usize>row << 2), load<u32>(column.first + (<usize>row << 2)) - by);
    // Its highest bit is not lent from.
    store<u32>(column.second + (<usize>row << 2), load<u32>(column.second + (<usize>row << 2)) - by);
  }
}

/** The block was taken. */
export function nextBlock(): void {
  row = 0;
}

/** Reads the records up to `end`, or until the block is full; without `isLast`, what comes behind it is not there yet. */
export function scan(end: usize, isLast: bool): u32 {
  let from = fieldStart;
  let column = columnAt(field);
  while (from < end || (isLast && from > recordStart)) {
    let to = from;
    let terminator: u32 = 0;
    // A plain decimal, read without the grammar.
    if (column.use == READ_NUMBER) {
      let digit = <u32>load<u8>(to) - ZERO;
      const isNegative = digit == MINUS - ZERO;
      if (isNegative) digit = <u32>load<u8>(++to) - ZERO;
      if (digit < 10) {
        const first = to++;
        let mantissa: u64 = digit;
        while ((digit = <u32>load<u8>(to) - ZERO) < 10) {
          mantissa = mantissa * 10 + digit;
          to++;
        }
        let digits = <u32>(to - first);
        let scale: u32 = 0;
        if (digit == POINT - ZERO) {
          const point = to++;
          while ((digit = <u32>load<u8>(to) - ZERO) < 10) {
            mantissa = mantissa * 10 + digit;
            to++;
          }
          scale = <u32>(to - point) - 1;
          digits += scale;
        }
        const behind = digit + ZERO;
        // So many digits fit into the mantissa.
        if (
          digits <= 19 && scale <= 22 && (behind == delimiter || behind == LF || (behind == CR && load<u8>(to, 1) == LF))
        ) {
          const value =
            mantissa <= MAX_SAFE ? <f64>mantissa / powerOfTen(scale) : quotient(mantissa, powerOfTen(scale));
          if (value == value) {
            store<f64>(column.first + (<usize>row << 3), isNegative ? -value : value);
            terminator = behind;
          }
        }
      }
    }
    if (terminator == 0) {
      to = from;
      let state: u32 = 0;
      let linesHere: u32 = 0;
      let action: u32 = 0;
      while (to < end) {
        const next = <u32>load<u16>(grammar + (((<usize>state << 8) | load<u8>(to)) << 1));
        if (next < ACTIONS) {
          state = next;
          to++;
          if (next == TEXT_STATE) to = plainEnd(to - 1, end, delimiters);
          else if (next == QUOTED + TEXT_STATE || next == QUOTED + DOUBLED) to = quotedEnd(to, end);
        } else if (next == LINE_IN_FIELD) {
          linesHere++;
          to++;
          if (state != QUOTED + DOUBLED) state = QUOTED + TEXT_STATE;
          to = quotedEnd(to, end);
        } else {
          action = next;
          break;
        }
      }
      if (action == 0) {
        if (!isLast) {
          linesInField = linesHere;
          break;
        }
        if (state >= QUOTED && state < CLOSED) return REFUSED;
      } else if (action == END_FIELD) terminator = delimiter;
      else if (action == END_LINE) terminator = LF;
      else if (action == RETURN) {
        if (to + 1 == end && !isLast) {
          linesInField = linesHere;
          break;
        }
        if (to + 1 == end || load<u8>(to, 1) != LF) return REFUSED;
        terminator = CR;
      } else return REFUSED;
      linesInRecord += linesHere;
      if (to == recordStart && width > 1 && terminator != delimiter) {
        // A blank line.
        if (crlf != (terminator == CR)) return REFUSED;
        from = to + (terminator == CR ? 2 : 1);
        recordStart = from;
        line++;
        continue;
      }
      if (column.use != SKIP) endCell(column, state, from, to);
    }
    if (terminator == delimiter) {
      field++;
      if (field == width) return REFUSED;
      column = changetype<Column>(changetype<usize>(column) + offsetof<Column>());
      from = to + 1;
      fieldStart = from;
      continue;
    }
    // The record's end.
    if (field + 1 != width) return REFUSED;
    if (terminator == 0) from = to;
    else {
      if (crlf != (terminator == CR)) return REFUSED;
      from = to + (terminator == CR ? 2 : 1);
      if (from - recordStart > maxLineBytes) return REFUSED;
    }
    store<f64>(lines + (<usize>row << 3), line);
    row++;
    line += 1 + <f64>linesInRecord;
    linesInRecord = 0;
    linesInField = 0;
    field = 0;
    column = columnAt(0);
    recordStart = from;
    fieldStart = from;
    if (row == limit) return FULL;
    if (terminator == 0) break;
  }
  if (field == 0) fieldStart = recordStart;
  return MORE_TEXT;
}

function endCell(column: Column, state: u32, from: usize, to: usize): void {
  if (state >= QUOTED) {
    from++;
    to--;
  }
  if (column.use == FIND_TEXT) {
    store<u32>(column.first + (<usize>row << 2), <u32>from);
    store<u32>(column.second + (<usize>row << 2), state == CLOSED + DOUBLED ? <u32>to | WITH_DOUBLES : <u32>to);
    return;
  }
  const value =
    from == to ? NaN : <u32>load<u8>(kindAt + state) == NUMBER ? decimal(from, to) : otherNumber(from, to);
  store<f64>(column.first + (<usize>row << 3), value);
  if (abs(value) == Infinity && column.misfit == NO_ROW) column.misfit = row;
}
