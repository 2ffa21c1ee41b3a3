import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../support/free-port.ts';
import { type Daemon, daemon } from './daemon.ts';
import { ROOT } from './monitoring-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const CONFIG = 'infra/monitoring/alertmanager/alertmanager.yml';
const RENDER = 'infra/monitoring/alertmanager/render-config.sh';

const path = (file: string) => fileURLToPath(new URL(file, ROOT));

interface Settings {
  /** Whom it tells, in the variables of render-config.sh; unset: nobody. */
  readonly tells?: Readonly<Record<string, string>>;
  /** Of the configuration, such as a faster clock. */
  readonly change?: (config: string) => string;
}

export interface Alertmanager extends Daemon {
  readonly url: string;
}

/** A real Alertmanager with the committed configuration. */
export async function startAlertmanager({
  tells,
  change = (config) => config,
}: Settings = {}): Promise<Alertmanager> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('mlops-alertmanager-'));
  const env = { PATH: process.env['PATH'], ...tells };
  const { stdout } = await promisify(execFile)('sh', [path(RENDER), path(CONFIG)], { env });
  const config = join(folder, 'alertmanager.yml');
  await writeFile(config, change(stdout));
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const program = stack.use(
    daemon(
      'prometheus-alertmanager',
      [
        `--config.file=${config}`,
        `--storage.path=${join(folder, 'data')}`,
        '--cluster.listen-address=',
        `--web.listen-address=${address}`,
      ],
      `${url}/-/ready`,
    ),
  );
  await program.start();
  const owned = stack.move();
  return { ...program, url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface SentAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  /** It has ended. */
  readonly endsAt?: string;
}

/** Tells it what a Prometheus would. */
export async function sendAlert(url: string, alert: SentAlert): Promise<void> {
  const sent = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([alert]),
  });
  if (!sent.ok) throw new Error(`Alertmanager answers ${sent.status}: ${await sent.text()}`);
}
