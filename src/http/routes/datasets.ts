import { createRoute } from '@hono/zod-openapi';
import type { Kysely } from 'kysely';
import type { Schema } from '../../adapters/db/schema.ts';
import type { Storage } from '../../adapters/storage/storage.ts';
import { annotate } from '../../domain/annotations.ts';
import type { RemoveDataset } from '../../domain/dataset/remove.ts';
import { type Dataset as DatasetRow, getDataset, listDatasets } from '../../domain/dataset/repository.ts';
import type { UploadDataset } from '../../domain/dataset/upload.ts';
import type { TtlPolicy } from '../../domain/expiry/policy.ts';
import type { RemoveExpired } from '../../domain/expiry/remove-expired.ts';
import { AppError } from '../../errors.ts';
import { annotating, annotationBody, annotationProblems } from '../annotations.ts';
import { download } from '../download.ts';
import { annotation } from '../examples/annotations.ts';
import * as examples from '../examples/datasets.ts';
import { DatasetListQuery } from '../list-queries.ts';
import { createRouter, type Router } from '../router.ts';
import {
  Dataset,
  DatasetPage,
  DatasetParam,
  DatasetWithProfile,
  Expiry,
  ExpiryQuery,
  UploadedDataset,
  UploadQuery,
} from '../schemas.ts';
import { parseUploadOptions } from '../table-options.ts';
import { uploadBody } from '../upload-body.ts';
import { datasetProfileView, datasetView, expiryView, originOf, uploadedView } from '../views.ts';
import { problems } from './problems.ts';
import { file, json, PAGES } from './responses.ts';

const tags = ['datasets'];

const binary = { type: 'string' as const, format: 'binary' };
const upload = createRoute({
  operationId: 'uploadDataset',
  method: 'post',
  path: '/datasets/upload',
  tags,
  summary: 'Upload a table: CSV, TSV, JSON (each also gzipped), Excel or Parquet',
  request: {
    query: UploadQuery,
    // Described, not parsed: the body is streamed to storage.
    body: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: { options: { type: 'string' }, file: binary },
            required: ['file'],
          },
          example: { file: examples.TABLE },
        },
        'application/octet-stream': { schema: binary, example: examples.TABLE },
      },
    },
  },
  responses: {
    201: json(UploadedDataset, 'Stored', examples.uploadedDataset),
    ...problems(401, 408, 413, 415, 422, 503),
  },
});

const list = createRoute({
  operationId: 'listDatasets',
  method: 'get',
  path: '/datasets',
  tags,
  summary: 'Datasets, newest first or as sorted',
  description: PAGES,
  request: { query: DatasetListQuery },
  responses: { 200: json(DatasetPage, 'A page', examples.datasetPage), ...problems(401) },
});

const get = createRoute({
  operationId: 'getDataset',
  method: 'get',
  path: '/datasets/{id}',
  tags,
  summary: 'A dataset with its profile',
  request: { params: DatasetParam },
  responses: {
    200: json(DatasetWithProfile, 'The dataset', examples.datasetWithProfile),
    ...problems(401, 404),
  },
});

const annotateIt = createRoute({
  ...annotating,
  operationId: 'annotateDataset',
  path: '/datasets/{id}',
  tags,
  summary: 'Write tags and a note on a dataset',
  request: { params: DatasetParam, body: annotationBody },
  responses: {
    200: json(Dataset, 'The dataset', { ...examples.dataset, ...annotation }),
    ...annotationProblems,
  },
});

const getFile = createRoute({
  operationId: 'downloadDataset',
  method: 'get',
  path: '/datasets/{id}/download',
  tags,
  summary: 'The bytes as uploaded; Range and If-None-Match honoured',
  request: { params: DatasetParam },
  responses: {
    ...file('The file', examples.TABLE),
    ...problems(401, 404, 416),
  },
});

const removeExpired = createRoute({
  operationId: 'deleteExpiredDatasets',
  method: 'delete',
  path: '/datasets/expired',
  tags,
  summary: 'Remove expired datasets now',
  request: { query: ExpiryQuery },
  responses: { 200: json(Expiry, 'What was removed', examples.expiry), ...problems(401, 503) },
});

const remove = createRoute({
  operationId: 'deleteDataset',
  method: 'delete',
  path: '/datasets/{id}',
  tags,
  summary: 'Remove a dataset',
  request: { params: DatasetParam },
  responses: { 204: { description: 'Removed' }, ...problems(401, 404, 409) },
});

export interface DatasetRouteDeps {
  readonly db: Kysely<Schema>;
  readonly storage: Storage;
  readonly ttl: TtlPolicy;
  readonly expiryBatchLimit: number;
  readonly uploadDataset: UploadDataset;
  readonly removeDataset: RemoveDataset;
  readonly removeExpired: RemoveExpired;
}

const CONTENT_TYPES = {
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  parquet: 'application/vnd.apache.parquet',
} as const;

const contentType = (row: DatasetRow) =>
  row.compression === 'gzip' ? 'application/gzip' : CONTENT_TYPES[row.format];
export function datasetRoutes(deps: DatasetRouteDeps): Router {
  const { db, ttl } = deps;
  return createRouter()
    .openapi(upload, async (c) => {
      const query = c.req.valid('query');
      const dataset = await deps.uploadDataset({
        owner: c.get('owner'),
        mode: query.mode,
        declaredBytes: Number(c.req.header('content-length') ?? 0),
        open: async () => {
          const { options, ...body } = await uploadBody(c, query);
          return { ...body, options: parseUploadOptions(options) };
        },
        signal: c.req.raw.signal,
      });
      return c.json(uploadedView(dataset, ttl, originOf(c.req.url)), 201);
    })
    .openapi(list, async (c) => {
      const page = await listDatasets(db, c.get('owner'), c.req.valid('query'));
      const items = page.items.map((row) => datasetView(row, ttl, originOf(c.req.url)));
      return c.json({ items, next_cursor: page.nextCursor }, 200);
    })
    .openapi(removeExpired, async (c) => {
      const { limit } = c.req.valid('query');
      const removed = await deps.removeExpired(limit ?? deps.expiryBatchLimit);
      if (removed.filesFailed > 0)
        throw new AppError(
          'storage',
          'The storage did not remove every file; the next clean-up tries again.',
        );
      return c.json(expiryView(removed), 200);
    })
    .openapi(get, async (c) => {
      const row = await getDataset(db, c.get('owner'), c.req.valid('param').id);
      return c.json(datasetProfileView(row, ttl, originOf(c.req.url)), 200);
    })
    .openapi(annotateIt, async (c) => {
      const { id } = c.req.valid('param');
      await annotate(db, 'datasets', c.get('owner'), id, c.req.valid('json'));
      return c.json(datasetView(await getDataset(db, c.get('owner'), id), ttl, originOf(c.req.url)), 200);
    })
    .openapi(getFile, async (c) => {
      const row = await getDataset(db, c.get('owner'), c.req.valid('param').id);
      return download(c, deps.storage, {
        key: row.storage_key,
        bytes: row.size_bytes,
        sha256: row.sha256,
        fileName: row.name,
        contentType: contentType(row),
      });
    })
    .openapi(remove, async (c) => {
      await deps.removeDataset(c.get('owner'), c.req.valid('param').id);
      return c.body(null, 204);
    });
}
