import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { differences } from '../src/telemetry/registry/difference.ts';
import type { Group } from '../src/telemetry/registry/groups.ts';
import { registryFiles } from '../src/telemetry/registry/registry.ts';
import { generatedFile } from './generated-file.ts';

/**
 * Writes docs/registry from the catalogues of metrics, spans and log events: `npm run registry`; `-- --check` only says whether it is current, and
 * `-- --diff FOLDER` what has been renamed, removed, added and changed since the registry in that folder.
 */
const { diff } = parseArgs({ options: { diff: { type: 'string' }, check: { type: 'boolean' } } }).values;

const files = Object.entries(registryFiles());
if (diff === undefined) {
  for (const [name, contents] of files)
    generatedFile(`docs/registry/${name}`, text(contents), 'npm run registry');
} else {
  const now = groupsOf(files.map(([, contents]) => stringify(contents)));
  const lines = differences(groupsOf(readFolder(diff)), now);
  process.stdout.write(lines.length === 0 ? 'no difference\n' : `${lines.join('\n')}\n`);
}

function text(contents: object): string {
  const heading =
    '# Made from the catalogues in src/telemetry by scripts/registry.ts: change those, not this file.\n';
  return heading + stringify(contents, { lineWidth: 0, aliasDuplicateObjects: false });
}

function readFolder(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => readFileSync(join(folder, name), 'utf8'));
}

function groupsOf(documents: readonly string[]): readonly Group[] {
  return documents.flatMap((document) => (parse(document) as { groups?: readonly Group[] }).groups ?? []);
}
