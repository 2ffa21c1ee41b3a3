import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from '../infra/monitoring-files.ts';
import type { Measured } from './experiment.ts';

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

export const isAsExpected = ({ told, unexpected }: Measured): boolean =>
  unexpected.length === 0 && told.every(({ raised, cleared }) => raised !== null && cleared !== null);
