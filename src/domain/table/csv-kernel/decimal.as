// Decimals of a text as doubles, as JavaScript reads them: for every kernel that reads delimited texts.

/** Number of a cell's text, for the few whose value is not worked out here. */
@external("env", "number") declare function number(from: usize, to: usize): f64;

const SPACE: u32 = 0x20;
const PLUS: u32 = 0x2b;
const MINUS: u32 = 0x2d;
const POINT: u32 = 0x2e;
const ZERO: u32 = 0x30;

/** What a double holds exactly: 2^53 − 1. */
export const MAX_SAFE: u64 = 9007199254740991;
const POWERS = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);
/** Far above the error of a division in twice the precision, far below half a unit of the last place. */
const DOUBT: f64 = 1.0 / 17592186044416.0;

/** An exact one: up to 22. */
// @ts-ignore: decorator
@inline
export function powerOfTen(exponent: u32): f64 {
  return load<f64>(POWERS + (<usize>exponent << 3));
}

/** A literal of cell.ts; not finite when it is beyond a double. */
export function decimal(from: usize, to: usize): f64 {
  let at = from;
  while (load<u8>(at) == SPACE) at++;
  let byte = <u32>load<u8>(at);
  const isNegative = byte == MINUS;
  if (isNegative || byte == PLUS) at++;
  let mantissa: u64 = 0;
  let digits: u32 = 0;
  let scale: i32 = 0;
  let isBehindPoint = false;
  for (; at < to; at++) {
    byte = load<u8>(at);
    const digit = byte - ZERO;
    if (digit < 10) {
      mantissa = mantissa * 10 + digit;
      // Leading zeros are no digits of the value. (The mantissa may be zero again: it holds no more than 19.)
      if (digits > 0 || digit > 0) digits++;
      if (isBehindPoint) scale++;
    } else if (byte == POINT) isBehindPoint = true;
    else break;
  }
  if (at < to && (byte | 0x20) == 0x65) {
    const sign = <u32>load<u8>(++at);
    if (sign == MINUS || sign == PLUS) at++;
    let exponent: i32 = 0;
    for (; at < to; at++) {
      const digit = <u32>load<u8>(at) - ZERO;
      if (digit >= 10) break;
      exponent = min(exponent * 10 + <i32>digit, 100000);
    }
    scale -= sign == MINUS ? -exponent : exponent;
  }
  let value = NaN;
  if (digits <= 19 && scale >= 0 && scale <= 22) {
    value = mantissa <= MAX_SAFE ? <f64>mantissa / powerOfTen(scale) : quotient(mantissa, powerOfTen(scale));
  } else if (mantissa <= MAX_SAFE && digits <= 19 && scale < 0 && scale >= -22) {
    // Exact when the product is: else it might be rounded twice.
    const power = powerOfTen(-scale);
    const product = <f64>mantissa * power;
    if (product <= <f64>MAX_SAFE) value = product;
  }
  if (value != value) return number(from, to);
  return isNegative ? -value : value;
}

/** x / d rounded to the nearest double, or NaN when it is too near the middle of two to tell. */
export function quotient(x: u64, d: f64): f64 {
  const high = <f64>(x >>> 32) * 4294967296.0;
  const low = <f64>(x & 0xffffffff);
  const sum = high + low;
  const tail = low - (sum - high);
  const q = sum / d;
  const back = q * d;
  const correction = (sum - back - productError(q, d, back) + tail) / d;
  const least = q + correction * (1 - DOUBT);
  const most = q + correction * (1 + DOUBT);
  return least == most ? least : NaN;
}

/** x · y − product, exactly: what rounding took from the product (Dekker 1971). */
function productError(x: f64, y: f64, product: f64): f64 {
  const xHigh = upperHalf(x);
  const yHigh = upperHalf(y);
  const xLow = x - xHigh;
  const yLow = y - yHigh;
  return xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
}

/** The upper 26 bits (Veltkamp's splitting), so that products of halves are exact. */
// @ts-ignore: decorator
@inline
function upperHalf(x: f64): f64 {
  const scaled = x * 134217729.0;
  return scaled - (scaled - x);
}
