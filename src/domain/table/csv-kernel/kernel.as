// AssemblyScript (https://www.assemblyscript.org): the check and the profile of a delimited text in one pass over its
// bytes, as csv-grammar.ts and cell.ts say. What is refused is only found here; csv-reader.ts finds the words for it.
//
// Behind the text that `scan` is given stand 32 zero bytes, so that a word, or 16 bytes, can be loaded anywhere in it.

import { decimal, MAX_SAFE, powerOfTen, quotient } from "./decimal";
import {
  ACTIONS, CLOSED, CR, DOUBLED, END_FIELD, END_LINE, LF, LINE_IN_FIELD, QUOTE, QUOTED, RETURN, TEXT_STATE,
} from "./grammar";
import { beginSample, offerRecord } from "./sample";
import { isQuotePassed, plainEnd, quotedEnd } from "./text";

export { sampleAddress, sampleBytes } from "./sample";

/** Whether a whole number of a cell's text is exact as a double. */
@external("env", "isFaithful") declare function isFaithful(from: usize, to: usize): bool;

/** Kinds as in cell.ts, and beside them a number that may be too long a whole number. */
const MISSING: u32 = 1;
const NUMBER: u32 = 2;
const DATETIME: u32 = 8;
const TEXT: u32 = 16;
const WHOLE: u32 = 128;
const SAFE_LENGTH: usize = 15;

const PLUS: u32 = 0x2b;
const MINUS: u32 = 0x2d;
const POINT: u32 = 0x2e;
const ZERO: u32 = 0x30;

/** What is measured of a column. The first value decides; a later one of another kind spoils it. */
const NOTHING_YET: u32 = 0;
const NUMBERS: u32 = 1;
const TIMES: u32 = 2;
const TEXTS: u32 = 3;
const NOTHING: u32 = 4;

/** Hashes that a column collects before they are added to its set. */
const WAITING: u32 = 256;
/** A set of more places than two to this is filled later, if it can wait: column by column it stays in the cache. */
const PATIENT_BITS: u32 = 12;

/** Enough of the least and of the greatest text: 200 characters. */
export const TEXT_BYTES: u32 = 800;

@unmanaged
class Column {
  /** The kinds of its cells. */
  kinds: u32;
  measure: u32;
  missing: u64;
  // Of numbers.
  min: f64;
  max: f64;
  sum: f64;
  /** What rounding took from the sum (Neumaier 1974). */
  rest: f64;
  // Of times: microseconds since 1970; of texts: their first eight bytes.
  least: u64;
  greatest: u64;
  leastLength: u32;
  greatestLength: u32;
  /** The text of the least value, and behind it that of the greatest. */
  texts: usize;
  // Distinct values: hashes in an open-addressed set.
  set: usize;
  setBits: u32;
  distinct: u32;
  /** Hashes that are not in the set yet: a block of so many, which begins with the address of a full one, or 0. */
  waiting: usize;
  waitingCount: u32;
  /** Only hashes with so many zeros at their end are in the set. */
  level: u32;
  /** Its values were of more than one kind. */
  spoiled: u32;
}

export const COLUMN_BYTES: u32 = offsetof<Column>();

let delimiter: u32 = 0;
let delimiters: v128 = i8x16.splat(0);
let width: i32 = 0;
let maxLineBytes: usize = 0;
/** Values that a column's set may hold, in a table of up to `exactRows` rows and in a larger one. */
let mostOfSmall: u32 = 0;
let mostOfLarge: u32 = 0;
let exactRows: f64 = 0;
let seed: u64 = 0;
let grammar: usize = 0;
let kindAt: usize = 0;
let columns: usize = 0;
let scratch: usize = 0;

/** Counts what is left to be counted; to be called behind the last record. */
export function finish(): void {
  for (let i = 0; i < width; i++) {
    const column = columnAt(i);
    insertWaiting(column);
    freeTable(column.set, column.setBits);
  }
}

