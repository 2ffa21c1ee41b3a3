// AssemblyScript (https://www.assemblyscript.org): the inner loops of tree growing. All pointers are byte offsets
// into the shared memory; every instance works in its own scratch region, columns are only read.
//
// A histogram holds {Σ gradient, Σ hessian} as two f64 for each bin of each feature; a feature with n bins has n + 1
// entries, the last for missing values. A feature table has 16 bytes a feature: column address, byte offset of its
// entries in a histogram, n, and a spare field.

/** Sums {gradient, hessian} of `count` rows by bin into the features' entries of the histogram at `out`. */
export function histogram(table: usize, features: i32, rows: usize, count: i32, pairs: usize, out: usize): void {
  for (let f = 0; f < features; f++) {
    const entry = table + (<usize>f << 4);
    memory.fill(out + <usize>load<u32>(entry, 4), 0, (<usize>load<u32>(entry, 8) + 1) << 4);
  }
  let f = 0;
  // Four features a pass: their histograms stay in the first-level cache, and each row's pair is loaded once for them.
  for (; f + 4 <= features; f += 4) {
    const entry = table + (<usize>f << 4);
    const c0: usize = load<u32>(entry);
    const c1: usize = load<u32>(entry, 16);
    const c2: usize = load<u32>(entry, 32);
    const c3: usize = load<u32>(entry, 48);
    const h0 = out + <usize>load<u32>(entry, 4);
    const h1 = out + <usize>load<u32>(entry, 20);
    const h2 = out + <usize>load<u32>(entry, 36);
    const h3 = out + <usize>load<u32>(entry, 52);
    for (let i = 0, pair = pairs; i < count; i++, pair += 16) {
      const row: usize = load<u32>(rows + (<usize>i << 2));
      const values = v128.load(pair);
      const a = h0 + (<usize>load<u8>(c0 + row) << 4);
      const b = h1 + (<usize>load<u8>(c1 + row) << 4);
      const c = h2 + (<usize>load<u8>(c2 + row) << 4);
      const d = h3 + (<usize>load<u8>(c3 + row) << 4);
      v128.store(a, f64x2.add(v128.load(a), values));
      v128.store(b, f64x2.add(v128.load(b), values));
      v128.store(c, f64x2.add(v128.load(c), values));
      v128.store(d, f64x2.add(v128.load(d), values));
    }
  }
  for (; f < features; f++) {
    const entry = table + (<usize>f << 4);
    const column: usize = load<u32>(entry);
    const h = out + <usize>load<u32>(entry, 4);
    for (let i = 0, pair = pairs; i < count; i++, pair += 16) {
      const a = h + (<usize>load<u8>(column + <usize>load<u32>(rows + (<usize>i << 2))) << 4);
      v128.store(a, f64x2.add(v128.load(a), v128.load(pair)));
    }
  }
}

/** a −= b, both `bytes` long (a multiple of 16). */
export function subtract(a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(a + i, f64x2.sub(v128.load(a + i), v128.load(b + i)));
  }
}

/** Copies the 16-byte pair of each row to `out`, so that `histogram` reads pairs in order. */
export function gather(rows: usize, count: i32, pairs: usize, out: usize): void {
  for (let i = 0; i < count; i++, out += 16) {
    v128.store(out, v128.load(pairs + (<usize>load<u32>(rows + (<usize>i << 2)) << 4)));
  }
}

/**
 * Reorders `rows`: those with bin ≤ `bin` first, both parts in their old order; a missing value (`missing` is its
 * bin) goes left if `missingLeft` is 1. `scratch` holds as many rows. Returns how many went left.
 */
export function partition(
  column: usize, rows: usize, count: i32, bin: u32, missing: u32, missingLeft: u32, scratch: usize,
): i32 {
  let left = rows;
  let right = scratch;
  for (let i = 0; i < count; i++) {
    const row = load<u32>(rows + (<usize>i << 2));
    const value = <u32>load<u8>(column + <usize>row);
    const goesLeft = value === missing ? missingLeft : <u32>(value <= bin);
    // Both places are written and one is kept: no branch to mispredict.
    store<u32>(left, row);
    store<u32>(right, row);
    left += <usize>goesLeft << 2;
    right += <usize>(goesLeft ^ 1) << 2;
  }
  memory.copy(left, scratch, right - scratch);
  return <i32>((left - rows) >> 2);
}

/**
 * The best split of a node with the given sums. Writes to `result`: gain (f64; 0: none), Σ gradient and Σ hessian
 * of the left side (f64), position in the table, bin, whether missing values go left (u32 each).
 *
 * Gain: G_L²/(H_L + l2) + G_R²/(H_R + l2) − G²/(H + l2) (Chen & Guestrin, XGBoost, 2016, eq. 7, doubled). Both
 * sides need a Σ hessian of `least`.
 *
 * With a `seed` other than 0 one cut of each feature is looked at, drawn from those that leave enough on both sides (extremely randomised trees; Geurts, Ernst & Wehenkel, 2006).
 */
