import type { PrometheusMetric } from '../../../src/telemetry/prometheus-names.ts';

/** Which series there are of each metric: of closed labels every combination, of open ones those that stand here. */
export type Labels = Readonly<Record<string, string>>;

const request = (method: string, route: string, status: string, error = ''): Labels => ({
  http_request_method: method,
  ...(route !== '' && { http_route: route }),
  http_response_status_code: status,
  ...(error !== '' && { error_type: error }),
});
const API = '/api/ml/v1';
const REQUESTS = [
  request('GET', `${API}/datasets`, '200'),
  request('POST', `${API}/datasets`, '200'),
  request('GET', `${API}/datasets`, '404'),
  request('GET', `${API}/datasets`, '499'),
  request('GET', `${API}/datasets`, '500', '500'),
  request('GET', `${API}/datasets`, '503', 'timeout'),
  request('POST', `${API}/datasets/upload`, '201'),
  request('POST', `${API}/datasets/upload`, '413'),
  request('POST', `${API}/datasets/upload`, '503', '503'),
  request('GET', `${API}/training-runs/:id/events`, '200'),
  request('GET', `${API}/training-runs/:id/events`, '500', '500'),
  // Nothing but successes.
  request('GET', `${API}/artifacts/:id`, '200'),
  request('GET', '/api/ready', '200'),
  request('GET', '/api/ready', '503', '503'),
  request('GET', '', '404'),
];
/** Nobody has asked for it of late. */
export const FORGOTTEN = `${API}/forgotten`;

/** Every process has been asked for something that no other was. */
const requestsOf = ({ job, instance }: Labels): readonly Labels[] => [
  ...REQUESTS,
  request('GET', FORGOTTEN, '200'),
  request('GET', `${API}/${job}/${instance}`, '200'),
];

/** Of families whose labels the catalogue leaves open. */
const OPEN: readonly (readonly [family: RegExp, sets: readonly Labels[]])[] = [
  [/^http_server_re.+_body_size/, REQUESTS.filter(({ error_type }) => error_type === undefined)],
  [/^http_server_active_requests/, [{ http_request_method: 'GET' }, { http_request_method: 'POST' }]],
  [
    /^http_client/,
    ['GET', 'PUT'].flatMap((http_request_method) =>
      ['collector', 'storage'].map((server_address) => ({ http_request_method, server_address })),
    ),
  ],
  [
    /^db_client_operation/,
    [
      { db_operation_name: 'SELECT' },
      { db_operation_name: 'INSERT' },
      { db_operation_name: 'INSERT', error_type: '23505' },
    ],
  ],
  [/^otel_sdk_processor/, [{}, { error_type: 'queue_full' }, { error_type: 'export_failed' }]],
  [/^v8js_memory_heap/, [{ v8js_heap_space_name: 'new_space' }, { v8js_heap_space_name: 'old_space' }]],
  [/^v8js_resource/, [{ v8js_resource_type: 'Timeout' }, { v8js_resource_type: 'TCPSocketWrap' }]],
];

const product = (labels: Readonly<Record<string, readonly string[]>>): readonly Labels[] =>
  Object.entries(labels).reduce<readonly Labels[]>(
    (sets, [label, values]) => sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value }))),
    [{}],
  );

/** The labels that a metric has in a process, besides those of the process. */
export function labelSets(
  { name, labels, definition }: PrometheusMetric,
  process: Labels,
): readonly Labels[] {
  if (name === 'http_server_request_duration_seconds') return requestsOf(process);
  const open = OPEN.find(([family]) => family.test(name));
  if (open !== undefined) return open[1];
  const values = Object.values(definition.labels);
  return product(Object.fromEntries(labels.flatMap((label, i) => (values[i] ? [[label, values[i]]] : []))));
}

/** What rules record is what they would record; whether they do is the affair of their own tests. */
export function recordedSets(name: string): readonly Labels[] {
  if (name.startsWith('slo:')) return [{ slo: 'availability' }, { slo: 'latency' }];
  if (name.startsWith('job:')) return [{ job: 'backend' }, { job: 'worker' }];
  return Array.from({ length: 12 }, (_, i) => ({ job: 'backend', http_route: `${API}/${i}` }));
}
