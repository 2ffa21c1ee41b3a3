import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { runMain } from '../support/service.ts';
import { usedRoot } from '../support/used-root.ts';

const portOf = (server: Server) => (server.address() as { port: number }).port;

test('a port that is in use: one sentence that names it and another one to try, no stack, nothing announced', async () => {
  await using root = await usedRoot();
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const port = portOf(squatter);
  const ended = await runMain({ STORAGE_ROOT: root.path, PORT: String(port), LOG_LEVEL: 'warn' }, [
    '--announce',
  ]);
  squatter.close();
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: `start: port ${port} of 127.0.0.1 is in use by another program: end it, or try PORT=${port + 1}\n`,
  });
});

test('a HOST that is not this machine’s: one sentence that names it', async () => {
  await using root = await usedRoot();
  const env = {
    STORAGE_ROOT: root.path,
    HOST: '192.0.2.1',
    AUTH__MODE: 'none',
    PORT: '0',
    LOG_LEVEL: 'warn',
  };
  expect(await runMain(env)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'start: HOST 192.0.2.1 is no address of this machine\n',
  });
});

test('PORT=80a0: the fault of the setting, and no address', async () => {
  expect(await runMain({ PORT: '80a0' }, ['--announce'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'config: PORT: must be a number\n',
  });
});

test('AUTH_MODE=keys with one underscore stops the start, with the name that was meant', async () => {
  expect(await runMain({ AUTH_MODE: 'keys' })).toEqual({
    code: 1,
    stdout: '',
    stderr: 'config: AUTH_MODE: unknown; did you mean AUTH__MODE?\n',
  });
});
