import type { Column } from '#tabular';
import type { Random } from '../../../src/tabular/training/random.ts';
import { categories, normal, numbers } from '../columns.ts';

const WEATHER = ['clear', 'cloudy', 'rain', 'storm'];

/**
 * Hourly counts of rented bicycles, as a series in time: the hour, the day and the weather, what was rented an hour, a
 * day and a week before. The rows to be judged on come after those to learn from.
 */
export function rentals(rows: number, random: Random): Column[] {
  const before = 168;
  const hours = rows + before;
  let temperature = 10;
  let weather = 0;
  let level = 0;
  const made = Array.from({ length: hours }, (_, t) => {
    const hour = t % 24;
    const day = Math.floor(t / 24);
    const weekday = day % 7;
    const isFree = weekday > 4 || day % 97 === 50;
    const season = 12 - 11 * Math.cos((2 * Math.PI * (day - 20)) / 365);
    temperature +=
      0.15 * (season + 4 * Math.sin((2 * Math.PI * (hour - 9)) / 24) - temperature) + 0.6 * normal(random);
    if (random() < 0.12) weather = Math.min(3, Math.floor(4 * random() ** 1.8));
    level = 0.95 * level + 0.06 * normal(random);
    const rush = Math.exp(-((hour - 8) ** 2) / 3) + 1.2 * Math.exp(-((hour - 17.5) ** 2) / 5);
    const idle = Math.exp(-((hour - 14) ** 2) / 22);
    const log =
      2 +
      (isFree ? 2.8 * idle : 1.4 * idle + 2.2 * rush) +
      0.07 * Math.min(temperature, 25) -
      0.06 * Math.max(0, temperature - 27) -
      [0, 0.08, 0.6, 1.3][weather]! +
      day / 2500 +
      level;
    return {
      hour,
      weekday,
      day,
      isFree,
      temperature,
      weather,
      count: Math.round(Math.exp(log + 0.15 * normal(random))),
    };
  });
  const of = (i: number) => made[i + before]!;
  return [
    numbers('hour', rows, (i) => of(i).hour),
    numbers('weekday', rows, (i) => of(i).weekday),
    numbers('day', rows, (i) => of(i).day % 365),
    categories('free', ['no', 'yes'], rows, (i) => Number(of(i).isFree)),
    categories('weather', WEATHER, rows, (i) => of(i).weather),
    numbers('temperature', rows, (i) => Math.round(of(i).temperature * 10) / 10),
    numbers('wind', rows, () => Math.round(20 * random() ** 2)),
    ...[1, 24, 168].map((lag) => numbers(`lag ${lag}`, rows, (i) => made[i + before - lag]!.count)),
    numbers('target', rows, (i) => of(i).count),
  ];
}
