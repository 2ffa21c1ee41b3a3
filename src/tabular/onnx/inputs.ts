import type { DatePart, InputColumn } from '../document.ts';
import { MAX_TIME } from '../values/inputs.ts';
import { ELEMENT, intAttribute, intsAttribute, type OnnxGraph, stringsAttribute } from './graph.ts';

/** The model's columns as graph inputs, and what encoders make of them. All values are `[rows, 1]`. */
export class OnnxInputs {
  readonly #graph: OnnxGraph;
  readonly #names: readonly string[];
  /** Values of the columns, by position. */
  readonly #values: string[];
  readonly #parts = new Map<string, string>();

  constructor(graph: OnnxGraph, columns: readonly InputColumn[], names: readonly string[]) {
    this.#graph = graph;
    this.#names = names;
    columns.forEach(({ type }, position) => {
      const isNumber = type === 'number' || type === 'datetime';
      graph.input(names[position]!, isNumber ? 'double' : 'string', ['rows', 1]);
    });
    this.#values = names.map((name, position) =>
      columns[position]!.type === 'datetime' ? realDates(graph, name) : name,
    );
  }

  /** Some input, for its number of rows. */
  get any(): string {
    return this.#names[0]!;
  }

  /** A column's number, or a part of its date; NaN where missing. */
  number(input: number, part?: DatePart): string {
    const name = this.#values[input]!;
    if (!part) return name;
    const key = `${input} ${part}`;
    const known = this.#parts.get(key) ?? datePart(this.#graph, name, part);
    this.#parts.set(key, known);
    return known;
  }

  /**
   * The position of each text, as int64.
   *
   * @param positions of labels
   * @param missing the position of a missing value ('')
   * @param other the position of a label that is not listed
   */
  labelPosition(
    input: number,
    positions: ReadonlyMap<string, number>,
    missing: number,
    other: number,
  ): string {
    return this.#graph.mlOp(
      'LabelEncoder',
      [this.#names[input]!],
      [
        stringsAttribute('keys_strings', [...positions.keys(), '']),
        intsAttribute('values_int64s', [...positions.values(), missing]),
        intAttribute('default_int64', other),
      ],
    );
  }
}

/** `rows` of a table of doubles `[n, width]`, by int64 positions `[rows, 1]` → `[rows, width]`. */
export function lookUp(graph: OnnxGraph, table: string, positions: string, width: number): string {
  const found = graph.op('Gather', [table, positions], [intAttribute('axis', 0)]);
  return graph.op('Reshape', [found, graph.ints([-1, width], [2])]);
}

export function concat(graph: OnnxGraph, parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : graph.op('Concat', parts, [intAttribute('axis', 1)]);
}

export function castTo(graph: OnnxGraph, value: string, type: keyof typeof ELEMENT): string {
  return graph.op('Cast', [value], [intAttribute('to', ELEMENT[type])]);
}

/** As in scoring: what is no date counts as missing. */
function realDates(graph: OnnxGraph, time: string): string {
  const isTooFar = graph.op('Greater', [graph.op('Abs', [time]), graph.number(MAX_TIME)]);
  return graph.op('Where', [isTooFar, graph.number(Number.NaN), time]);
}

const DAY_MS = 86_400_000;

/** Milliseconds since 1970 → a part of the date in UTC, as doubles (every step is exact); NaN stays NaN. */
function datePart(graph: OnnxGraph, time: string, part: DatePart): string {
  const n = (value: number) => graph.number(value);
  const add = (a: string, b: string) => graph.op('Add', [a, b]);
  const subtract = (a: string, b: string) => graph.op('Sub', [a, b]);
  const times = (a: string, b: number) => graph.op('Mul', [a, n(b)]);
  const divide = (a: string, b: number) => graph.op('Div', [a, n(b)]);
  const quotient = (a: string, b: number) => graph.op('Floor', [divide(a, b)]);
  const remainder = (a: string, b: number) => subtract(a, times(quotient(a, b), b));

  if (part === 'time') return divide(time, DAY_MS);
  if (part === 'hour') return quotient(remainder(time, DAY_MS), 3_600_000);
  const days = quotient(time, DAY_MS);
  if (part === 'weekday') return remainder(add(days, n(4)), 7);

  // Days → civil date (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013), years counted from March.
  const shifted = add(days, n(719_468));
  const era = quotient(shifted, 146_097);
  const dayOfEra = subtract(shifted, times(era, 146_097));
  const leapDays = subtract(
    add(subtract(dayOfEra, quotient(dayOfEra, 1460)), quotient(dayOfEra, 36_524)),
    quotient(dayOfEra, 146_096),
  );
  const yearOfEra = quotient(leapDays, 365);
  const before = subtract(add(times(yearOfEra, 365), quotient(yearOfEra, 4)), quotient(yearOfEra, 100));
  const dayOfYear = subtract(dayOfEra, before);
  const monthFromMarch = quotient(add(times(dayOfYear, 5), n(2)), 153);
  if (part === 'day') {
    const start = quotient(add(times(monthFromMarch, 153), n(2)), 5);
    return add(subtract(dayOfYear, start), n(1));
  }
  const isNextYear = graph.op('GreaterOrEqual', [monthFromMarch, n(10)]);
  const month = graph.op('Where', [isNextYear, subtract(monthFromMarch, n(9)), add(monthFromMarch, n(3))]);
  if (part === 'month') return month;
  const year = add(yearOfEra, times(era, 400));
  return graph.op('Where', [isNextYear, add(year, n(1)), year]);
}
