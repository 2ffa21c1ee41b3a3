import { type Aim, over, type Ratio, type Series } from '../part.ts';

/** A browser calls a task long that takes more than 50 ms. */
const NONE = { atMost: 0 };

/** What was measured, by name, round by round. */
export class Figures {
  readonly #series = new Map<string, Series & { readonly values: number[] }>();

  add(name: string, unit: string, value: number, aim?: Aim): void {
    const series = this.#series.get(name) ?? { name, unit, values: [], ...(aim && { aim }) };
    series.values.push(value);
    this.#series.set(name, series);
  }

  /** How many tasks were long, and how long the longest one was. */
  addTasks(name: string, tasks: readonly number[]): void {
    this.add(`long tasks, ${name}`, 'over 50 ms', tasks.length, NONE);
    this.add(`the longest of them, ${name}`, 'ms', Math.max(0, ...tasks));
  }

  ratio(a: string, b: string): Ratio {
    return { name: `${a} / ${b}`, better: 'lower', values: over(this.#valuesOf(a), this.#valuesOf(b)) };
  }

  all(): readonly Series[] {
    return [...this.#series.values()];
  }

  #valuesOf(name: string): readonly number[] {
    return this.#series.get(name)?.values ?? [];
  }
}
