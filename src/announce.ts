import { writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';

/** Where a client on this machine reaches the service: a wildcard address is no address to call. */
function addressToCall({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `127.0.0.1:${port}`;
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Says where things are, once they really are there; `run.sh` asks for it. `--announce`: to people, on standard error.
 * `--monitor=FD`: to the monitoring beside us, which waits for a line `host:port` on that descriptor.
 */
export function announce(
  address: AddressInfo,
  metricsPath: string | undefined,
  args: readonly string[] = process.argv.slice(2),
): void {
  const host = addressToCall(address);
  const monitor = args.find((arg) => arg.startsWith('--monitor='))?.slice('--monitor='.length);
  if (args.includes('--announce')) {
    const places = [
      ['API', '/api/ml/v1'],
      ['Docs', '/api/docs'],
      ...(metricsPath === undefined ? [] : [['Metrics', metricsPath]]),
    ];
    const lines = places.map(([title = '', path]) => `  ${title.padEnd(12)} http://${host}${path}\n`);
    process.stderr.write(`The service is up:\n${lines.join('')}`);
  }
  if (monitor !== undefined) writeSync(Number(monitor), `${host}\n`);
}