/** Where the record and the field begin that are read next, and the field's number. */
export let recordStart: usize = 0;
export let fieldStart: usize = 0;
export let field: i32 = 0;
/** Number of the line the record begins in, the line ends since, and those in what has come of the unfinished field. */
export let line: f64 = 0;
export let linesInRecord: u32 = 0;
export let linesInField: u32 = 0;
export let rows: f64 = 0;
/**
 * Set at a record that tests a reader more than most: quotes within text, line ends within quotes, blank lines, numbers
 * that are not plain.
 */
export let unusual: bool = false;
/** Whether the record that is being read is one. */
let isUnusual: bool = false;
/** Whether lines end with CR LF. */
let crlf: bool = false;

// --- Memory: handed out upwards; blocks of hashes, and tables of sets, whose sizes are powers of two, are used again.

let top: usize = 0;
let freedBlock: usize = 0;
const freed = memory.data(32 * sizeof<usize>(), 8);

export function allocate(bytes: usize): usize {
  const address = top;
  top = (address + bytes + 63) & ~63;
  const missing = <i32>((top + 0xffff) >>> 16) - memory.size();
  // In steps: each one costs.
  if (missing > 0 && memory.grow(max(missing, 16)) < 0) unreachable();
  return address;
}

function allocateTable(bits: u32): usize {
  const list = freed + (bits << 2);
  const address = load<usize>(list);
  if (address == 0) {
    const fresh = allocate(<usize>8 << bits);
    memory.fill(fresh, 0, <usize>8 << bits);
    return fresh;
  }
  store<usize>(list, load<usize>(address));
  memory.fill(address, 0, <usize>8 << bits);
  return address;
}

function allocateBlock(previous: usize): usize {
  let block = freedBlock;
  if (block == 0) block = allocate((WAITING + 1) << 3);
  else freedBlock = load<usize>(block);
  store<usize>(block, previous);
  return block;
}

function freeBlock(block: usize): void {
  store<usize>(block, freedBlock);
  freedBlock = block;
}

function freeTable(address: usize, bits: u32): void {
  const list = freed + (bits << 2);
  store<usize>(address, load<usize>(list));
  store<usize>(list, address);
}

/** Forgets everything, and makes room for a table of so many columns. */
export function begin(columnCount: i32, separator: u32, lineBytes: u32, seedOfHash: u64): void {
  top = (__heap_base + 63) & ~63;
  memory.fill(freed, 0, 32 * sizeof<usize>());
  freedBlock = 0;
  width = columnCount;
  delimiter = separator;
  delimiters = i8x16.splat(<i8>separator);
  maxLineBytes = lineBytes;
  seed = seedOfHash;
  grammar = allocate(ACTIONS << 9);
  kindAt = allocate(ACTIONS);
  scratch = allocate(lineBytes + 64);
  const bytes = <usize>width * offsetof<Column>();
  columns = allocate(bytes);
  memory.fill(columns, 0, bytes);
  for (let i = 0; i < width; i++) {
    const column = columnAt(i);
    column.min = Infinity;
    column.max = -Infinity;
    column.setBits = 5;
    column.set = allocateTable(column.setBits);
    column.waiting = allocateBlock(0);
  }
  rows = 0;
  unusual = false;
  isUnusual = false;
  field = 0;
  linesInRecord = 0;
  linesInField = 0;
}

export function count(small: u32, large: u32, rowsOfSmall: f64): void {
  mostOfSmall = small;
  mostOfLarge = large;
  exactRows = rowsOfSmall;
}

/** How many records are kept, in how many bytes: see sample.as. */
export function sample(records: u32, bytes: u32): void {
  beginSample(allocate(bytes), bytes, records);
}

export function grammarAddress(): usize {
  return grammar;
}
export function kindsAddress(): usize {
  return kindAt;
}
export function columnsAddress(): usize {
  return columns;
}

