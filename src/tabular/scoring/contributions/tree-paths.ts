/**
 * The path from a tree's root to each node of a walk: its columns, each once, and how the subsets of them weigh, by their
 * size (Lundberg, Erion & Lee, 2018, the procedures EXTEND and UNWIND of algorithm 2). Every depth has a place for a path
 * of its own, so that a walk that comes back finds it as it was. A path's place 0 stands for the root.
 */
export class TreePaths {
  readonly #width: number;
  readonly #column: Int32Array;
  /** Share of the rows that come through where the column is not known. */
  readonly #unknown: Float64Array;
  /** 1 where the row comes through by its own value, else 0. */
  readonly #known: Float64Array;
  readonly #weight: Float64Array;

  /** @param deepest depth of any tree */
  constructor(deepest: number) {
    this.#width = deepest + 1;
    const size = this.#width * this.#width;
    this.#column = new Int32Array(size);
    this.#unknown = new Float64Array(size);
    this.#known = new Float64Array(size);
    this.#weight = new Float64Array(size);
  }

  /** Writes the path of this depth: the one of the depth before and one more column. @param length with it */
  extend(depth: number, length: number, unknown: number, known: number, column: number): void {
    const at = depth * this.#width;
    const weight = this.#weight;
    if (depth > 0) {
      const before = at - this.#width;
      this.#column.copyWithin(at, before, before + length);
      this.#unknown.copyWithin(at, before, before + length);
      this.#known.copyWithin(at, before, before + length);
      weight.copyWithin(at, before, before + length);
    }
    this.#column[at + length] = column;
    this.#unknown[at + length] = unknown;
    this.#known[at + length] = known;
    weight[at + length] = length === 0 ? 1 : 0;
    for (let i = length - 1; i >= 0; i--) {
      weight[at + i + 1]! += (known * weight[at + i]! * (i + 1)) / (length + 1);
      weight[at + i] = (unknown * weight[at + i]! * (length - i)) / (length + 1);
    }
  }

  /** Where the column stands in the path; 0: nowhere. */
  find(depth: number, length: number, column: number): number {
    const at = depth * this.#width;
    for (let i = 1; i <= length; i++) if (this.#column[at + i] === column) return i;
    return 0;
  }

  unknownAt(depth: number, position: number): number {
    return this.#unknown[depth * this.#width + position]!;
  }

  knownAt(depth: number, position: number): number {
    return this.#known[depth * this.#width + position]!;
  }

  /** Makes the path one shorter, as if the column had never been in it. */
  takeOut(depth: number, length: number, position: number): void {
    const at = depth * this.#width;
    const unknown = this.#unknown[at + position]!;
    const known = this.#known[at + position]!;
    const weight = this.#weight;
    let next = weight[at + length]!;
    for (let i = length - 1; i >= 0; i--) {
      const old = weight[at + i]!;
      if (known === 0) {
        weight[at + i] = (old * (length + 1)) / (unknown * (length - i));
      } else {
        weight[at + i] = (next * (length + 1)) / ((i + 1) * known);
        next = old - (weight[at + i]! * unknown * (length - i)) / (length + 1);
      }
    }
    const from = at + position + 1;
    const end = at + length + 1;
    this.#column.copyWithin(from - 1, from, end);
    this.#unknown.copyWithin(from - 1, from, end);
    this.#known.copyWithin(from - 1, from, end);
  }

  /** Adds to each column of the path what it adds to the leaf's value. */
  addLeaf(depth: number, length: number, value: number, sums: Float64Array): void {
    const at = depth * this.#width;
    for (let i = 1; i <= length; i++) {
      const difference = this.#known[at + i]! - this.#unknown[at + i]!;
      sums[this.#column[at + i]!]! += this.#weightWithout(depth, length, i) * difference * value;
    }
  }

  /** All weights of the path without that column. */
  #weightWithout(depth: number, length: number, position: number): number {
    const at = depth * this.#width;
    const unknown = this.#unknown[at + position]!;
    const known = this.#known[at + position]!;
    const weight = this.#weight;
    let next = weight[at + length]!;
    let sum = 0;
    for (let i = length - 1; i >= 0; i--) {
      if (known === 0) {
        sum += weight[at + i]! / (unknown * (length - i));
      } else {
        const part = next / ((i + 1) * known);
        sum += part;
        next = weight[at + i]! - part * unknown * (length - i);
      }
    }
    return sum * (length + 1);
  }
}
