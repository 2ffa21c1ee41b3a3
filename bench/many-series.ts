/** Preloaded before a service: ten thousand series more than it has, as it keeps its own. */
import '../src/telemetry/register.ts';
import { boundMetrics } from '../src/telemetry/running.ts';

const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
/** Its buckets, the one above all, sum and count. */
const SERIES_EACH = BOUNDARIES.length + 3;

const histogram = boundMetrics()?.histogram(
  {
    group: 'domain',
    name: 'bench.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Nothing.',
    labels: {},
  },
  BOUNDARIES,
);
for (let i = 0; i < 10_000 / SERIES_EACH; i++)
  histogram?.bind({ route: `/bench/${i}` }).record(Math.random());
