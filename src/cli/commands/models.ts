import { buildCommand } from '@stricli/core';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';
import { takeItems } from '../items.ts';
import { quality } from '../output.ts';

interface ModelsFlags extends Flags {
  readonly limit: number;
}

export const models = buildCommand({
  docs: {
    brief: 'List models that are kept under a name, or the versions of one',
    fullDescription: `List models that are kept under a name, or the versions of one.

Examples:
  mlops-backend models
  mlops-backend models churn`,
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, placeholder: 'name', brief: 'Whose versions', optional: true }],
    },
    flags: {
      ...commonFlags,
      limit: { kind: 'parsed', parse: Number, default: '20', placeholder: 'N', brief: 'At most so many' },
    },
    aliases: { ...commonAliases, n: 'limit' },
  },
  async func(this: Context, flags: ModelsFlags, name?: string) {
    const output = outputOf(this, flags);
    const client = clientOf(this, flags);
    if (name !== undefined) {
      const versions = await takeItems(client.modelVersions(name), flags.limit);
      output.result(
        versions,
        () =>
          output.table(
            ['VERSION', 'ALIASES', 'TARGET', 'QUALITY', 'ARTIFACT', 'CREATED'],
            versions.map(({ version, aliases, target, metrics, artifact_id, created_at }) => [
              String(version),
              aliases.join(', '),
              target,
              quality(metrics),
              artifact_id,
              created_at,
            ]),
          ),
        () => versions.map(({ version }) => `${name}@${version}`).join('\n'),
      );
      return;
    }
    const found = await takeItems(client.models(), flags.limit);
    output.result(
      found,
      () =>
        found.length === 0
          ? 'No model has a name yet.'
          : output.table(
              ['NAME', 'VERSIONS', 'LATEST', 'ALIASES'],
              found.map((model) => [
                model.name,
                String(model.versions),
                String(model.latest_version ?? ''),
                Object.entries(model.aliases)
                  .map(([alias, version]) => `${alias} → ${version}`)
                  .join(', '),
              ]),
            ),
      () => found.map((model) => model.name).join('\n'),
    );
  },
});
