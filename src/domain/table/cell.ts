import { MISSING_VALUES } from '#tabular';

/**
 * What the text of one cell means, the same for every text format and for uploading, training and predicting.
 *
 * - missing: one of `MISSING_VALUES`, quoted or not
 * - number: a decimal literal such as `-1.5e3`, spaces around it allowed. Not: leading zeros (`007` is a code),
 *   whole numbers a double cannot hold exactly (beyond ±(2^53 − 1): an id), `inf`, hexadecimal, `1_000`, `1,5`
 * - boolean: true, True, TRUE and their opposites
 * - datetime: ISO 8601 `2024-01-31`, then optionally `T` or a space and `hh:mm` or `hh:mm:ss`; behind the seconds
 *   a fraction of up to nine digits, and `Z` or an offset; years 1000–9999. Without an offset it is taken for UTC
 * - everything else is text
 */

const BOOLEANS = ['true', 'True', 'TRUE', 'false', 'False', 'FALSE'] as const;

/** Kinds as bits, so that a column's kinds are the OR of its cells'. */
export const MISSING = 1;
export const NUMBER = 2;
export const BOOLEAN = 4;
export const DATETIME = 8;
export const TEXT = 16;

/** A whole number without sign or point of at most this many characters is exact as a double. */
const SAFE_LENGTH = 15;

const BYTES = 256;
/** States are below this; larger table entries are free for a scanner's own actions. */
export const MAX_STATES = 128;
export const START = 0;
const DIGITS = '0123456789';

/** Builds the automaton state by state; every byte without a transition leads to plain text. */
class AutomatonBuilder {
  readonly #kinds: number[] = [];
  readonly #edges: Map<number, number>[] = [];

  state(kind: number): number {
    this.#edges.push(new Map());
    return this.#kinds.push(kind) - 1;
  }

  on(from: number, characters: string, to: number): void {
    for (const c of characters) this.#edges[from]!.set(c.charCodeAt(0), to);
  }

  /** Follows or makes the states of `word`, the last of them of `kind`. */
  word(word: string, kind: number): void {
    let at = START;
    for (let i = 0; i < word.length; i++) {
      const known = this.#edges[at]!.get(word.charCodeAt(i));
      const next = known ?? this.state(TEXT);
      if (known === undefined) this.on(at, word[i]!, next);
      at = next;
    }
    this.#kinds[at] = kind;
  }