// @ts-ignore: decorator
@inline
function columnAt(i: i32): Column {
  return changetype<Column>(columns + <usize>i * offsetof<Column>());
}

/** Which line the text behind the header begins in, and how lines end. */
export function start(firstLine: f64, endsWithCr: bool): void {
  line = firstLine;
  crlf = endsWithCr;
}

/** Where the record that is not read to its end stands now. */
export function moved(by: usize): void {
  recordStart -= by;
  fieldStart -= by;
}

export function standAt(address: usize): void {
  recordStart = address;
  fieldStart = address;
}

// --- The text

/**
 * Reads the records up to `end`; without `isLast`, what comes behind it is not there yet.
 * @returns false at a record that is refused, which begins at `recordStart`
 */
export function scan(end: usize, isLast: bool): bool {
  let from = fieldStart;
  let column = columnAt(field);
  while (from < end || (isLast && from > recordStart)) {
    let to = from;
    let terminator: u32 = 0;
    // A plain decimal, read without the grammar.
    if (column.measure <= NUMBERS) {
      let byte = <u32>load<u8>(to);
      const isNegative = byte == MINUS;
      if (isNegative) byte = load<u8>(++to);
      let digit = byte - ZERO;
      if (digit < 10) {
        const first = to++;
        let mantissa: u64 = digit;
        while ((digit = <u32>load<u8>(to) - ZERO) < 10) {
          mantissa = mantissa * 10 + digit;
          to++;
        }
        let digits = <u32>(to - first);
        let scale: u32 = 0;
        const isWhole = digit != POINT - ZERO;
        const isPlain = byte != ZERO || digits == 1;
        if (!isWhole) {
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
          isPlain && digits <= 19 && scale <= 22 && (behind == delimiter || behind == LF || (behind == CR && load<u8>(to, 1) == LF)) &&
          (!isWhole || mantissa <= MAX_SAFE)
        ) {
          let value = mantissa <= MAX_SAFE ? <f64>mantissa / powerOfTen(scale) : quotient(mantissa, powerOfTen(scale));
          if (value == value) {
            value = isNegative ? -value : value;
            column.kinds |= NUMBER;
            column.measure = NUMBERS;
            addNumber(column, value);
            terminator = behind;
          }
        }
      }
    }
    if (terminator == 0) {
      to = from;
      let state: u32 = 0;
      let lines: u32 = 0;
      let action: u32 = 0;
      while (to < end) {
        const next = <u32>load<u16>(grammar + (((<usize>state << 8) | load<u8>(to)) << 1));
        if (next < ACTIONS) {
          state = next;
          to++;
          if (next == TEXT_STATE) {
            to = plainEnd(to - 1, end, delimiters);
            if (isQuotePassed) isUnusual = true;
          }
          else if (next == QUOTED + TEXT_STATE || next == QUOTED + DOUBLED) to = quotedEnd(to, end);
        } else if (next == LINE_IN_FIELD) {
          lines++;
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
          linesInField = lines;
          break;
        }
        if (state >= QUOTED && state < CLOSED) return false;
      } else if (action == END_FIELD) terminator = delimiter;
      else if (action == END_LINE) terminator = LF;
      else if (action == RETURN) {
        if (to + 1 == end && !isLast) {
          linesInField = lines;
          break;
        }
        if (to + 1 == end || load<u8>(to, 1) != LF) return false;
        terminator = CR;
      } else return false;
      linesInRecord += lines;
      const isBlank = to == recordStart && width > 1;
      if (lines > 0) isUnusual = true;
      if (isBlank && terminator != delimiter) {
        unusual = true;
        if (crlf != (terminator == CR)) return false;
        from = to + (terminator == CR ? 2 : 1);
        recordStart = from;
        line++;
        continue;
      }
      endCell(column, state, from, to);
    }
    if (terminator == delimiter) {
      field++;
      if (field == width) return false;
      column = changetype<Column>(changetype<usize>(column) + offsetof<Column>());
      from = to + 1;
      fieldStart = from;
      continue;
    }
    // The record's end.
    if (field + 1 != width) return false;
    if (terminator == 0) from = to;
    else {
      if (crlf != (terminator == CR)) return false;
      from = to + (terminator == CR ? 2 : 1);
      if (from - recordStart > maxLineBytes) return false;
    }
    if (isUnusual) {
      unusual = true;
      isUnusual = false;
    }
    offerRecord(recordStart, from);
    rows++;
    line += 1 + <f64>linesInRecord;
    linesInRecord = 0;
    linesInField = 0;
    field = 0;
    column = columnAt(0);
    recordStart = from;
    fieldStart = from;
    if (terminator == 0) break;
  }
  if (field == 0) fieldStart = recordStart;
  return true;
}

