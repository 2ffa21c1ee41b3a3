import { language } from './settings.ts';

/** Values in words, as the chosen language writes them. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
const AGES: readonly (readonly [Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

const formats = new Map<string, Intl.NumberFormat>();
function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const name = language.value + JSON.stringify(options);
  const format = formats.get(name) ?? new Intl.NumberFormat(language.value, options);
  formats.set(name, format);
  return format;
}

export const count = (value: number): string => numberFormat({}).format(value);
export const percent = (share: number): string =>
  numberFormat({ style: 'percent', maximumFractionDigits: 1 }).format(share);
/** A figure of quality, or any other number, to four digits that matter. */
export function figure(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e7 || Math.abs(value) < 1e-4))
    return numberFormat({ notation: 'scientific', maximumFractionDigits: 3 }).format(value);
  return numberFormat({ maximumSignificantDigits: Math.abs(value) >= 1e4 ? 7 : 4 }).format(value);
}

export function bytes(value: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const digits = step === 0 ? 0 : 1;
  return `${numberFormat({ maximumFractionDigits: digits }).format(value / 1000 ** step)} ${UNITS[step]}`;
}

export function seconds(value: number): string {
  if (value < 0.9995) return `${count(Math.round(value * 1000))} ms`;
  if (value < 60) return `${numberFormat({ maximumFractionDigits: 1 }).format(value)} s`;
  const whole = Math.round(value);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** How far a time is from now, either way. */
export function fromNow(time: string): string {
  const away = (Date.parse(time) - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' });
  for (const [unit, size] of AGES)
    if (Math.abs(away) >= size) return format.format(Math.trunc(away / size), unit);
  return format.format(0, 'second');
}

export const moment = (time: string): string =>
  new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'medium' }).format(
    new Date(time),
  );

/**
 * A time in a table, as the service understands it: in UTC.
 * @param time in milliseconds since 1970
 */
export const dated = (time: number, isDay: boolean): string =>
  new Intl.DateTimeFormat(language.value, {
    dateStyle: 'medium',
    ...(!isDay && { timeStyle: 'medium' }),
    timeZone: 'UTC',
  }).format(time);

/** @param time in seconds since 1970 */
export const clock = (time: number): string =>
  new Intl.DateTimeFormat(language.value, { timeStyle: time % 60 === 0 ? 'short' : 'medium' }).format(
    new Date(time * 1000),
  );
