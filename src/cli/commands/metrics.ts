import { buildCommand } from '@stricli/core';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';

interface MetricsFlags extends Flags {
  readonly all: boolean;
  readonly path: string;
}

export const metrics = buildCommand({
  docs: {
    brief: 'Show the service’s metrics',
    fullDescription: `Show the service’s metrics, those that are not 0. MLOPS_METRICS_TOKEN is sent where a scrape must carry one.

Examples:
  mlops-backend metrics training
  mlops-backend metrics http_server_request_duration_seconds_count --all`,
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, placeholder: 'text', brief: 'Only those whose names have it', optional: true },
      ],
    },
    flags: {
      ...commonFlags,
      all: { kind: 'boolean', default: false, withNegated: false, brief: 'Zeros and buckets, too' },
      path: {
        kind: 'parsed',
        parse: String,
        default: '/metrics',
        placeholder: 'PATH',
        brief: 'Where they are',
      },
    },
    aliases: { ...commonAliases, a: 'all' },
  },
  async func(this: Context, flags: MetricsFlags, text?: string) {
    const output = outputOf(this, flags);
    const token = this.process.env['MLOPS_METRICS_TOKEN'];
    const page = await clientOf(this, flags).metrics({ path: flags.path, ...(token && { token }) });
    const samples = page
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => ({
        name: line.slice(0, line.lastIndexOf(' ')),
        value: Number(line.slice(line.lastIndexOf(' '))),
      }))
      .filter(({ name }) => (name.split('{', 1)[0] as string).includes(text ?? ''))
      .filter(({ name, value }) => flags.all || (value !== 0 && !/_bucket\{/.test(name)));
    output.result(samples, () =>
      output.table(
        ['METRIC', 'VALUE'],
        samples.map(({ name, value }) => [name, String(value)]),
      ),
    );
  },
});
