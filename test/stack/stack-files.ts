import { readText, readYaml } from '../infra/monitoring-files.ts';

interface ComposeFile {
  readonly services: Readonly<Record<string, { readonly image?: string }>>;
}

/** Every image that the stack takes from a registry, by the target of images/Dockerfile that stands in for it. */
export function imagesByTarget(): Readonly<Record<string, string>> {
  const { services } = readYaml('docker-compose.yaml') as ComposeFile;
  const named = Object.entries(services).flatMap(([name, { image }]) =>
    image === undefined ? [] : [[name, image] as const],
  );
  const node = /^FROM (\S+)/m.exec(readText('Dockerfile'))?.[1] ?? '';
  return Object.fromEntries([['node', node], ...named]);
}
