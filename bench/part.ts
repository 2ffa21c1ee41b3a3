/** A bound that a median should keep. */
export type Aim = { readonly atMost: number } | { readonly atLeast: number };

/** Something measured several times. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly aim?: Aim;
}

/**
 * Two figures of the same round over each other. Rounds alternate, so a busy or a slow machine is in both, and ratios
 * can be compared from day to day and from machine to machine as no absolute figure can.
 */
export interface Ratio {
  readonly name: string;
  readonly better: 'lower' | 'higher';
  readonly values: readonly number[];
  readonly aim?: Aim;
}

export interface Measured {
  readonly figures: readonly Series[];
  readonly ratios: readonly Ratio[];
}

export interface Options {
  /** As short as shows that it works; its figures are worth little. */
  readonly quick: boolean;
}

/** One benchmark. It runs in a process of its own. */
export interface Part {
  /** What is measured, in a sentence or two of Markdown. */
  readonly about: string;
  run(options: Options): Promise<Measured>;
}

/** Round by round. */
export const over = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((value, round) => value / (b[round] as number));
