import { isMissing } from './missing.ts';
import { usualDate } from './usual-date.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const MISSING_NUMBER = new Set(['', 'nan', 'na', 'n/a', 'null', 'none']);
const ISO_DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** A decimal number; NaN for a missing one (blank, NaN, NA, null …); undefined for anything else. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) {
    const value = Number(trimmed);
    return Number.isFinite(value) ? value : Number.NaN;
  }
  return MISSING_NUMBER.has(trimmed.toLowerCase()) ? Number.NaN : undefined;
}

/** ISO 8601 date or timestamp → milliseconds since 1970 (UTC when no offset is given); NaN for a missing one. */
export function parseDate(text: string): number | undefined {
  return usualDate(text) ?? anyDate(text);
}

function anyDate(text: string): number | undefined {
  const trimmed = text.trim();
  if (isMissing(trimmed)) return Number.NaN;
  const match = ISO_DATE.exec(trimmed);
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const date = new Date(0);
  // Not Date.UTC: it reads years 0–99 as 1900–1999.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), milliseconds);
  const isRealDay = date.getUTCMonth() === Number(month) - 1 || Number(hour) >= 24;
  if (!isRealDay || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined;
  return date.getTime() - offsetMilliseconds(zone);
}

function offsetMilliseconds(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || '0');
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
}
