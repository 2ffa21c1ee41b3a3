import { describe, expect, test } from 'vitest';
import { negotiate } from '../../../src/telemetry/exposition/negotiation.ts';

/** As these versions send it, seen on the wire. */
const PROMETHEUS = {
  '2.42':
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  '3.5':
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  '2.42 with native-histograms':
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  '3.5 with native-histograms':
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
  '3.5 with scrape_protocols: [PrometheusText0.0.4]': 'text/plain;version=0.0.4;q=0.6,*/*;q=0.5',
};

describe('Prometheus gets the format that it likes best', () => {
  test.each([
    ['2.42', 'openmetrics'],
    ['3.5', 'openmetrics'],
    ['2.42 with native-histograms', 'protobuf'],
    ['3.5 with native-histograms', 'protobuf'],
    ['3.5 with scrape_protocols: [PrometheusText0.0.4]', 'text'],
  ] as const)('version %s: %s', (version, format) => {
    expect(negotiate(PROMETHEUS[version])).toBe(format);
  });
});

test.each([
  ['nothing at all', undefined],
  ['an empty header', ''],
  ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8'],
  ['curl', '*/*'],
  ['what there is not', 'application/json'],
  ['OpenMetrics of a version that there is not', 'application/openmetrics-text;version=0.0.1'],
  [
    'protobuf of another kind',
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text',
  ],
  ['another protobuf', 'application/vnd.google.protobuf;proto=a.b;encoding=delimited'],
  ['OpenMetrics refused', 'application/openmetrics-text;q=0, */*'],
  ['everything refused', '*/*;q=0'],
  ['text, and OpenMetrics less', 'application/openmetrics-text;q=0.4, text/plain;q=0.5'],
  ['text first of two that are equally welcome', 'text/plain, application/openmetrics-text'],
  ['any text more than OpenMetrics', 'application/openmetrics-text;q=0.2, text/*;q=0.3'],
  ['something that is no media type', ';;;q=,,'],
  ['text of another version alone, as 3.x may ask', 'text/plain;version=1.0.0;escaping=allow-utf-8'],
  [
    'OpenMetrics of a later version',
    'application/openmetrics-text;version=2.0.0;escaping=allow-utf-8, */*;q=0.1',
  ],
])('text 0.0.4 answers %s', (_, accept) => {
  expect(negotiate(accept)).toBe('text');
});

test.each([
  ['without a version', 'application/openmetrics-text'],
  ['in capitals and quotes', 'Application/OpenMetrics-Text; version="1.0.0"'],
  ['first of two that are equally welcome', 'application/openmetrics-text, text/plain'],
  ['by name, and anything else as well', '*/*, application/openmetrics-text; version=1.0.0; charset=utf-8'],
  ['more than text, whatever the order', 'text/plain;q=0.1, application/openmetrics-text;q=0.2'],
  ['where text is refused', 'text/plain;q=0, */*;q=0.5'],
  ['by its kind', 'application/*'],
])('OpenMetrics answers who asks for it %s', (_, accept) => {
  expect(negotiate(accept)).toBe('openmetrics');
});
