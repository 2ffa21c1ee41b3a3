import pg from 'pg';
import { vi } from 'vitest';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** Those that grow with use. */
const TABLES = ['datasets', 'training_runs', 'artifacts', 'input_counts', 'kept_predictions'];

/** A statement as the server carried it out. */
export interface Execution {
  readonly statement: string;
  /** Rows of growing tables that it looked at, those that it found not to be wanted included. */
  readonly rowsRead: number;
  /** Pages of tables and indexes: what an index leaves out row by row, it has read. */
  readonly blocksRead: number;
  /** Growing tables that it went through from one end to the other. */
  readonly scanned: readonly string[];
}

/** Has every session of the URL tell, as a notice, how each of its statements was carried out. */
export function explained(url: string): string {
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_buffers': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_format': 'json',
    'auto_explain.log_level': 'notice',
  };
  const told = new URL(url);
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  told.searchParams.set('options', options.join(' '));
  return told.href;
}

/** Every statement that this process's clients of such a URL carry out, in the order in which they end. */
export function executions(): Execution[] {
  const seen: Execution[] = [];
  const { connect } = pg.Client.prototype;
  vi.spyOn(pg.Client.prototype, 'connect').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    this.on('notice', ({ message = '' }) => {
      const [, plan] = /^duration: .*? plan:\n(.*)$/s.exec(message) ?? [];
      if (plan !== undefined) seen.push(execution(JSON.parse(plan)));
    });
    return (connect as (...given: unknown[]) => unknown).apply(this, args) as never;
  });
  return seen;
}

function execution(told: { 'Query Text': string; Plan: PlanNode }): Execution {
  const nodes = flatten(told.Plan);
  const scans = nodes.filter(
    (node) => /Scan$/.test(node['Node Type']) && TABLES.includes(node['Relation Name'] ?? ''),
  );
  return {
    statement: told['Query Text'].replace(/\s+/g, ' ').trim(),
    rowsRead: Math.round(scans.reduce((sum, scan) => sum + rowsOf(scan), 0)),
    blocksRead: told.Plan['Shared Hit Blocks'] + told.Plan['Shared Read Blocks'],
    scanned: scans
      .filter((scan) => scan['Node Type'] === 'Seq Scan')
      .map((scan) => scan['Relation Name'] as string),
  };
}

const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];

const rowsOf = (scan: PlanNode) =>
  scan['Actual Loops'] *
  (scan['Actual Rows'] +
    (scan['Rows Removed by Filter'] ?? 0) +
    (scan['Rows Removed by Index Recheck'] ?? 0));
