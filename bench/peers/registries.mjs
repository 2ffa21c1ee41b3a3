import * as successor from '@prometheus-io/client';
import * as client from 'prom-client';

const LABELS = ['mode', 'task', 'outcome'];

/** The same counter and histogram as each library makes them. */
const recorders = ({ Counter, Histogram, Registry }, buckets) => {
  const registry = new Registry();
  const about = { help: 'Help.', registers: [registry] };
  const counter = new Counter({ name: 'runs_total', labelNames: LABELS, ...about });
  const histogram = new Histogram({
    name: 'duration_seconds',
    labelNames: LABELS.slice(0, 2),
    buckets,
    ...about,
  });
  return {
    add: (value, labels) => counter.inc(labels, value),
    record: (value, labels) => histogram.observe(labels, value),
  };
};

/** A registry with so many series each of a histogram and a counter. */
const filled = ({ Counter, Histogram, Registry }, series, buckets) => {
  const registry = new Registry();
  const labelNames = ['http_route', 'http_request_method', 'mode'];
  const about = { labelNames, registers: [registry] };
  const duration = new Histogram({ name: 'request_duration_seconds', help: 'Duration.', buckets, ...about });
  const requests = new Counter({ name: 'requests_total', help: 'Requests.', ...about });
  for (let i = 0; i < series; i++) {
    const labels = { http_route: `/api/v1/things/${i}`, http_request_method: 'GET', mode: 'light' };
    duration.observe(labels, Math.random() * 12);
    requests.inc(labels, 1);
  }
  return () => registry.metrics();
};

const libraries = { 'prom-client': client, '@prometheus-io/client': successor };
const withEach = (make) =>
  Object.fromEntries(Object.entries(libraries).map(([name, library]) => [name, make(library)]));

export const recordersOf = (buckets) => withEach((library) => recorders(library, buckets));
export const expositionsOf = (series, buckets) => withEach((library) => filled(library, series, buckets));
