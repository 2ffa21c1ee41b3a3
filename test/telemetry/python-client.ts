import { spawnSync } from 'node:child_process';
import { hasPythonModule } from '../support/programs.ts';

/** Debian's python3-prometheus-client: a parser of OpenMetrics that others wrote. */
export const hasPythonClient = hasPythonModule('prometheus_client');

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly ParsedSample[];
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar?: {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
    readonly timestamp: number;
  };
}

const SCRIPT = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families

def sample(s):
    out = {'name': s.name, 'labels': s.labels, 'value': repr(float(s.value))}
    if s.exemplar:
        e = s.exemplar
        out['exemplar'] = {'labels': e.labels, 'value': repr(e.value), 'timestamp': float(e.timestamp)}
    return out

families = [
    {'name': f.name, 'type': f.type, 'unit': f.unit, 'help': f.documentation, 'samples': [sample(s) for s in f.samples]}
    for f in text_string_to_metric_families(sys.stdin.read())
]
json.dump(families, sys.stdout)
`;

/** @throws with the parser's own words when it refuses the page */
export function parseOpenMetrics(page: string): readonly ParsedFamily[] {
  const { status, stdout, stderr, error } = spawnSync('/usr/bin/python3', ['-c', SCRIPT], {
    input: page,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(stderr);
  // JSON knows no infinity.
  return JSON.parse(stdout, (key, value) =>
    key === 'value' ? Number(String(value).replace('inf', 'Infinity')) : value,
  ) as ParsedFamily[];
}
