import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { Ratio, Series } from './part.ts';
import type { PartName } from './parts.ts';
import type { Summary } from './statistics.ts';

type Summarised<Values> = Omit<Values, 'values'> & Summary & { readonly rounds: number };
export type FigureResult = Summarised<Series>;
export type RatioResult = Summarised<Ratio>;

export interface PartResult {
  readonly about: string;
  readonly quick: boolean;
  readonly measured_at: string;
  readonly figures: readonly FigureResult[];
  readonly ratios: readonly RatioResult[];
}

/** What `docs/benchmarks.json` holds. */
export interface Results {
  readonly machine: {
    readonly processor: string;
    readonly processors: number;
    readonly memory_gb: number;
    readonly system: string;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly parts: Partial<Record<PartName, PartResult>>;
}

const json = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

export function here(): Omit<Results, 'parts'> {
  const [cpu] = os.cpus();
  const { version, dependencies: own } = json('../package.json');
  const { dependencies: peers } = json('peers/package.json');
  return {
    machine: {
      processor: cpu?.model.trim() ?? 'unknown',
      processors: os.availableParallelism(),
      memory_gb: Math.round(os.totalmem() / 1e9),
      system: `${os.type()} ${os.arch()}`,
    },
    versions: {
      'mlops-backend': version,
      node: process.versions.node,
      '@duckdb/node-api': own['@duckdb/node-api'],
      ...peers,
    },
  };
}