// --- Cells

function endCell(column: Column, state: u32, from: usize, to: usize): void {
  let kind = <u32>load<u8>(kindAt + state);
  if (kind == MISSING) {
    column.kinds |= MISSING;
    column.missing++;
    return;
  }
  if (state >= QUOTED) {
    from++;
    to--;
  }
  if (kind >= WHOLE) {
    kind ^= WHOLE;
    if (to - from > SAFE_LENGTH && (column.kinds & TEXT) == 0 && !isFaithful(from, to)) kind = TEXT;
  }
  column.kinds |= kind;
  if (column.measure == NOTHING_YET) column.measure = kind == NUMBER ? NUMBERS : kind == DATETIME ? TIMES : TEXTS;
  if (column.measure == TEXTS) {
    if (state == CLOSED + DOUBLED) {
      isUnusual = true;
      addText(column, scratch, withoutDoubles(from, to));
    } else addText(column, from, to);
  } else if (column.measure == NUMBERS) {
    isUnusual = true;
    const value = kind == NUMBER ? decimal(from, to) : NaN;
    if (isFinite(value)) addNumber(column, value);
    else spoil(column);
  } else if (column.measure == TIMES) {
    const time = kind == DATETIME ? timeOf(from, to) : NO_TIME;
    if (time != NO_TIME) addTime(column, time, from, to);
    else spoil(column);
  }
}

/** It is a column of texts, and what was measured so far is not theirs. */
function spoil(column: Column): void {
  column.kinds |= TEXT;
  column.measure = NOTHING;
  column.spoiled = 1;
}

/** Copies a quoted text to `scratch`. @returns its end there */
function withoutDoubles(from: usize, to: usize): usize {
  let end = scratch;
  while (from < to) {
    const byte = load<u8>(from++);
    store<u8>(end++, byte);
    if (byte == QUOTE) from++;
  }
  store<u64>(end, 0);
  return end;
}

function addNumber(column: Column, value: f64): void {
  column.min = min(column.min, value);
  column.max = max(column.max, value);
  const sum = column.sum + value;
  column.rest += abs(column.sum) >= abs(value) ? column.sum - sum + value : value - sum + column.sum;
  column.sum = sum;
  // One zero.
  insert(column, mixed(reinterpret<u64>(value + 0.0)));
}

function addText(column: Column, from: usize, to: usize): void {
  const length = to - from;
  const first = load<u64>(from);
  const start = bswap(length < 8 ? first & (((<u64>1) << (length << 3)) - 1) : first);
  if (column.texts == 0) {
    column.texts = allocate(2 * TEXT_BYTES);
    column.least = column.greatest = start;
    setLeast(column, from, length);
    setGreatest(column, from, length);
  } else {
    if (start < column.least || (start == column.least && order(from, length, column.texts, column.leastLength) < 0)) {
      column.least = start;
      setLeast(column, from, length);
    }
    if (
      start > column.greatest ||
      (start == column.greatest && order(from, length, column.texts + TEXT_BYTES, column.greatestLength) > 0)
    ) {
      column.greatest = start;
      setGreatest(column, from, length);
    }
  }
  insert(column, hash(from, length));
}

