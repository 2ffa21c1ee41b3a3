import { buildCommand } from '@stricli/core';
import { ApiProblem } from '../../client/index.ts';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';
import { CliError, sentenceOf } from '../errors.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly says: string;
}

export const doctor = buildCommand({
  docs: {
    brief: 'Find out why it does not work',
    fullDescription: `Ask the service whether it lives, is ready, takes the key and offers its metrics. Exit code 1: something is wrong.

Examples:
  mlops-backend doctor
  mlops-backend doctor --url https://ml.example.org --key-file ~/.mlops-key`,
  },
  parameters: { flags: commonFlags, aliases: commonAliases },
  async func(this: Context, flags: Flags) {
    const output = outputOf(this, flags);
    const client = clientOf(this, flags);
    const token = this.process.env['MLOPS_METRICS_TOKEN'];
    const checks: Record<string, () => Promise<string>> = {
      service: async () => {
        const { version, role } = await client.getHealth();
        return `version ${version}, role ${role}`;
      },
      dependencies: async () => (await client.getReadiness()).checks.map(({ name }) => name).join(', '),
      key: async () => {
        await client.listDatasets({ limit: 1 });
        return 'is taken, or none is asked for';
      },
      metrics: async () => `${(await client.metrics(token ? { token } : {})).split('\n').length} lines`,
    };
    const findings: Finding[] = [];
    for (const [check, ask] of Object.entries(checks)) {
      try {
        findings.push({ check, ok: true, says: await ask() });
      } catch (error) {
        findings.push({ check, ok: false, says: saysOf(error) });
      }
    }
    output.result(findings, () =>
      findings
        .map(({ check, ok, says }) => {
          const mark = ok ? output.style('green', '✓') : output.style('red', '✗');
          return `${mark} ${check.padEnd(12)} ${says}`;
        })
        .join('\n'),
    );
    const wrong = findings.filter(({ ok }) => !ok).length;
    if (wrong > 0) throw new CliError(`${wrong} of ${findings.length} checks failed.`);
  },
});

/** Not ready is an answer of its own: it says which dependency is down. */
const saysOf = (error: unknown): string =>
  error instanceof ApiProblem && error.status === 503 && error.code === undefined
    ? 'one of them is down'
    : sentenceOf(error).replace(/\n\s+/g, ' ');