  build(text: number): { transitions: Uint8Array<ArrayBuffer>; kinds: Uint8Array } {
    if (this.#kinds.length > MAX_STATES) throw new Error('too many states');
    const transitions = new Uint8Array(MAX_STATES * BYTES).fill(text);
    for (const [from, edges] of this.#edges.entries())
      for (const [byte, to] of edges) transitions[from * BYTES + byte] = to;
    return { transitions, kinds: Uint8Array.from(this.#kinds) };
  }
}

function buildAutomaton() {
  const b = new AutomatonBuilder();
  b.state(MISSING); // START: nothing read yet
  const text = b.state(TEXT);
  const quotes = b.state(TEXT);

  // Numbers. The first four digits have states of their own, since a date begins with them.
  const spaceBefore = b.state(TEXT);
  const spaceAfter = b.state(NUMBER);
  const sign = b.state(TEXT);
  const zero = b.state(NUMBER);
  const year = [b.state(NUMBER), b.state(NUMBER), b.state(NUMBER), b.state(NUMBER)] as const;
  const whole = b.state(NUMBER);
  const point = b.state(TEXT);
  const fraction = b.state(NUMBER);
  const e = b.state(TEXT);
  const eSign = b.state(TEXT);
  const exponent = b.state(NUMBER);
  const nonZero = DIGITS.slice(1);
  b.on(START, ' ', spaceBefore);
  b.on(spaceBefore, ' ', spaceBefore);
  b.on(START, '+-', sign);
  b.on(spaceBefore, '+-', sign);
  b.on(START, nonZero, year[0]);
  for (const from of [sign, spaceBefore]) b.on(from, nonZero, whole);
  for (const from of [START, sign, spaceBefore]) {
    b.on(from, '0', zero);
    b.on(from, '.', point);
  }
  for (const [i, from] of year.entries()) b.on(from, DIGITS, year[i + 1] ?? whole);
  b.on(whole, DIGITS, whole);
  b.on(point, DIGITS, fraction);
  b.on(fraction, DIGITS, fraction);
  for (const from of [zero, ...year, whole]) b.on(from, '.', fraction);
  for (const from of [zero, ...year, whole, fraction]) b.on(from, 'eE', e);
  b.on(e, '+-', eSign);
  for (const from of [e, eSign, exponent]) b.on(from, DIGITS, exponent);
  for (const from of [zero, ...year, whole, fraction, exponent, spaceAfter]) b.on(from, ' ', spaceAfter);

  // Dates and times. A day beyond its month's last is left to DuckDB, which has a calendar.
  const chain = (from: number, ...sets: string[]) => {
    let at = from;
    for (const set of sets) {
      const next = b.state(TEXT);
      b.on(at, set, next);
      at = next;
    }
    return at;
  };
  /** Two characters out of any of the pairs of sets. */
  const pair = (from: number, kind: number, ...pairs: (readonly [tens: string, ones: string])[]) => {
    const end = b.state(kind);
    for (const [tens, ones] of pairs) b.on(chain(from, tens), ones, end);
    return end;
  };
  const hours = [
    ['01', DIGITS],
    ['2', '0123'],
  ] as const;
  const sixty = ['012345', DIGITS] as const;
  const month = pair(chain(year[3], '-'), TEXT, ['0', nonZero], ['1', '012']);
  const day = pair(chain(month, '-'), DATETIME, ['0', nonZero], ['12', DIGITS], ['3', '01']);
  const hour = pair(chain(day, 'T '), TEXT, ...hours);
  const minute = pair(chain(hour, ':'), DATETIME, sixty);
  const second = pair(chain(minute, ':'), DATETIME, sixty);
  const zulu = b.state(DATETIME);
  const offsetSign = b.state(TEXT);
  const fractions: number[] = [];
  let at = chain(second, '.');
  for (let i = 0; i < 9; i++) {
    const next = b.state(DATETIME);
    b.on(at, DIGITS, next);
    fractions.push(next);
    at = next;
  }
  for (const from of [second, ...fractions]) {
    b.on(from, 'Z', zulu);
    b.on(from, '+-', offsetSign);
  }
  const offsetHour = pair(offsetSign, DATETIME, ...hours);
  const offsetColon = chain(offsetHour, ':');
  const offsetMinute = pair(offsetColon, DATETIME, sixty);
  b.on(chain(offsetHour, '012345'), DIGITS, offsetMinute);

  for (const value of MISSING_VALUES) if (value !== '') b.word(value, MISSING);
  for (const value of BOOLEANS) b.word(value, BOOLEAN);

  const wholes = new Set([zero, ...year, whole, spaceAfter]);
  return { ...b.build(text), text, quotes, wholes };
}

const automaton = buildAutomaton();

/** `TRANSITIONS[state * 256 + byte]` is the next state; begin at `START`. */
export const TRANSITIONS = automaton.transitions;
/** The kind of a cell that ends in a state. */
export const KIND_AT = automaton.kinds;
/** The state of a cell that is certainly text. */
export const TEXT_STATE = automaton.text;
/** The same, for a scanner to enter where a quote is written as two: no byte leads here. */
export const DOUBLED_QUOTES = automaton.quotes;
/** 1 for the states a whole number may end in (`spaceAfter` may follow a fraction too: look at the text). */
export const MAY_BE_WHOLE = Uint8Array.from(automaton.kinds, (_, state) =>
  automaton.wholes.has(state) ? 1 : 0,
);

/** Whether a literal of kind `NUMBER` is a double without loss of identity: only whole numbers can fail. */
export function isFaithfulNumber(literal: string): boolean {
  return !/^ *[+-]?\d+ *$/.test(literal) || Number.isSafeInteger(Number(literal));
}

/** Kind of one cell given as a string. */
export function kindOf(cell: string): number {
  let state = START;
  for (let i = 0; i < cell.length; i++) {
    const code = cell.charCodeAt(i);
    state = code < BYTES ? TRANSITIONS[state * BYTES + code]! : TEXT_STATE;
  }
  const kind = KIND_AT[state]!;
  return kind === NUMBER && cell.length > SAFE_LENGTH && !isFaithfulNumber(cell) ? TEXT : kind;
}
