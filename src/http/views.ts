import type { z } from '@hono/zod-openapi';
import type { Json } from '../adapters/db/schema.ts';
import type { Dataset as DatasetRow, ListedDataset } from '../domain/dataset/repository.ts';
import { expiry, type TtlPolicy } from '../domain/expiry/policy.ts';
import type { ExpiryResult } from '../domain/expiry/remove-expired.ts';
import type { Hold } from '../domain/model/holds.ts';
import type { WindowDrift } from '../domain/model/live/drift-in-window.ts';
import type { LiveQuality as LiveQualityOfModel } from '../domain/model/live/live-quality.ts';
import type {
  HistoryLine,
  ModelSummary,
  ModelVersion as VersionRow,
} from '../domain/model/registry/repository.ts';
import type { Artifact as ArtifactRow, ListedArtifact } from '../domain/model/repository.ts';
import type { Aggregates, QualityGroup, TrendPoint } from '../domain/training/quality.ts';
import type { ListedRun, TrainingRun as RunRow } from '../domain/training/repository.ts';
import type { TraceNode as TraceNodeRow } from '../domain/training/run-trace.ts';
import type { Distribution, Histogram } from '../vocabulary/tables.ts';
import { annotationsView } from './annotations.ts';
import { type GrafanaLinks, runLinks } from './run-links.ts';
import type {
  Artifact,
  ArtifactDrift,
  Dataset,
  DatasetWithProfile,
  Expiry,
  LiveQuality,
  Model,
  ModelHistoryLine,
  ModelVersion,
  Summary,
  TraceNode,
  TrainingRun,
  Trends,
  UploadedDataset,
} from './schemas.ts';

/** Rows → what the API answers. `origin` is where the client reached us. */

const time = (date: Date) => date.toISOString();
const optionalTime = (date: Date | null) => (date ? time(date) : null);

export function datasetView(row: ListedDataset, ttl: TtlPolicy, origin: string): z.infer<typeof Dataset> {
  const url = `${origin}/api/ml/v1/datasets/${row.id}/download`;
  return {
    dataset_id: row.id,
    name: row.name,
    mode: row.mode,
    version: row.version,
    format: row.format,
    rows: row.rows,
    columns: row.columns,
    size_bytes: row.size_bytes,
    sha256: row.sha256,
    warnings: [...row.warnings],
    ...annotationsView(row),
    created_at: time(row.created_at),
    expires_at: optionalTime(expiry(ttl, row.created_at)),
    file_url: url,
    download_url: url,
  };
}

/** A dataset by itself, as its upload is answered. */
export const uploadedView = (
  row: DatasetRow,
  ttl: TtlPolicy,
  origin: string,
): z.infer<typeof UploadedDataset> => ({
  ...datasetView(row, ttl, origin),
  ...(row.profile.preview && {
    preview: {
      columns: [...row.profile.preview.columns],
      rows: row.profile.preview.rows.map((cells) => [...cells]),
    },
  }),
  ...(row.profile.options && { options: { ...row.profile.options } }),
});

export function datasetProfileView(
  row: DatasetRow,
  ttl: TtlPolicy,
  origin: string,
): z.infer<typeof DatasetWithProfile> {
  const { columns, distributions } = row.profile;
  const isSample = distributions && distributions.rows < row.rows;
  return {
    ...uploadedView(row, ttl, origin),
    profile: columns.map((column, i) => ({ ...column, ...distributionView(distributions?.columns[i]) })),
    ...(isSample && { profile_sample_rows: distributions.rows }),
  };
}

/** What a calculation comes to, without the noise of its last digits. */
const calm = (value: number) => Number(value.toPrecision(15));

function distributionView(distribution: Distribution | null | undefined) {
  if (!distribution) return {};
  if ('values' in distribution)
    return {
      top_values: { values: distribution.values.map((one) => ({ ...one })), others: distribution.others },
    };
  const { from, width, counts, quartiles } = distribution;
  const edges = Array.from({ length: counts.length + 1 }, (_, i) => calm(from + i * width));
  return {
    histogram: { edges, counts: [...counts] },
    ...(quartiles && quartilesView(quartiles)),
  };
}

function quartilesView([q25, median, q75]: NonNullable<Histogram['quartiles']>) {
  return { quartiles: { q25: calm(q25), median: calm(median), q75: calm(q75) } };
}

/** Of the addresses in an answer: that of the request's own. */
export const originOf = (url: string): string => new URL(url).origin;

export const expiryView = (result: ExpiryResult): z.infer<typeof Expiry> => ({
  cutoff: optionalTime(result.cutoff),
  limit: result.limit,
  deleted: result.deleted,
  files_removed: result.filesRemoved,
  files_missing: result.filesMissing,
});

/**
 * @param metrics as whole as the answer shall have them
 * @param grafana where the run can be seen; undefined: nowhere
 */
