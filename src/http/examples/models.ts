import type { z } from '@hono/zod-openapi';
import type {
  AliasRequest,
  Model,
  ModelHistory,
  ModelPage,
  ModelVersion,
  ModelVersionPage,
  VersionRequest,
} from '../schemas.ts';
import { notAnnotated } from './annotations.ts';
import { ALIAS_NAME, ARTIFACT_ID, DATASET_ID, MODEL_NAME, RUN_ID } from './ids.ts';
import { metricsInShort } from './training.ts';

export const versionRequest: z.infer<typeof VersionRequest> = { artifact_id: ARTIFACT_ID };
export const aliasRequest: z.infer<typeof AliasRequest> = { version: 1 };

export const newVersion: z.infer<typeof ModelVersion> = {
  name: MODEL_NAME,
  version: 1,
  aliases: [],
  artifact_id: ARTIFACT_ID,
  run_id: RUN_ID,
  dataset_id: DATASET_ID,
  mode: 'light',
  task: 'classification',
  target: 'churned',
  metrics: metricsInShort,
  created_at: '2026-11-26T03:28:07.882Z',
  predict_url: `http://127.0.0.1:8000/api/ml/v1/models/${MODEL_NAME}/versions/1/predict`,
};
export const version: z.infer<typeof ModelVersion> = { ...newVersion, aliases: [ALIAS_NAME] };
export const versionPage: z.infer<typeof ModelVersionPage> = { items: [version], next_cursor: null };

export const model: z.infer<typeof Model> = {
  name: MODEL_NAME,
  versions: 1,
  latest_version: 1,
  aliases: { [ALIAS_NAME]: 1 },
  ...notAnnotated,
  created_at: '2026-11-26T03:28:07.880Z',
};
export const modelPage: z.infer<typeof ModelPage> = { items: [model], next_cursor: null };

export const history: z.infer<typeof ModelHistory> = {
  items: [
    {
      at: '2026-11-26T03:28:07.928Z',
      by: 'local',
      change: 'alias_assigned',
      alias: ALIAS_NAME,
      from_version: null,
      to_version: 1,
      artifact_id: ARTIFACT_ID,
      trace_id: 'ffdada25d5c0b298589bf3400da41899',
    },
    {
      at: '2026-11-26T03:28:07.883Z',
      by: 'local',
      change: 'version_registered',
      alias: null,
      from_version: null,
      to_version: 1,
      artifact_id: ARTIFACT_ID,
      trace_id: '92fd218987744b8d14a0eb813e5cf6ad',
    },
  ],
  next_cursor: null,
};
