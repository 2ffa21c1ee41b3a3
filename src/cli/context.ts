import { readFileSync } from 'node:fs';
import type { CommandContext } from '@stricli/core';
import { Client } from '../client/index.ts';
import { Output } from './output.ts';

export interface Flags {
  readonly url?: string;
  readonly keyFile?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Every command has these. A key is no flag: a list of processes would show it. */
export const commonFlags = {
  url: {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'URL',
    brief: 'Where the service is [MLOPS_URL, or http://127.0.0.1:8000]',
  },
  keyFile: {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'FILE',
    brief: 'A file with the key [MLOPS_API_KEY is the key itself]',
  },
  json: { kind: 'boolean', default: false, withNegated: false, brief: 'Print the result as JSON' },
  quiet: {
    kind: 'boolean',
    default: false,
    withNegated: false,
    brief: 'Print nothing but the result, in short',
  },
} as const;

export const commonAliases = { q: 'quiet' } as const;

export interface Context extends CommandContext {
  readonly process: {
    readonly stdout: NodeJS.WriteStream;
    readonly stderr: NodeJS.WriteStream;
    readonly stdin: NodeJS.ReadStream;
    readonly env: Readonly<Partial<Record<string, string>>>;
  };
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

export const outputOf = ({ process: { stdout, stderr } }: Context, flags: Flags): Output =>
  new Output(stdout, stderr, flags);

export function clientOf({ process: { env } }: Context, { url, keyFile }: Flags): Client {
  const address = url ?? env['MLOPS_URL'];
  const key = keyFile === undefined ? env['MLOPS_API_KEY'] : readFileSync(keyFile, 'utf8').trim();
  return new Client({ ...(address && { url: address }), ...(key && { key }) });
}
