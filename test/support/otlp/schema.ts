import type { Fields } from './protobuf.ts';

/** What is looked at of opentelemetry-proto 1.x, by the names of its JSON form. */
const anyValue: Fields = {
  1: ['stringValue', 'string'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int'],
  4: ['doubleValue', 'double'],
  get 5() {
    return ['arrayValue', { 1: ['values', anyValue, 'repeated'] }] as const;
  },
  get 6() {
    return ['kvlistValue', { 1: ['values', keyValue, 'repeated'] }] as const;
  },
};
const keyValue: Fields = { 1: ['key', 'string'], 2: ['value', anyValue] };
const resource: Fields = { 1: ['attributes', keyValue, 'repeated'] };
const scope: Fields = { 1: ['name', 'string'] };

const span: Fields = {
  1: ['traceId', 'hex'],
  2: ['spanId', 'hex'],
  4: ['parentSpanId', 'hex'],
  5: ['name', 'string'],
  6: ['kind', 'int'],
  7: ['startTimeUnixNano', 'fixed64'],
  8: ['endTimeUnixNano', 'fixed64'],
  9: ['attributes', keyValue, 'repeated'],
  11: ['events', { 2: ['name', 'string'], 3: ['attributes', keyValue, 'repeated'] }, 'repeated'],
  13: [
    'links',
    { 1: ['traceId', 'hex'], 2: ['spanId', 'hex'], 4: ['attributes', keyValue, 'repeated'] },
    'repeated',
  ],
  15: ['status', { 2: ['message', 'string'], 3: ['code', 'int'] }],
};

const logRecord: Fields = {
  1: ['timeUnixNano', 'fixed64'],
  2: ['severityNumber', 'int'],
  3: ['severityText', 'string'],
  5: ['body', anyValue],
  6: ['attributes', keyValue, 'repeated'],
  9: ['traceId', 'hex'],
  10: ['spanId', 'hex'],
};

const numberPoints: Fields = {
  1: [
    'dataPoints',
    { 4: ['asDouble', 'double'], 6: ['asInt', 'fixed64'], 7: ['attributes', keyValue, 'repeated'] },
    'repeated',
  ],
};
const histogramPoints: Fields = {
  1: [
    'dataPoints',
    {
      4: ['count', 'fixed64'],
      5: ['sum', 'double'],
      6: ['bucketCounts', 'fixed64s'],
      7: ['explicitBounds', 'doubles'],
      9: ['attributes', keyValue, 'repeated'],
    },
    'repeated',
  ],
};
const metric: Fields = {
  1: ['name', 'string'],
  3: ['unit', 'string'],
  5: ['gauge', numberPoints],
  7: ['sum', { ...numberPoints, 2: ['aggregationTemporality', 'int'], 3: ['isMonotonic', 'bool'] }],
  9: ['histogram', { ...histogramPoints, 2: ['aggregationTemporality', 'int'] }],
};

const request = (ofResource: string, ofScope: string, items: string, item: Fields): Fields => ({
  1: [
    ofResource,
    {
      1: ['resource', resource],
      2: [ofScope, { 1: ['scope', scope], 2: [items, item, 'repeated'] }, 'repeated'],
    },
    'repeated',
  ],
});

/** By the path it is posted to. */
export const REQUESTS: Readonly<Record<string, Fields>> = {
  '/v1/traces': request('resourceSpans', 'scopeSpans', 'spans', span),
  '/v1/logs': request('resourceLogs', 'scopeLogs', 'logRecords', logRecord),
  '/v1/metrics': request('resourceMetrics', 'scopeMetrics', 'metrics', metric),
};
