import { parseNumber } from '#tabular';

const [PLUS, MINUS, POINT, ZERO, NINE, LOWER_E, UPPER_E] = [0x2b, 0x2d, 0x2e, 0x30, 0x39, 0x65, 0x45];
/** So many digits are a whole number that a double holds exactly. */
const EXACT_DIGITS = 15;
/** So many more are left for the second double. */
const MORE_DIGITS = 5;
/** The powers of ten that are doubles without rounding. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
/** Far above the error of a division in twice the precision, far below half a unit of the last place. */
const DOUBT = 2 ** -44;

/**
 * `parseNumber` of a cell's bytes, without making a string of a plain decimal of up to 20 digits: its digits, as a
 * sum of two doubles, are divided by a power of ten, all three exact. Up to 15 digits one division rounds correctly
 * (Clinger 1990, "How to read floating point numbers accurately"); beyond, the quotient is worked out in twice the
 * precision (Dekker 1971, "A floating-point technique for extending the available precision") and taken if both ends
 * of what it may be round to the same double (Ziv 1991).
 */
export function numberOfCell(bytes: Buffer, start: number, end: number): number | undefined {
  if (start === end) return Number.NaN;
  const first = bytes[start]!;
  let i = first === MINUS || first === PLUS ? start + 1 : start;
  // Leading zeros are no digits of the value.
  let begun = false;
  let seen = 0;
  let digits = 0;
  let high = 0;
  let low = 0;
  let scale = 0;
  let step = 0;
  for (; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= ZERO && byte <= NINE) {
      seen++;
      scale += step;
      begun ||= byte > ZERO;
      if (!begun) continue;
      if (digits < EXACT_DIGITS) high = high * 10 + (byte - ZERO);
      else low = low * 10 + (byte - ZERO);
      digits++;
    } else if (byte === POINT && step === 0) {
      step = 1;
    } else {
      break;
    }
  }
  if (i < end && seen > 0 && (bytes[i] === LOWER_E || bytes[i] === UPPER_E)) {
    const exponent = smallExponent(bytes, i + 1, end);
    scale -= exponent;
    i = end;
  }
  const more = digits - EXACT_DIGITS;
  const isPlain = i === end && seen > 0 && scale >= 0 && scale < POWERS.length && more <= MORE_DIGITS;
  const value = !isPlain
    ? undefined
    : more <= 0
      ? high / POWERS[scale]!
      : quotient(high, POWERS[more]!, low, POWERS[scale]!);
  if (value === undefined) return parseNumber(bytes.toString('latin1', start, end));
  return first === MINUS ? -value : value;
}

/** The whole number of up to three digits behind an `e`, else NaN. */
function smallExponent(bytes: Buffer, start: number, end: number): number {
  const sign = bytes[start]!;
  const from = sign === MINUS || sign === PLUS ? start + 1 : start;
  if (from === end || end - from > 3) return Number.NaN;
  let value = 0;
  for (let i = from; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return sign === MINUS ? -value : value;
}

/** (a · b + c) / d rounded to the nearest double, or undefined when it is too near the middle of two to tell. */
function quotient(a: number, b: number, c: number, d: number): number | undefined {
  const product = a * b;
  const rest = productError(a, b, product) + c;
  const sum = product + rest;
  const tail = rest - (sum - product);
  const q = sum / d;
  const back = q * d;
  const correction = (sum - back - productError(q, d, back) + tail) / d;
  const least = q + correction * (1 - DOUBT);
  const most = q + correction * (1 + DOUBT);
  return least === most ? least : undefined;
}

/** x · y − product, exactly: what rounding took from the product. */
function productError(x: number, y: number, product: number): number {
  const xHigh = upperHalf(x);
  const yHigh = upperHalf(y);
  const xLow = x - xHigh;
  const yLow = y - yHigh;
  return xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
}

/** The upper 26 bits (Veltkamp's splitting), so that products of halves are exact. */
function upperHalf(x: number): number {
  const scaled = x * 134_217_729;
  return scaled - (scaled - x);
}
