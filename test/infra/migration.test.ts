import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { hasProgram } from '../support/programs.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { knownSeries } from './known-metrics.ts';
import { ROOT, readText } from './monitoring-files.ts';

const RULES = fileURLToPath(
  new URL('infra/monitoring/prometheus/migration/fastapi-instrumentator.yml', ROOT),
);

/** The cells of a page's tables that begin with this head. */
const rowsOf = (page: string, head: string): string[][] =>
  [...readText(page).matchAll(/^\| .*\n\| ---.*\n(?:\|.*\n)+/gm)]
    .map(([table]) => table.trim().split('\n'))
    .filter(([first = '']) => first.startsWith(`| ${head} |`))
    .flatMap(([, , ...rows]) => rows.map((row) => row.slice(2, -2).split(' | ')));

const namesIn = (cell: string) => Array.from(cell.matchAll(/`([a-z_0-9]+)`/g), ([, name = '']) => name);

test.each([
  ['docs/migration/from-fastapi.md', 'instrumentator'],
  ['docs/migration/from-prom-client.md', 'prom-client'],
])('%s leads from no metric to one that the service does not export', (page, head) => {
  const known = knownSeries();
  const exported = new Set([...known.keys()].flatMap((name) => [name, known.get(name)?.family ?? name]));
  const metrics = rowsOf(page, head).filter(([there = '']) => /^`[a-z_]+_[a-z_]+`/.test(there));
  const named = metrics
    .flatMap(([, here = '']) => namesIn(here))
    .filter((name) => /^(http|process|v8js|nodejs|target|mlops)_/.test(name));
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !exported.has(name))).toEqual([]);
});

interface Answer {
  readonly result: readonly { readonly value: readonly [number, string] }[];
}

describe.skipIf(!hasProgram('prometheus'))('with a real Prometheus (program: prometheus)', () => {
  test("each query for FastAPI's instrumentator is answered by the recorded metrics as its successor is by the service's own", async () => {
    await using service = await startDeployed();
    await service.api.uploadFile('wine_train.csv');
    await service.api.call('/datasets');
    await service.api.call('/datasets/unknown');
    await fetch(`${service.origin}/nowhere`);
    await using prometheus = await startPrometheus(new URL(service.origin).host, [], { rules: [RULES] });

    // Rates of so short a time differ by where the scrapes fell. Once nothing happens, what they are made of does not.
    const totals = (cell: string) => cell.replaceAll('`', '').replace(/rate\((.+?)\[5m\]\)/g, '$1');
    const valuesOf = async (query: string) => {
      const { data } = await prometheus.api<Answer>('query', { query });
      return data.result.map(({ value: [, value] }) => value).sort();
    };
    const queries = rowsOf('docs/migration/from-fastapi.md', 'question');
    expect(queries.length).toBeGreaterThan(5);
    for (const [question, there = '', here = ''] of queries)
      await eventually(async () => {
        const [recorded, own] = await Promise.all([valuesOf(totals(there)), valuesOf(totals(here))]);
        return own.length > 0 && recorded.join() === own.join() ? question : undefined;
      });
    expect(await valuesOf('http_requests_total{handler="none", method="GET", status="4xx"}')).toEqual(['1']);
    expect(
      await valuesOf('http_requests_total{handler="/api/ml/v1/datasets/:id", method="GET", status="4xx"}'),
    ).toEqual(['1']);
    await eventually(async () => (await valuesOf('http_requests_inprogress')).join() === '0');
  });
});
