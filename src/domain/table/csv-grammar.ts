import { DOUBLED_QUOTES, MAX_STATES, START, TEXT_STATE, TRANSITIONS } from './cell.ts';

/**
 * What a delimited text is, the same for its header, the check of an upload and prediction: RFC 4180 with any
 * one-byte delimiter and either LF or CR LF, as an automaton over its bytes.
 *
 * - a field is quoted when its first byte is a quote, and a quote within it is doubled; elsewhere a quote is text
 * - what readers disagree about is refused: spaces before an opening quote, text behind a closing one, a carriage
 *   return that no line feed follows
 *
 * The automaton of `cell.ts` runs along three times over, in an unquoted field, a quoted one, and behind a quote in
 * a quoted one (its end, or the first half of a doubled quote), so that a field's end knows what its text means.
 */
const UNQUOTED = 0;
const QUOTED = MAX_STATES;
const CLOSED = 2 * MAX_STATES;

/** Greater entries are no states but what there is to do at a byte. */
export const ACTIONS = 3 * MAX_STATES;
export const END_FIELD = ACTIONS + 1;
export const END_LINE = ACTIONS + 2;
export const RETURN = ACTIONS + 3;
export const LINE_IN_FIELD = ACTIONS + 4;
export const SPACED_QUOTE = ACTIONS + 5;
export const TEXT_BEHIND_QUOTE = ACTIONS + 6;

export const LF = 0x0a;
const [CR, SPACE, QUOTE] = [0x0d, 0x20, 0x22];

/** `grammar[state * 256 + byte]` is the next state or an action; begin at `START`. */
export function csvGrammar(delimiter: number): Uint16Array {
  const known = grammars.get(delimiter);
  if (known) return known;
  const grammar = WITHOUT_DELIMITER.slice();
  for (let state = 0; state < MAX_STATES; state++)
    for (const from of [UNQUOTED + state, CLOSED + state]) grammar[(from << 8) | delimiter] = END_FIELD;
  grammars.set(delimiter, grammar);
  return grammar;
}

const grammars = new Map<number, Uint16Array>();

const WITHOUT_DELIMITER = withoutDelimiter();

function withoutDelimiter(): Uint16Array {
  const grammar = new Uint16Array(ACTIONS << 8);
  grammar.set(TRANSITIONS, UNQUOTED << 8);
  // Not `from`: it takes a process that has just begun milliseconds.
  for (let i = 0; i < TRANSITIONS.length; i++) grammar[(QUOTED << 8) + i] = QUOTED + TRANSITIONS[i]!;
  grammar.fill(QUOTED + DOUBLED_QUOTES, (QUOTED + DOUBLED_QUOTES) << 8, (QUOTED + DOUBLED_QUOTES + 1) << 8);
  grammar.fill(TEXT_BEHIND_QUOTE, CLOSED << 8);
  for (let state = 0; state < MAX_STATES; state++) {
    for (const from of [UNQUOTED + state, CLOSED + state]) {
      grammar[(from << 8) | LF] = END_LINE;
      grammar[(from << 8) | CR] = RETURN;
    }
    grammar[((QUOTED + state) << 8) | QUOTE] = CLOSED + state;
    grammar[((QUOTED + state) << 8) | LF] = LINE_IN_FIELD;
    grammar[((CLOSED + state) << 8) | QUOTE] = QUOTED + DOUBLED_QUOTES;
  }
  grammar[((UNQUOTED + START) << 8) | QUOTE] = QUOTED + START;
  const spaced = TRANSITIONS[(START << 8) | SPACE]!;
  grammar[((UNQUOTED + spaced) << 8) | QUOTE] = SPACED_QUOTE;
  return grammar;
}

/** The state of `cell.ts` within one of ours. */
export const cellState = (state: number): number => state & (MAX_STATES - 1);
export const hasQuotes = (state: number): boolean => state >= QUOTED;
/** Whether the quotes are still open. */
export const isOpen = (state: number): boolean => state >= QUOTED && state < CLOSED;
export const isDoubled = (state: number): boolean => cellState(state) === DOUBLED_QUOTES;
/** Where `LINE_IN_FIELD` leads: a line end is part of no number and no date. */
export const afterLineInField = (state: number): number => (isDoubled(state) ? state : QUOTED + TEXT_STATE);
