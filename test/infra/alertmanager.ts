import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { tied } from '../support/tied.ts';
import { ROOT } from './monitoring-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const CONFIG = 'infra/monitoring/alertmanager/alertmanager.yml';

/** A real Alertmanager with the committed configuration, which tells nobody. */
export async function startAlertmanager(): Promise<AsyncDisposable & { readonly url: string }> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryFolder('mlops-alertmanager-'));
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const program = tied(
    spawn(
      'prometheus-alertmanager',
      [
        `--config.file=${fileURLToPath(new URL(CONFIG, ROOT))}`,
        `--storage.path=${join(path, 'data')}`,
        '--cluster.listen-address=',
        `--web.listen-address=${address}`,
      ],
      { stdio: 'ignore', detached: true },
    ),
  );
  stack.defer(async () => {
    if (program.exitCode !== null || program.signalCode !== null) return;
    program.kill('SIGTERM');
    await once(program, 'close');
  });
  await eventually(async () => (await fetch(`${url}/api/v2/status`).catch(() => undefined))?.ok);
  const owned = stack.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
