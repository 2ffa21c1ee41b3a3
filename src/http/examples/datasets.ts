import type { z } from '@hono/zod-openapi';
import type { Dataset, DatasetPage, DatasetWithProfile, Expiry, UploadedDataset } from '../schemas.ts';
import { notAnnotated } from './annotations.ts';
import { DATASET_ID } from './ids.ts';

/** Small enough to read, large enough to train on. */
export const TABLE = `tenure_months,plan,support_calls,churned
1,basic,4,yes
2,basic,5,yes
3,plus,6,yes
4,basic,3,yes
5,plus,5,yes
6,basic,7,yes
7,basic,4,yes
8,plus,6,yes
9,basic,5,yes
10,basic,2,no
3,plus,1,no
14,plus,0,no
18,basic,1,no
21,plus,2,no
24,plus,1,no
27,plus,0,no
30,basic,2,no
33,plus,1,no
36,plus,3,no
40,plus,0,no
44,basic,1,no
48,plus,0,no
52,plus,2,no
60,plus,1,no
`;

const url = `http://127.0.0.1:8000/api/ml/v1/datasets/${DATASET_ID}/download`;

export const dataset: z.infer<typeof Dataset> = {
  dataset_id: DATASET_ID,
  name: 'churn.csv',
  mode: 'light',
  version: 1,
  format: 'csv',
  rows: 24,
  columns: 4,
  size_bytes: 362,
  sha256: '0073f3c57e3616d032740fbdef2e8150b8d67186fbf27d7d7a6a0ce70d7c88d9',
  warnings: [],
  ...notAnnotated,
  created_at: '2026-11-26T03:28:06.509Z',
  expires_at: null,
  file_url: url,
  download_url: url,
};

export const uploadedDataset: z.infer<typeof UploadedDataset> = {
  ...dataset,
  preview: {
    columns: ['tenure_months', 'plan', 'support_calls', 'churned'],
    rows: [
      ['1', 'basic', '4', 'yes'],
      ['2', 'basic', '5', 'yes'],
      ['3', 'plus', '6', 'yes'],
      ['4', 'basic', '3', 'yes'],
      ['5', 'plus', '5', 'yes'],
    ],
  },
};

export const datasetWithProfile: z.infer<typeof DatasetWithProfile> = {
  ...uploadedDataset,
  profile: [
    {
      name: 'tenure_months',
      type: 'number',
      missing: 0,
      distinct: 23,
      min: 1,
      max: 60,
      mean: 21.041666666666668,
      histogram: {
        edges: Array.from({ length: 21 }, (_, i) => 0.5 + 3 * i),
        counts: [4, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1],
      },
      quartiles: { q25: 5.75, median: 16, q75: 33.75 },
    },
    {
      name: 'plan',
      type: 'string',
      missing: 0,
      distinct: 2,
      min: 'basic',
      max: 'plus',
      mean: null,
      top_values: {
        values: [
          { value: 'plus', count: 14 },
          { value: 'basic', count: 10 },
        ],
        others: 0,
      },
    },
    {
      name: 'support_calls',
      type: 'number',
      missing: 0,
      distinct: 8,
      min: 0,
      max: 7,
      mean: 2.5833333333333335,
      histogram: {
        edges: [-0.5, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5],
        counts: [4, 6, 4, 2, 2, 3, 2, 1],
      },
      quartiles: { q25: 1, median: 2, q75: 4.25 },
    },
    {
      name: 'churned',
      type: 'string',
      missing: 0,
      distinct: 2,
      min: 'no',
      max: 'yes',
      mean: null,
      top_values: {
        values: [
          { value: 'no', count: 15 },
          { value: 'yes', count: 9 },
        ],
        others: 0,
      },
    },
  ],
};

export const datasetPage: z.infer<typeof DatasetPage> = { items: [dataset], next_cursor: null };

export const expiry: z.infer<typeof Expiry> = {
  cutoff: null,
  limit: 500,
  deleted: 0,
  files_removed: 0,
  files_missing: 0,
};
