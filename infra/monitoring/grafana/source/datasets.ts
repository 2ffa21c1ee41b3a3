import { UIDS } from './boards.ts';
import type { DashboardSpec, Section } from './build.ts';
import { eventsIn, own, ownHistogram, quantiles } from './queries.ts';
import { cleanUpCycles, expired, refusals, removed, uploadDuration, uploads } from './shared.ts';

const STORED = `sum(${eventsIn('30m', 'dataset_uploads')})`;
const REFUSED = `sum(${eventsIn('30m', 'dataset_upload_failures')})`;

const incoming: Section = {
  title: 'What comes in',
  panels: [
    uploads,
    refusals,
    {
      kind: 'timeseries',
      title: 'Turned away',
      description:
        'Uploads and tables to predict that were answered 503 per step, because they would have waited too long for their turn (queue_full) or had (timeout). They are neither refused nor lost: their senders come again.',
      width: 8,
      unit: 'short',
      style: 'bars',
      tone: 'yellow',
      links: [{ runbook: 'HttpErrorRatioHigh' }],
      queries: [
        {
          expr: `sum by (work, reason) (${eventsIn('$__interval', 'overload_rejections')})`,
          legend: '{{work}}: {{reason}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Share of uploads refused',
      description:
        'Refused or lost uploads over all uploads of the half hour before. No line where none came.',
      noValue: 'no uploads seen',
      width: 8,
      unit: 'percentunit',
      max: 1,
      limits: [{ value: 0.3, color: 'orange' }],
      links: [{ runbook: 'UploadsRefused' }],
      queries: [{ expr: `${REFUSED} / (${REFUSED} + ${STORED} > 0)`, legend: 'refused' }],
    },
    uploadDuration,
    {
      kind: 'timeseries',
      title: 'Upload size',
      description: 'Size of stored uploads, as sent.',
      noValue: 'no uploads seen',
      width: 8,
      unit: 'bytes',
      step: '2m',
      queries: quantiles(ownHistogram('dataset_upload_size_bytes'), 0.5, 0.95),
    },
    {
      kind: 'timeseries',
      title: 'Stored datasets',
      description: 'Bytes of all datasets stored now.',
      width: 12,
      unit: 'bytes',
      queries: [{ expr: `max(${own('dataset_stored_bytes')})`, legend: 'stored' }],
    },
    {
      kind: 'timeseries',
      title: 'Space left',
      description:
        'Bytes that the storage can still take before uploads are refused, and the size of its file system; of the fullest one, where processes have several.',
      width: 12,
      unit: 'bytes',
      links: [{ runbook: 'StorageFillingUp' }],
      queries: [
        { expr: `min(${own('storage_available_bytes')})`, legend: 'left' },
        { expr: `min(${own('storage_size_bytes')})`, legend: 'size' },
      ],
    },
  ],
};

const outgoing: Section = {
  title: 'What goes: the clean-up of expired datasets and ended runs',
  panels: [
    cleanUpCycles,
    removed,
    expired,
    {
      kind: 'timeseries',
      title: 'Duration of a clean-up cycle',
      description: 'p95 of the duration of a cycle.',
      noValue: 'no cycle seen',
      width: 12,
      unit: 's',
      step: '2m',
      queries: quantiles(ownHistogram('dataset_ttl_cycle_duration_seconds'), 0.95),
    },
    {
      kind: 'stat',
      title: 'Last clean-up',
      description: 'Time since a cycle last ended without failure.',
      width: 6,
      height: 8,
      unit: 's',
      queries: [
        {
          expr: `time() - max(${own('dataset_ttl_last_success_timestamp_seconds')})`,
          legend: 'ago',
        },
      ],
      thresholds: [{ value: 7200, color: 'orange' }],
      never: { text: 'never', color: 'text' },
      noValue: 'unknown',
      links: [{ runbook: 'DatasetTtlStale' }],
    },
    {
      kind: 'stat',
      title: 'Datasets',
      description: 'Datasets stored now.',
      width: 6,
      height: 8,
      unit: 'none',
      decimals: 0,
      queries: [{ expr: `max(${own('datasets')})`, legend: 'datasets' }],
    },
  ],
};

export const datasets: DashboardSpec = {
  uid: UIDS.datasets,
  title: 'Datasets: uploads and clean-up',
  description: 'What comes in, what is refused, what is kept and what is removed.',
  from: 'now-6h',
  variables: 'scrape',
  sections: [incoming, outgoing],
};
