import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from '../infra/monitoring-files.ts';
import type { Measured } from './experiment.ts';
import type { Fault } from './fault.ts';

/** What the matrix last found, fault by fault. */
const FILE = new URL('docs/alerts.json', ROOT);

export const readMeasured = (): readonly Measured[] =>
  existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Measured[]) : [];

/** Takes the place of what was known of these faults. */
export function keepMeasured(news: readonly Measured[], order: readonly string[]): readonly Measured[] {
  const known = new Map([...readMeasured(), ...news].map((one) => [one.fault, one]));
  const all = order.flatMap((fault) => known.get(fault) ?? []);
  writeFileSync(FILE, `${JSON.stringify(all, null, 2)}\n`);
  return all;
}

/** What came that may not come with it. */
export const unexpectedOf = (fault: Fault, { others }: Measured): readonly string[] =>
  others.filter((alert) => !(alert in (fault.allowed ?? {})));

export const isAsExpected = (fault: Fault, measured: Measured): boolean =>
  unexpectedOf(fault, measured).length === 0 &&
  measured.told.every(({ raised, cleared }) => raised !== null && (cleared !== null || fault.endUnwaited));
