import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tied } from './tied.ts';

/** Runs a shell with the given arguments until it is killed itself. */
const child = tied(
  spawn('sh', process.argv.slice(2), { detached: true, stdio: ['ignore', 'pipe', 'ignore'] }),
);
await once(child.stdout, 'data');
console.log(JSON.stringify('started'));
