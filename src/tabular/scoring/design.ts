import type { DatePart, LinearEncoder, OneHotEncoder, StandardEncoder } from '../document.ts';
import { type CategoryInput, datePart, type InputData, type NumberInput } from '../values/inputs.ts';

/**
 * The feature matrix of a linear model, column by column. One-hot groups stay codes (a sparse matrix with one entry a
 * row), so a category costs 4 bytes a row however many labels it has.
 */
export interface Design {
  readonly rows: number;
  readonly width: number;
  readonly dense: readonly { readonly index: number; readonly values: Float64Array }[];
  readonly hot: readonly HotGroup[];
}

/** The features `start` … `start + count` − 1: row i has a 1 in feature `codes[i]`; −1: in none of them. */
export interface HotGroup {
  readonly start: number;
  readonly count: number;
  readonly codes: Int32Array;
}

/** Number of features an encoder makes. */
export function featureCount(encoder: LinearEncoder): number {
  if (encoder.kind === 'standard') return encoder.flag ? 2 : 1;
  return ownFeatures(encoder) + Number(encoder.other) + Number(encoder.missing);
}

/** Features of labels, shared ones included. */
function ownFeatures({ labels, hashed }: OneHotEncoder): number {
  return labels.length + (hashed?.features ?? 0);
}

/** Encodes inputs into a design. */
export type DesignEncoder = (inputs: readonly InputData[], rows: Int32Array | null) => Design;

/** Prepares the look-ups once; the result takes which rows of the inputs, in which order; null: all of them. */
export function designEncoder(encoders: readonly LinearEncoder[]): DesignEncoder {
  const offsets = encoders.map(() => 0);
  let width = 0;
  encoders.forEach((encoder, e) => {
    offsets[e] = width;
    width += featureCount(encoder);
  });
  const lookups = encoders.map((encoder) => (encoder.kind === 'one_hot' ? oneHotFeatures(encoder) : null));
  return (inputs, rows) => {
    const dense: { index: number; values: Float64Array }[] = [];
    const hot: HotGroup[] = [];
    encoders.forEach((encoder, e) => {
      const input = inputs[encoder.input]!;
      if (encoder.kind === 'one_hot') {
        const labelled = input.kind === 'category' ? input : datePartAsCategory(input, encoder.part!);
        hot.push({
          start: offsets[e]!,
          count: featureCount(encoder),
          codes: encodeOneHot(labelled, lookups[e]!, offsets[e]!, rows),
        });
      } else {
        const values = partOf(input as NumberInput, encoder.part);
        if (encoder.flag) dense.push({ index: offsets[e]! + 1, values: missingFlags(values, rows) });
        dense.push({ index: offsets[e]!, values: standardise(values, rows, encoder) });
      }
    });
    const count = rows?.length ?? (inputs[0] ? inputLength(inputs[0]) : 0);
    return { rows: count, width, dense, hot };
  };
}

export function inputLength(input: InputData): number {
  return input.kind === 'number' ? input.values.length : input.codes.length;
}

function partOf(input: NumberInput, part: DatePart | undefined): Float64Array {
  return part ? datePart(input.values, part) : input.values;
}

function standardise(
  values: Float64Array,
  rows: Int32Array | null,
  { mean, scale }: StandardEncoder,
): Float64Array {
  const out = new Float64Array(rows?.length ?? values.length);
  for (let i = 0; i < out.length; i++) {
    const z = (values[rows ? rows[i]! : i]! - mean) / scale;
    out[i] = Number.isNaN(z) ? 0 : z;
  }
  return out;
}

function missingFlags(values: Float64Array, rows: Int32Array | null): Float64Array {
  const out = new Float64Array(rows?.length ?? values.length);
  for (let i = 0; i < out.length; i++) out[i] = Number(Number.isNaN(values[rows ? rows[i]! : i]!));
  return out;
}

/**
 * Which feature of a one-hot group a label belongs to, counted from its first; `other` and `missing` are the features of
 * any other label and of a missing value, −1 where they have none.
 */
export interface OneHotFeatures {
  readonly known: ReadonlyMap<string, number>;
  readonly other: number;
  readonly missing: number;
}

export function oneHotFeatures(encoder: OneHotEncoder): OneHotFeatures {
  const { labels, hashed, other, missing } = encoder;
  const known = new Map(labels.map((label, position) => [label, position]));
  for (const label of hashed?.labels ?? []) {
    known.set(label, labels.length + (hashOf(label) % hashed!.features));
  }
  const next = ownFeatures(encoder);
  return { known, other: other ? next : -1, missing: missing ? next + Number(other) : -1 };
}

/** FNV-1a (Fowler, Noll & Vo) over the UTF-16 code units: a whole number below 2³². */
function hashOf(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function encodeOneHot(
  { codes, labels }: CategoryInput,
  { known, other, missing }: OneHotFeatures,
  start: number,
  rows: Int32Array | null,
): Int32Array {
  const place = (feature: number) => (feature < 0 ? -1 : start + feature);
  const featureOf = Int32Array.from(labels, (label) => place(known.get(label) ?? other));
  const ofMissing = place(missing);
  const features = new Int32Array(rows?.length ?? codes.length);
  for (let i = 0; i < features.length; i++) {
    const code = codes[rows ? rows[i]! : i]!;
    features[i] = code < 0 ? ofMissing : featureOf[code]!;
  }
  return features;
}

/** Whole numbers (months, weekdays, hours …) as labels. */
export function datePartAsCategory(input: NumberInput, part: DatePart): CategoryInput {
  const values = datePart(input.values, part);
  let highest = -1;
  for (const value of values) if (value > highest) highest = value;
  return {
    kind: 'category',
    codes: Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value)),
    labels: Array.from({ length: highest + 1 }, (_, value) => String(value)),
  };
}
