#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { proposeCompletions, run } from '@stricli/core';
import { createApp } from './app.ts';
import { COMPLETE } from './commands/completion.ts';
import type { Context } from './context.ts';
import { EXIT } from './errors.ts';

type Own = Context['process'] & { exitCode?: number };

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const app = createApp(version);
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
// Whoever reads may stop before we have said all: `… | head`.
process.stdout.on('error', () => process.exit());

const { stdin, stdout, stderr, env } = process;
const own: Own = { stdin, stdout, stderr, env };
const context = { process: own, signal: interrupted.signal };

const [first, ...words] = process.argv.slice(2);
if (first === COMPLETE) {
  const proposals = await proposeCompletions(app, words, context);
  stdout.write(proposals.map(({ completion }) => `${completion}\n`).join(''));
} else {
  // Without a command one wants to know which there are.
  await run(app, first === undefined ? ['--help'] : [first, ...words], context);
  // The library's own codes are negative: what could not be understood.
  const code = own.exitCode ?? EXIT.ok;
  process.exitCode = code < 0 ? EXIT.usage : code;
}
