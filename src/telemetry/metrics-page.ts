import type { MetricDefinition } from './catalogue.ts';
import { type PrometheusMetric, prometheusMetrics } from './prometheus-names.ts';

const GROUPS: Readonly<Record<MetricDefinition['group'], string>> = {
  domain: 'Datasets, training, models',
  http: 'HTTP',
  database: 'Database connections',
  runtime: 'Node.js runtime',
  process: 'Process',
  telemetry: 'Telemetry itself',
};

const INTRODUCTION = `# Metrics

<!-- Made from src/telemetry/catalogue.ts by scripts/metrics-docs.ts: change the catalogue, not this page. -->

What \`GET /metrics\` shows. A client gets the format that its \`Accept\` likes best, packed with gzip if asked for:

- Prometheus text 0.0.4, which also answers who does not say;
- OpenMetrics 1.0, which says since when each counter and histogram counts (\`_created\`), and has exemplars;
- Prometheus' protobuf, which has both, and native histograms beside the classic buckets.

Names and numbers are the same in all three. Of the histograms that the service makes itself (all but those of the
database, the runtime and outgoing requests), the native ones have buckets 9 % wide, at most 160 of them; and where traces
are exported, each classic bucket leads to the newest value that was recorded in a sampled span, by \`trace_id\` and
\`span_id\`.

Outside of the first table, names, units and labels are those of OpenTelemetry's semantic conventions (1.45), but for
\`process_memory_limit_bytes\`, \`process_start_time_seconds\` and \`mlops_role\`, which these do not have. Left out of what
they require is what every series of a process would say alike: \`url_scheme\`, which is always \`http\`, and of the
database \`db_system_name\` and \`db_namespace\`; spans have them. So is \`server_port\` of outgoing requests.

The prefix \`mlops_backend_\` is the default of \`PROMETHEUS__METRIC_NAMESPACE\` and \`PROMETHEUS__METRIC_SUBSYSTEM\`. No label
ever holds an id, a file name, a URL, an owner or free text. Counters and histograms whose labels have a closed set of
values are there from the start, at 0.
`;

const NOTES: Partial<Record<MetricDefinition['group'], string>> = {
  domain:
    'Metrics read from the database are the same in every process: take `max`, not `sum`, over instances. They are absent from a scrape during which the database did not answer within a second.',
  telemetry:
    'What was sent has no `error_type`; `queue_full` came faster than it was taken, `export_failed` was refused or not taken in time. Metrics are sent whole each time: none is lost with a push.',
  http: '`http_route` is the template of the route (`/api/ml/v1/datasets/:id`) and is absent where none matches; a method outside the standard is `_OTHER`; a client that hangs up before the answer is 499; `error_type` is there from 500 up. The scrape itself is not counted.',
};

/** The catalogue as a Markdown page, a table for each group. */
export function metricsPage(): string {
  const metrics = prometheusMetrics();
  const sections = Object.entries(GROUPS).map(([group, title]) => {
    const note = NOTES[group as MetricDefinition['group']];
    const rows = metrics.filter(({ definition }) => definition.group === group).map(row);
    return [
      `## ${title}\n`,
      ...(note === undefined ? [] : [`${note}\n`]),
      '| metric | type | labels | what it says |',
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  return [INTRODUCTION, ...sections].join('\n');
}

function row({ name, type, labels, definition }: PrometheusMetric): string {
  const values = Object.values(definition.labels);
  const labelText = labels.map((label, i) => {
    const closed = values[i];
    return closed ? `\`${label}\`: ${closed.join(', ')}` : `\`${label}\``;
  });
  const buckets = definition.buckets && ` Buckets: ${definition.buckets.join(', ')}.`;
  return `| \`${name}\` | ${type} | ${labelText.join('; ') || '–'} | ${definition.description}${buckets ?? ''} |`;
}
