import type { z } from '@hono/zod-openapi';
import type {
  Artifact,
  ArtifactDeleted,
  ArtifactDrift,
  ArtifactPage,
  Evaluation,
  ModelCard,
} from '../schemas.ts';
import { notAnnotated } from './annotations.ts';
import { dataset } from './datasets.ts';
import { ARTIFACT_ID, DATASET_ID, RUN_ID } from './ids.ts';
import { metrics, metricsInShort, succeededRun } from './training.ts';

const inputs = [
  { name: 'tenure_months', type: 'number' },
  { name: 'plan', type: 'string' },
  { name: 'support_calls', type: 'number' },
];

export const artifact: z.infer<typeof Artifact> = {
  id: ARTIFACT_ID,
  run_id: RUN_ID,
  dataset_id: DATASET_ID,
  mode: 'light',
  task: 'classification',
  target: 'churned',
  format: 'onnx',
  size_bytes: 2311,
  sha256: '5b00d9735918c69e9d6fcbff6c52c248e30149bb6a8ef1c5a9a8fc1b8b7ee25f',
  inputs,
  metrics,
  held_by: [],
  ...notAnnotated,
  created_at: '2026-11-26T03:28:07.144Z',
  download_url: `http://127.0.0.1:8000/api/ml/v1/artifacts/${ARTIFACT_ID}/download`,
};

export const artifactPage: z.infer<typeof ArtifactPage> = {
  items: [{ ...artifact, metrics: metricsInShort }],
  next_cursor: null,
};

export const card: z.infer<typeof ModelCard> = {
  format: 'mlops-backend.card',
  version: 1,
  created_at: '2026-11-26T03:28:07.114Z',
  mode: 'light',
  task: 'classification',
  target: 'churned',
  classes: ['no', 'yes'],
  columns: inputs,
  seed: 42,
  params: {},
  metrics,
  warnings: succeededRun.warnings,
  data: { name: dataset.name, sha256: dataset.sha256 },
  versions: { 'mlops-backend': '0.1.0', node: '24.21.0' },
};

export const evaluation: z.infer<typeof Evaluation> = {
  task: 'classification',
  n_test: 6,
  n_classes: 2,
  classes: [
    {
      class: 'yes',
      n_positive: 2,
      roc: {
        fpr: [0, 0, 0, 0.25, 0.5, 0.75, 1],
        tpr: [0, 0.5, 1, 1, 1, 1, 1],
        thresholds: [null, 0.7836, 0.715, 0.2986, 0.2138, 0.1425, 0.0139],
      },
      precision_recall: {
        precision: [0.3333, 0.4, 0.5, 0.6667, 1, 1, 1],
        recall: [1, 1, 1, 1, 1, 0.5, 0],
        thresholds: [0.0139, 0.1425, 0.2138, 0.2986, 0.715, 0.7836],
      },
      calibration: {
        prob_true: [0, 0, 0, 1],
        prob_pred: [0.0139, 0.1425, 0.2562, 0.7493],
        counts: [1, 1, 2, 2],
      },
    },
  ],
  thresholds: {
    rows: [
      { threshold: null, precision: 0, recall: 0, f1: 0, predicted_positive: 0 },
      { threshold: 0.7836, precision: 1, recall: 0.5, f1: 0.6667, predicted_positive: 0.1667 },
      { threshold: 0.715, precision: 1, recall: 1, f1: 1, predicted_positive: 0.3333 },
      { threshold: 0.2986, precision: 0.6667, recall: 1, f1: 0.8, predicted_positive: 0.5 },
      { threshold: 0.2138, precision: 0.5, recall: 1, f1: 0.6667, predicted_positive: 0.6667 },
      { threshold: 0.1425, precision: 0.4, recall: 1, f1: 0.5714, predicted_positive: 0.8333 },
      { threshold: 0.0139, precision: 0.3333, recall: 1, f1: 0.5, predicted_positive: 1 },
    ],
    current: { threshold: 0.715, precision: 1, recall: 1, f1: 1, predicted_positive: 0.3333 },
  },
  partial_dependence: {
    n_rows: 6,
    classes: ['yes'],
    features: [
      {
        feature: 'support_calls',
        grid_values: [0, 1, 2, 4],
        average: [[0.1119, 0.1878, 0.2925, 0.5489]],
      },
      {
        feature: 'tenure_months',
        grid_values: [1, 3, 7, 21, 30, 48],
        average: [[0.5113, 0.4864, 0.4371, 0.2769, 0.1925, 0.0802]],
      },
      { feature: 'plan', grid_values: ['basic', 'plus'], average: [[0.3651, 0.3564]] },
    ],
  },
};

export const drift: z.infer<typeof ArtifactDrift> = {
  artifact_id: ARTIFACT_ID,
  window: '24h',
  level: 'unknown',
  rows: 4,
  since: '2026-11-26T03:28:07.498Z',
  psi: null,
  columns: [],
};

export const deleted: z.infer<typeof ArtifactDeleted> = { id: ARTIFACT_ID, deleted: true };