export function bestSplit(
  table: usize, features: i32, histogram: usize, g: f64, h: f64, l2: f64, least: f64, minGain: f64, seed: u32,
  result: usize,
): void {
  const whole = (g * g) / (h + l2);
  // Less than this is rounding left over from subtractions.
  const noise = h * 1e-12;
  let bestGain = minGain;
  let bestG = 0.0;
  let bestH = 0.0;
  let bestFeature = 0;
  let bestBin = 0;
  let bestLeft = 0;
  let found = false;
  for (let f = 0; f < features; f++) {
    const entry = table + (<usize>f << 4);
    const first = histogram + <usize>load<u32>(entry, 4);
    const bins = <i32>load<u32>(entry, 8);
    const missing = first + (<usize>bins << 4);
    const gm = load<f64>(missing);
    const hm = load<f64>(missing, 8);
    const hasMissing = hm > noise;
    const only = seed ? randomCut(first, hasMissing ? bins : bins - 1, h, least, noise, mix(seed + <u32>f)) : -1;
    if (seed && only < 0) continue;
    // Missing values right, then, where there are any, left.
    for (let side = 0; side <= <i32>hasMissing; side++) {
      let gl = side ? gm : 0.0;
      let hl = side ? hm : 0.0;
      // With missing values right, the last cut parts present from missing.
      const cuts = side || !hasMissing ? bins - 1 : bins;
      let bin = first;
      for (let b = 0; b < cuts; b++, bin += 16) {
        const hb = load<f64>(bin, 8);
        gl += load<f64>(bin);
        hl += hb;
        if (hl < least) continue;
        const hr = h - hl;
        if (hr < least) break;
        if (seed && b < only) continue;
        if (seed && b > only) break;
        // An empty bin's cut equals the one before.
        if (hb <= noise && b > 0) continue;
        const gr = g - gl;
        const gain = (gl * gl) / (hl + l2) + (gr * gr) / (hr + l2) - whole;
        if (gain > bestGain) {
          bestGain = gain;
          bestG = gl;
          bestH = hl;
          bestFeature = f;
          bestBin = b;
          // Where none is missing here, one seen later follows the larger side.
          bestLeft = hasMissing ? side : <i32>(hl > hr);
          found = true;
        }
      }
    }
  }
  store<f64>(result, found ? bestGain : 0.0);
  store<f64>(result, bestG, 8);
  store<f64>(result, bestH, 16);
  store<u32>(result, bestFeature, 24);
  store<u32>(result, bestBin, 28);
  store<u32>(result, bestLeft, 32);
}

/** One of the first `bins` that is not empty and whose cut leaves `least` of Σ hessian `h` on both sides; −1: none does. */
function randomCut(first: usize, bins: i32, h: f64, least: f64, noise: f64, random: u32): i32 {
  let cuts = 0;
  let hl = 0.0;
  let bin = first;
  for (let b = 0; b < bins; b++, bin += 16) {
    const hb = load<f64>(bin, 8);
    hl += hb;
    if (hl >= least && hb > noise && h - hl >= least) cuts++;
  }
  if (cuts === 0) return -1;
  let left = <i32>(random % <u32>cuts);
  hl = 0.0;
  bin = first;
  for (let b = 0; b < bins; b++, bin += 16) {
    const hb = load<f64>(bin, 8);
    hl += hb;
    if (hl >= least && hb > noise && h - hl >= least && left-- === 0) return b;
  }
  return -1;
}

/** Well-mixed bits (the finaliser of MurmurHash3; Appleby, 2011). */
function mix(value: u32): u32 {
  value ^= value >> 16;
  value *= 0x85ebca6b;
  value ^= value >> 13;
  value *= 0xc2b2ae35;
  return value ^ (value >> 16);
}

/**
 * Adds the value of the leaf each row falls into to `out`, `stride` bytes a row.
 *
 * A node has 32 bytes: column address (u32), bin (u16), bin of missing values if they go left, else one that never
 * occurs (u16), left child, right child (u32, byte offsets from `nodes`), value (f64), 8 spare. Rows with bin ≤ `bin`
 * go left. Both children of a leaf are itself.
 *
 * @param rows which rows of the columns and of `out`; 0: the first `count`
 */
export function addLeaves(nodes: usize, rows: usize, count: i32, out: usize, stride: usize): void {
  let i = 0;
  // Four rows at a time and no branch on the comparison: their chains of loads overlap.
  for (; i + 4 <= count; i += 4) {
    const r0: usize = rows ? load<u32>(rows + (<usize>i << 2)) : i;
    const r1: usize = rows ? load<u32>(rows + (<usize>i << 2), 4) : i + 1;
    const r2: usize = rows ? load<u32>(rows + (<usize>i << 2), 8) : i + 2;
    const r3: usize = rows ? load<u32>(rows + (<usize>i << 2), 12) : i + 3;
    let n0 = nodes;
    let n1 = nodes;
    let n2 = nodes;
    let n3 = nodes;
    while (true) {
      const m0 = child(nodes, n0, r0);
      const m1 = child(nodes, n1, r1);
      const m2 = child(nodes, n2, r2);
      const m3 = child(nodes, n3, r3);
      if (((m0 ^ n0) | (m1 ^ n1) | (m2 ^ n2) | (m3 ^ n3)) === 0) break;
      n0 = m0;
      n1 = m1;
      n2 = m2;
      n3 = m3;
    }
    addValue(n0, out + r0 * stride);
    addValue(n1, out + r1 * stride);
    addValue(n2, out + r2 * stride);
    addValue(n3, out + r3 * stride);
  }
  for (; i < count; i++) {
    const row: usize = rows ? load<u32>(rows + (<usize>i << 2)) : i;
    let node = nodes;
    while (true) {
      const next = child(nodes, node, row);
      if (next === node) break;
      node = next;
    }
    addValue(node, out + row * stride);
  }
}

// @ts-ignore: decorator
@inline
function child(nodes: usize, node: usize, row: usize): usize {
  const rule = load<u64>(node);
  const code = <u64>load<u8>(<usize>(<u32>rule) + row);
  const left = <u64>(code <= ((rule >> 32) & 0xffff)) | <u64>(code === rule >> 48);
  return nodes + <usize>(<u32>(load<u64>(node, 8) >> ((left ^ 1) << 5)));
}

// @ts-ignore: decorator
@inline
function addValue(node: usize, out: usize): void {
  store<f64>(out, load<f64>(out) + load<f64>(node, 16));
}
