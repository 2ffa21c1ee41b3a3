/** Of a month in any year: the 29th of February takes a calendar. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
const [DATE_LENGTH, MINUTES_LENGTH, SECONDS_LENGTH, MILLISECONDS_LENGTH] = [10, 16, 19, 23];
const ZERO = 48;

/**
 * Milliseconds since 1970 of a date as programs write it, such as `2024-01-31`, `2024-01-31 14:05` or
 * `2024-01-31T14:05:09.250Z`: an expression takes several times as long to tell its parts.
 *
 * @returns undefined: it is written otherwise, or is no date
 */
export function usualDate(text: string): number | undefined {
  const time = text.length === DATE_LENGTH ? dayOf(text) : dayOf(text) + timeOf(text);
  return Number.isNaN(time) ? undefined : time;
}

function dayOf(text: string): number {
  const [month, day] = [number(text, 5, 2), number(text, 8, 2)];
  const isDay = day >= 1 && day <= (DAYS[month - 1] ?? 0) && text[4] === '-' && text[7] === '-';
  return isDay ? daysSince1970(number(text, 0, 4), month, day) * DAY_MS : Number.NaN;
}

function timeOf(text: string): number {
  const length = text.endsWith('Z') ? text.length - 1 : text.length;
  const [hour, minute] = [number(text, 11, 2), number(text, 14, 2)];
  const hasSeconds = length >= SECONDS_LENGTH;
  const hasMilliseconds = length === MILLISECONDS_LENGTH;
  const second = hasSeconds ? number(text, 17, 2) : 0;
  const millisecond = hasMilliseconds ? number(text, 20, 3) : 0;
  const isTime =
    (length === MINUTES_LENGTH || length === SECONDS_LENGTH || hasMilliseconds) &&
    (text[10] === 'T' || text[10] === ' ') &&
    text[13] === ':' &&
    (!hasSeconds || text[16] === ':') &&
    (!hasMilliseconds || text[19] === '.') &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  return isTime ? hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + millisecond : Number.NaN;
}

/** NaN: these are no digits. */
function number(text: string, from: number, digits: number): number {
  let value = 0;
  for (let i = from; i < from + digits; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    value = digit >= 0 && digit <= 9 ? 10 * value + digit : Number.NaN;
  }
  return value;
}

/** Of the Gregorian calendar, in years that begin with March. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return 365 * y + leapDays + Math.floor((153 * m + 2) / 5) + day - 719_469;
}