function addTime(column: Column, time: i64, from: usize, to: usize): void {
  const length = to - from;
  if (column.texts == 0) {
    column.texts = allocate(2 * TEXT_BYTES);
    column.least = column.greatest = time;
    setLeast(column, from, length);
    setGreatest(column, from, length);
  } else if (time < <i64>column.least) {
    column.least = time;
    setLeast(column, from, length);
  } else if (time > <i64>column.greatest) {
    column.greatest = time;
    setGreatest(column, from, length);
  }
  insert(column, hash(from, length));
}

function setLeast(column: Column, from: usize, length: usize): void {
  column.leastLength = <u32>min(length, <usize>TEXT_BYTES);
  memory.copy(column.texts, from, column.leastLength);
}

function setGreatest(column: Column, from: usize, length: usize): void {
  column.greatestLength = <u32>min(length, <usize>TEXT_BYTES);
  memory.copy(column.texts + TEXT_BYTES, from, column.greatestLength);
}

/** Of a text and the beginning of one that was kept. */
function order(from: usize, length: usize, kept: usize, keptLength: usize): i32 {
  const known = min(length, <usize>TEXT_BYTES);
  const order = memory.compare(from, kept, min(known, keptLength));
  return order != 0 ? order : known < keptLength ? -1 : known > keptLength ? 1 : 0;
}

// --- Distinct values

/** A bijection, so that two numbers never share a hash (the finalizer of MurmurHash3). */
// @ts-ignore: decorator
@inline
function mixed(bits: u64): u64 {
  let x = bits ^ seed;
  x = (x ^ (x >>> 33)) * 0xff51afd7ed558ccd;
  x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53;
  return x ^ (x >>> 33);
}

function hash(from: usize, length: usize): u64 {
  let x = <u64>length * 0x9e3779b97f4a7c15;
  while (length >= 8) {
    x = (x ^ seed ^ load<u64>(from)) * 0xff51afd7ed558ccd;
    x ^= x >>> 32;
    from += 8;
    length -= 8;
  }
  if (length > 0) x ^= (load<u64>(from) & (((<u64>1) << (length << 3)) - 1)) * 0x9e3779b97f4a7c15;
  return mixed(x);
}

/**
 * Adds a hash to the column's set, together with others: what a place of a large set costs is the wait for memory, and
 * a processor waits for many at once.
 */
// @ts-ignore: decorator
@inline
function insert(column: Column, hashed: u64): void {
  if ((hashed & (((<u64>1) << column.level) - 1)) != 0) return;
  // Zero is an empty place.
  store<u64>(column.waiting + (<usize>++column.waitingCount << 3), hashed == 0 ? (<u64>1) << 63 : hashed);
  if (column.waitingCount == WAITING) waitOrInsert(column);
}

/** As long as all are to be counted exactly, those of a large set wait: should the table turn out larger, few of them count. */
function waitOrInsert(column: Column): void {
  if (rows < exactRows && column.setBits > PATIENT_BITS) {
    column.waiting = allocateBlock(column.waiting);
    column.waitingCount = 0;
  } else insertWaiting(column);
}

let touched: u64 = 0;

function insertWaiting(column: Column): void {
  let block = column.waiting;
  insertBlock(column, block, column.waitingCount);
  for (let previous = load<usize>(block); previous != 0; previous = load<usize>(block)) {
    freeBlock(block);
    block = previous;
    insertBlock(column, block, WAITING);
  }
  column.waiting = block;
  column.waitingCount = 0;
}

/**
 * A set that has become too large keeps one half of all hashes from then on: what is left of it is a sample that
 * stands for so many times more (adaptive sampling, Wegman; Flajolet 1990).
 */
