import { type Attributes, type Meter, ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';
import { describe, expect, test } from 'vitest';
import { familiesOf } from '../../../src/telemetry/exposition/families.ts';
import { writeText } from '../../../src/telemetry/exposition/text.ts';
import { PullReader } from '../../../src/telemetry/reader.ts';
import { canRunPromtool, promtoolComplaints } from '../promtool.ts';

/** What `record` did with a fresh meter, as text, without `target_info`. */
async function expose(
  record: (meter: Meter, other: Meter) => void,
  resource: Attributes = {},
): Promise<string> {
  const reader = new PullReader();
  const provider = new MeterProvider({
    readers: [reader],
    resource: resourceFromAttributes(resource),
    views: [
      {
        meterName: 'one',
        instrumentName: 'exponential',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  });
  record(provider.getMeter('one'), provider.getMeter('two'));
  const { resourceMetrics } = await reader.collect();
  return writeText(familiesOf(resourceMetrics)).toString();
}

// target_info takes the first three lines.
const withoutTarget = (text: string) => text.split('\n').slice(3).join('\n');
const exposeMetrics = async (record: (meter: Meter, other: Meter) => void) =>
  withoutTarget(await expose(record));

test('a counter ends in its unit and _total', async () => {
  const text = await exposeMetrics((meter) => {
    meter.createCounter('bytes.read', { unit: 'By', description: 'Bytes read.' }).add(5, { disk: 'a' });
  });
  expect(text).toBe(
    '# HELP bytes_read_bytes_total Bytes read.\n# TYPE bytes_read_bytes_total counter\nbytes_read_bytes_total{disk="a"} 5\n',
  );
});

test('an up-down counter and a gauge are gauges; a gauge of unit 1 is a ratio', async () => {
  const text = await exposeMetrics((meter) => {
    meter.createUpDownCounter('open', { unit: '{file}' }).add(-2);
    meter.createGauge('load', { unit: '1' }).record(0.25);
  });
  expect(text).toBe(
    '# HELP open open\n# TYPE open gauge\nopen -2\n# HELP load_ratio load\n# TYPE load_ratio gauge\nload_ratio 0.25\n',
  );
});

test('a histogram has cumulative buckets with float bounds, a sum and a count', async () => {
  const text = await exposeMetrics((meter) => {
    const histogram = meter.createHistogram('wait', {
      unit: 's',
      advice: { explicitBucketBoundaries: [0.005, 1, 1e5, 1e6] },
    });
    for (const value of [0.001, 0.5, 1, 70, 5e6]) histogram.record(value, { mode: 'light' });
  });
  expect(text).toBe(`# HELP wait_seconds wait
# TYPE wait_seconds histogram
wait_seconds_bucket{mode="light",le="0.005"} 1
wait_seconds_bucket{mode="light",le="1.0"} 3
wait_seconds_bucket{mode="light",le="100000.0"} 4
wait_seconds_bucket{mode="light",le="1e+06"} 4
wait_seconds_bucket{mode="light",le="+Inf"} 5
wait_seconds_sum{mode="light"} 5000071.501
wait_seconds_count{mode="light"} 5
`);
});

test('an exponential histogram keeps its sum and count', async () => {
  const text = await exposeMetrics((meter) => meter.createHistogram('exponential').record(3));
  expect(text).toContain('exponential_bucket{le="+Inf"} 1\nexponential_sum 3\nexponential_count 1\n');
});

test('infinities and NaN are spelled as Prometheus reads them', async () => {
  const text = await exposeMetrics((meter) => {
    const gauge = meter.createGauge('edge', { valueType: ValueType.DOUBLE });
    gauge.record(Number.POSITIVE_INFINITY, { n: '1' });
    gauge.record(Number.NEGATIVE_INFINITY, { n: '2' });
    gauge.record(Number.NaN, { n: '3' });
    gauge.record(1e21, { n: '4' });
  });
  expect(text).toContain('edge{n="1"} +Inf\nedge{n="2"} -Inf\nedge{n="3"} NaN\nedge{n="4"} 1e+21\n');
});

test('label values and help texts are escaped', async () => {
  const text = await exposeMetrics((meter) => {
    meter
      .createUpDownCounter('escaped', { description: 'back\\slash\nnew line "quote"' })
      .add(1, { path: 'C:\\dir\n"x"' });
  });
  expect(text).toBe(
    '# HELP escaped back\\\\slash\\nnew line "quote"\n# TYPE escaped gauge\nescaped{path="C:\\\\dir\\n\\"x\\""} 1\n',
  );
});

describe('labels', () => {
  test('get legal names, and values that are no strings become JSON', async () => {
    const text = await exposeMetrics((meter) => {
      meter.createUpDownCounter('n').add(1, { 'http.status-code': 200, '2nd': true, list: ['a', 'b'] });
    });
    expect(text).toContain('n{_2nd="true",http_status_code="200",list="[\\"a\\",\\"b\\"]"} 1\n');
  });

  test('that become one name are joined in one label', async () => {
    const text = await exposeMetrics((meter) =>
      meter.createUpDownCounter('n').add(1, { 'a.b': 'x', a_b: 'y' }),
    );
    expect(text).toContain('n{a_b="x;y"} 1\n');
  });

  test('never produce one series twice', async () => {
    const text = await exposeMetrics((meter) => {
      const counter = meter.createUpDownCounter('n');
      counter.add(1, { 'a.b': 'x' });
      counter.add(2, { a_b: 'x' });
    });
    expect(text.match(/^n\{/gm)).toHaveLength(1);
  });
});

describe('metrics of one family name', () => {
  test('share one HELP and TYPE, and no series stands twice', async () => {
    const text = await exposeMetrics((one, two) => {
      one.createCounter('jobs.done', { description: 'First.' }).add(1, { queue: 'a' });
      const second = two.createCounter('jobs_done', { description: 'Second.' });
      second.add(2, { queue: 'b' });
      second.add(4, { queue: 'a' });
    });
    expect(text).toBe(
      '# HELP jobs_done_total First.\n# TYPE jobs_done_total counter\njobs_done_total{queue="a"} 1\njobs_done_total{queue="b"} 2\n',
    );
  });

  test('and another type are left out', async () => {
    const text = await exposeMetrics((one, two) => {
      one.createUpDownCounter('depth').add(1);
      two.createHistogram('depth').record(1);
    });
    expect(text).toBe('# HELP depth depth\n# TYPE depth gauge\ndepth 1\n');
  });
});

test('the resource is target_info, and scopes are no labels', async () => {
  const text = await expose((meter) => meter.createUpDownCounter('n').add(1), {
    'service.name': 'a "service"',
    'service.version': '1.0',
  });
  expect(text).toContain(
    '\n# TYPE target_info gauge\ntarget_info{service_name="a \\"service\\"",service_version="1.0"} 1\n',
  );
  expect(text).not.toContain('otel_scope');
});

test('a gauge that was not observed this time is absent', async () => {
  const reader = new PullReader();
  const provider = new MeterProvider({ readers: [reader] });
  let present = true;
  provider
    .getMeter('one')
    .createObservableGauge('temperature')
    .addCallback((result) => {
      if (present) result.observe(20, { room: 'a' });
    });
  const scrape = async () => writeText(familiesOf((await reader.collect()).resourceMetrics)).toString();

  expect(await scrape()).toContain('temperature{room="a"} 20');
  present = false;
  expect(await scrape()).not.toContain('temperature');
});

test.skipIf(!canRunPromtool)('promtool accepts every shape without a word (needs promtool)', async () => {
  const text = await expose(
    (meter) => {
      meter.createCounter('done', { unit: '{job}', description: 'Done "jobs".' }).add(1, { q: 'a\\b\n"c"' });
      meter.createGauge('share', { unit: '1', description: 'Share.' }).record(0.5, { 'a.b': '1', a_b: '2' });
      meter.createHistogram('size', { unit: 'By', description: 'Size.' }).record(12);
    },
    { 'service.name': 'x' },
  );
  expect(promtoolComplaints(text)).toBe('');
});
