import { readFileSync, writeFileSync } from 'node:fs';
import { alerts, ROOT } from '../infra/monitoring-files.ts';
import type { Measured, Told } from './experiment.ts';
import type { Fault } from './fault.ts';
import { unexpectedOf } from './measured.ts';

const PAGE = new URL('docs/alerts.md', ROOT);
const [BEGIN, END] = ['<!-- measured: begin -->', '<!-- measured: end -->'];

const severities = new Map(alerts.map(({ alert, labels }) => [alert, labels?.['severity'] ?? '']));

/** `75 s`, `12 min`. */
function span(minutes: number | null): string {
  if (minutes === null) return '**never**';
  return minutes < 3 ? `${Math.round(minutes * 60)} s` : `${Math.round(minutes)} min`;
}

const KNOWN = { told: '', seen: ', seen in Prometheus', silence: ', by its silence' };

const nameOf = (fault: Fault, alert: string) =>
  `${alert} (${severities.get(alert)}${KNOWN[fault.known ?? 'told']})`;

/** What was found: told and over after, what came with it, and what should not have. */
function findings(fault: Fault, measured: Measured): string[] {
  const unexpected = unexpectedOf(fault, measured);
  const allowed = measured.others.filter((alert) => !unexpected.includes(alert));
  const lines = (of: (told: Told) => string) => measured.told.map(of).join('<br>') || '–';
  const pings = fault.known === 'silence' ? ` (before it: a ping every ${measured.pingedWithin} s)` : '';
  return [
    lines(({ raised }) => span(raised) + pings),
    fault.endUnwaited
      ? 'not waited for'
      : lines(({ cleared }) => span(cleared) + (fault.passes ? ' after it began' : '')),
    allowed.map((alert) => `${alert}: ${fault.allowed?.[alert]}`).join('<br>') || '–',
    unexpected.length > 0 ? `**${unexpected.join(', ')}**` : 'none',
  ];
}

const NOT_YET = ['not measured yet', '', '', ''];

function row(fault: Fault, measured: Measured | undefined): string {
  const cells = [
    fault.name,
    `${fault.how}${fault.standIn ? ' *(stand-in)*' : ''}`,
    fault.expected.map((alert) => nameOf(fault, alert)).join('<br>') || '–',
    ...(measured ? findings(fault, measured) : NOT_YET),
  ];
  return `| ${cells.join(' | ')} |`;
}

const HEAD = `| what happens | how it is made | must be told | told after | over after | comes with it | should not have come |
| --- | --- | --- | --- | --- | --- | --- |`;

export function tableOf(faults: readonly Fault[], measured: readonly Measured[]): string {
  const rows = faults.map((fault) =>
    row(
      fault,
      measured.find((one) => one.fault === fault.name),
    ),
  );
  return `${HEAD}\n${rows.join('\n')}`;
}

/** Writes what was measured between the marks of docs/alerts.md. */
export function writeTable(faults: readonly Fault[], measured: readonly Measured[]): void {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error('docs/alerts.md has lost its marks');
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${tableOf(faults, measured)}\n\n${END}${after}`);
}
