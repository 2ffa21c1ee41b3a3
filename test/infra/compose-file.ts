import { parse } from 'yaml';
import { readText } from './monitoring-files.ts';

export interface Service {
  readonly image?: string;
  readonly build?: { readonly target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  /** Ports inside the container that only the stack's own services reach. */
  readonly expose?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly profiles?: readonly string[];
  readonly mem_limit?: string;
  readonly env_file?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

export const compose = (file: string) => parse(readText(file), { merge: true }) as ComposeFile;

export const production = compose('docker-compose.yaml');
export const services = Object.entries(production.services);
export const service = (name: string): Service => production.services[name] ?? {};

/** The ports inside its container at which a service answers. */
export const innerPorts = (name: string): readonly number[] => {
  const { ports = [], expose = [] } = service(name);
  return [...ports, ...expose].map((port) => Number(port.split(':').at(-1)));
};
