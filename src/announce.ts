import { writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.ts';

/** Where a client on this machine reaches the service: a wildcard address is no address to call. */
function addressToCall({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `127.0.0.1:${port}`;
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What people look for, and the path it has; what is not served is not there. */
function places({ role, metrics }: Pick<Config, 'role' | 'metrics'>): Record<string, string> {
  return {
    ...(role === 'worker'
      ? { Health: '/api/health' }
      : { Console: '/', API: '/api/ml/v1', Docs: '/api/docs' }),
    ...(metrics.enabled && { Metrics: metrics.path }),
  };
}

/** The lines for people that say where things are. */
export function addressLines(address: AddressInfo, config: Pick<Config, 'role' | 'metrics'>): string {
  const lines = Object.entries(places(config)).map(
    ([title, path]) => `  ${title.padEnd(12)} http://${addressToCall(address)}${path}\n`,
  );
  return `The service is up:\n${lines.join('')}`;
}

/**
 * Says where things are, once they really are there; `run.sh` asks for it. `--announce`: to people, on standard error.
 * `--monitor=FD`: to the monitoring beside us, which waits for a line `host:port` on that descriptor.
 */
export function announce(
  address: AddressInfo,
  config: Pick<Config, 'role' | 'metrics'>,
  args: readonly string[] = process.argv.slice(2),
): void {
  const monitor = args.find((arg) => arg.startsWith('--monitor='))?.slice('--monitor='.length);
  if (args.includes('--announce')) process.stderr.write(addressLines(address, config));
  if (monitor !== undefined) writeSync(Number(monitor), `${addressToCall(address)}\n`);
}
