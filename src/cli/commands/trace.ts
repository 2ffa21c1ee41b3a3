import { buildCommand } from '@stricli/core';
import type { TraceNode } from '../../client/index.ts';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';
import { seconds } from '../output.ts';

const WIDTH = 32;

export const trace = buildCommand({
  docs: {
    brief: 'Show where the time of a run went',
    fullDescription: `Show where the time of a run went: its waiting, its attempts and what each did.

Examples:
  mlops-backend trace RUN
  mlops-backend trace RUN --json`,
  },
  parameters: {
    positional: { kind: 'tuple', parameters: [{ parse: String, placeholder: 'run', brief: 'Its id' }] },
    flags: commonFlags,
    aliases: commonAliases,
  },
  async func(this: Context, flags: Flags, id: string) {
    const root = await clientOf(this, flags).traceTrainingRun({ id }, { signal: this.signal });
    outputOf(this, flags).result(root, () => waterfall(root));
  },
});

const at = (time: string | null) => (time === null ? Date.now() : Date.parse(time));

function waterfall(root: TraceNode): string {
  const start = at(root.started_at);
  const whole = Math.max(at(root.ended_at) - start, 1);
  const rows: { name: string; took: string; bar: string }[] = [];
  const add = (node: TraceNode, depth: number) => {
    const from = Math.min(Math.floor(((at(node.started_at) - start) / whole) * WIDTH), WIDTH - 1);
    const length = Math.max(Math.round(((at(node.ended_at) - at(node.started_at)) / whole) * WIDTH), 1);
    const failed = node.error_type === null ? '' : `  ${node.error_type}`;
    rows.push({
      name: `${'  '.repeat(depth)}${node.name}`,
      took: seconds(node.duration_seconds),
      bar: `${' '.repeat(from)}${'█'.repeat(Math.min(length, WIDTH - from))}${failed}`,
    });
    for (const child of node.children) add(child, depth + 1);
  };
  add(root, 0);
  const names = Math.max(...rows.map(({ name }) => name.length));
  const times = Math.max(...rows.map(({ took }) => took.length));
  return rows
    .map(({ name, took, bar }) => `${name.padEnd(names)}  ${took.padStart(times)}  ${bar}`)
    .join('\n');
}