function insertBlock(column: Column, block: usize, count: u32): void {
  const from = block + 8;
  const end = from + (<usize>count << 3);
  const most = rows > exactRows ? mostOfLarge : mostOfSmall;
  const bits = column.setBits;
  let seen: u64 = 0;
  for (let at = from; at < end; at += 8) seen ^= load<u64>(column.set + (<usize>(load<u64>(at) >>> (64 - bits)) << 3));
  touched = seen;
  for (let at = from; at < end; at += 8) {
    const value = load<u64>(at);
    if ((value & (((<u64>1) << column.level) - 1)) != 0 || !place(column.set, column.setBits, value)) continue;
    column.distinct++;
    if (column.distinct > most) thin(column, most);
    else if (column.distinct > ((<u32>3) << column.setBits) >>> 2) rebuild(column, column.setBits + 1);
  }
}

/** @returns whether it was not there yet */
// @ts-ignore: decorator
@inline
function place(set: usize, bits: u32, value: u64): bool {
  const mask = ((<usize>1) << bits) - 1;
  let slot = <usize>(value >>> (64 - bits));
  while (true) {
    const address = set + (slot << 3);
    const there = load<u64>(address);
    if (there == value) return false;
    if (there == 0) {
      store<u64>(address, value);
      return true;
    }
    slot = (slot + 1) & mask;
  }
}

function thin(column: Column, most: u32): void {
  while (column.distinct > most) {
    column.level++;
    // Room for those that come, but no more.
    let bits = column.setBits;
    while (bits > 5 && ((<u32>3) << (bits - 1)) >>> 2 >= column.distinct) bits--;
    rebuild(column, bits);
  }
}

function rebuild(column: Column, bits: u32): void {
  const from = column.set;
  const end = from + ((<usize>8) << column.setBits);
  const to = allocateTable(bits);
  const dropped = ((<u64>1) << column.level) - 1;
  let count: u32 = 0;
  for (let at = from; at < end; at += 8) {
    const value = load<u64>(at);
    if (value == 0 || (value & dropped) != 0) continue;
    place(to, bits, value);
    count++;
  }
  freeTable(from, column.setBits);
  column.set = to;
  column.setBits = bits;
  column.distinct = count;
}

// --- Times

const NO_TIME: i64 = i64.MIN_VALUE;
const DAYS_IN_MONTH = memory.data<u8>([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);

// @ts-ignore: decorator
@inline
function two(at: usize): i32 {
  return (<i32>load<u8>(at) - 48) * 10 + (<i32>load<u8>(at, 1) - 48);
}

/** Microseconds since 1970 of a datetime of cell.ts, or `NO_TIME` when there is no such day. */
function timeOf(from: usize, to: usize): i64 {
  const year = two(from) * 100 + two(from + 2);
  const month = two(from + 5);
  const day = two(from + 8);
  const isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const last = <i32>load<u8>(DAYS_IN_MONTH + month - 1) + (isLeap && month == 2 ? 1 : 0);
  if (day > last) return NO_TIME;
  // Days from civil (Hinnant): years begin in March.
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const days = era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
  let micros = <i64>days * 86400000000;
  let at = from + 10;
  if (at == to) return micros;
  micros += <i64>two(at + 1) * 3600000000 + <i64>two(at + 4) * 60000000;
  at += 6;
  if (at == to) return micros;
  micros += <i64>two(at + 1) * 1000000;
  at += 3;
  if (at < to && load<u8>(at) == POINT) {
    let unit: i64 = 100000;
    for (at++; at < to; at++) {
      const digit = <u32>load<u8>(at) - ZERO;
      if (digit >= 10) break;
      micros += unit * <i64>digit;
      unit /= 10;
    }
  }
  const sign = at < to ? <u32>load<u8>(at) : 0;
  if (sign != PLUS && sign != MINUS) return micros;
  let offset = <i64>two(at + 1) * 3600000000;
  at += 3;
  if (at < to) offset += <i64>two(load<u8>(at) == 0x3a ? at + 1 : at) * 60000000;
  return sign == MINUS ? micros + offset : micros - offset;
}