function runWith(
  row: Omit<ListedRun, 'metrics_summary'>,
  metrics: Json | null,
  grafana: GrafanaLinks | undefined,
): z.infer<typeof TrainingRun> {
  const seconds =
    row.started_at && row.finished_at ? (row.finished_at.getTime() - row.started_at.getTime()) / 1000 : null;
  return {
    id: row.id,
    dataset_id: row.dataset_id,
    mode: row.mode,
    task: row.task,
    target: row.target,
    seed: row.seed,
    params: row.params,
    status: row.status,
    attempt: row.attempt,
    progress: row.progress,
    progress_details: row.progress_details,
    queued_at: time(row.queued_at),
    started_at: optionalTime(row.started_at),
    finished_at: optionalTime(row.finished_at),
    duration_seconds: seconds,
    metrics,
    warnings: [...row.warnings],
    ...annotationsView(row),
    artifact_id: row.artifact_id,
    artifact_removed_at: optionalTime(row.artifact_removed_at),
    artifact_removed_by: row.artifact_removed_by,
    error: row.error,
    error_type: row.error_type,
    trace_id: row.trace_id,
    ...(grafana && runLinks(row, grafana)),
  };
}

export const traceView = (node: TraceNodeRow): z.infer<typeof TraceNode> => ({
  name: node.name,
  started_at: time(node.startedAt),
  ended_at: optionalTime(node.endedAt),
  duration_seconds: node.endedAt && (node.endedAt.getTime() - node.startedAt.getTime()) / 1000,
  error_type: node.errorType,
  attributes: { ...node.attributes },
  children: node.children.map(traceView),
});

export const runView = (row: RunRow, grafana: GrafanaLinks | undefined) => runWith(row, row.metrics, grafana);
export const listedRunView = (row: ListedRun, grafana: GrafanaLinks | undefined) =>
  runWith(row, row.metrics_summary, grafana);

/** @param metrics as whole as the answer shall have them */
function artifactWith(
  row: Omit<ListedArtifact, 'metrics_summary'>,
  metrics: Json,
  holds: readonly Hold[],
  origin: string,
): z.infer<typeof Artifact> {
  return {
    id: row.id,
    run_id: row.run_id,
    dataset_id: row.dataset_id,
    mode: row.mode,
    task: row.task,
    target: row.target,
    format: row.format,
    size_bytes: row.size_bytes,
    sha256: row.sha256,
    inputs: [...row.inputs],
    metrics,
    held_by: [...holds],
    ...annotationsView(row),
    created_at: time(row.created_at),
    download_url: `${origin}/api/ml/v1/artifacts/${row.id}/download`,
  };
}

export const artifactView = (row: ArtifactRow, holds: readonly Hold[], origin: string) =>
  artifactWith(row, row.metrics, holds, origin);
export const listedArtifactView = (row: ListedArtifact, holds: readonly Hold[], origin: string) =>
  artifactWith(row, row.metrics_summary, holds, origin);

export const modelView = (model: ModelSummary): z.infer<typeof Model> => ({
  name: model.name,
  versions: model.versions,
  latest_version: model.latestVersion,
  aliases: model.aliases,
  ...annotationsView(model),
  created_at: time(model.created_at),
});

export const modelVersionView = (
  { name, version, aliases, artifact, created_at }: VersionRow,
  origin: string,
): z.infer<typeof ModelVersion> => ({
  name,
  version,
  aliases: [...aliases],
  artifact_id: artifact.id,
  run_id: artifact.run_id,
  dataset_id: artifact.dataset_id,
  mode: artifact.mode,
  task: artifact.task,
  target: artifact.target,
  metrics: artifact.metrics_summary,
  created_at: time(created_at),
  predict_url: `${origin}/api/ml/v1/models/${name}/versions/${version}/predict`,
});

export const historyView = (line: HistoryLine): z.infer<typeof ModelHistoryLine> => ({
  at: time(line.at),
  by: line.by,
  change: line.change,
  alias: line.alias,
  from_version: line.from_version,
  to_version: line.to_version,
  artifact_id: line.artifact_id,
  trace_id: line.trace_id,
});

export const driftView = (artifactId: string, drift: WindowDrift): z.infer<typeof ArtifactDrift> => ({
  artifact_id: artifactId,
  window: drift.window,
  level: drift.level,
  rows: drift.rows,
  since: optionalTime(drift.since),
  psi: drift.psi,
  columns: drift.columns.map((column, i) => ({
    ...column,
    ...(drift.distributions[i] && { distribution: drift.distributions[i] }),
  })),
});

export const liveQualityView = ({
  artifactId,
  ...quality
}: LiveQualityOfModel): z.infer<typeof LiveQuality> => ({
  artifact_id: artifactId,
  ...quality,
});

export const trendsView = (trends: readonly TrendPoint[]): z.infer<typeof Trends> => ({
  trends: trends.map((point) => ({ ...point, finished_at: time(point.finished_at) })),
});

export const summaryView = (
  aggregates: Aggregates,
  groups: readonly QualityGroup[],
  trends: readonly TrendPoint[],
): z.infer<typeof Summary> => ({
  aggregates,
  groups: groups.map(({ latest_finished_at, scores, ...group }) => ({
    ...group,
    latest_finished_at: time(latest_finished_at),
    scores: [...scores],
  })),
  ...trendsView(trends),
});
