import { createClient, createConfig } from './generated/client/index.ts';
import { Operations } from './generated/sdk.gen.ts';
import type {
  Dataset,
  ListArtifactsData,
  ListDatasetsData,
  ListModelsData,
  ListModelVersionsData,
  ListTrainingRunsData,
  PredictionRequest,
  TrainingRun,
  TrainingRunEvent,
  UploadedDataset,
} from './generated/types.gen.ts';
import { itemsOf } from './items.ts';
import { toClientError } from './problem.ts';
import { counted, isInBrowser, type OnProgress, uploadFromBrowser } from './upload.ts';
import { hasEnded, isRun, type WatchOptions, watchRun } from './watch-run.ts';

export interface ClientOptions {
  /** Of the service; with a path where a proxy gives it one. */
  readonly url?: string;
  /** Sent as the bearer key. */
  readonly key?: string;
  /** Instead of the runtime's own. */
  readonly fetch?: typeof globalThis.fetch;
}

export interface UploadOptions {
  /** Of the table; a file has its own. */
  readonly name?: string;
  readonly mode?: Dataset['mode'];
  /** How the table is to be read, as in docs/tables.md, where that shall not be found out. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** A model by its artifact, or by its name and what stands behind that. */
export type ModelAddress =
  | { readonly id: string }
  | { readonly name: string; readonly alias: string }
  | { readonly name: string; readonly version: number };

export interface TableOptions {
  /** Of the table; which of its formats it has, the content decides. */
  readonly type?:
    | 'text/csv'
    | 'text/tab-separated-values'
    | 'application/x-ndjson'
    | 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    | 'application/vnd.apache.parquet'
    | 'application/gzip';
  /** Of the answer. */
  readonly accept?: 'text/csv' | 'application/x-ndjson';
  /** Of a regression: the level of an interval beside each prediction. */
  readonly interval?: number;
  /** The column of keys that the predictions are kept under, so that their outcomes can be told. */
  readonly key?: string;
  /** Keeps them without a key, under ids that stand in the answer as `prediction_id`. */
  readonly keep?: boolean;
  readonly signal?: AbortSignal;
}

/** What of a list is wanted, and in which order; a page at a time is our own business. */
type Wanted<List extends { query?: object }> = Omit<NonNullable<List['query']>, 'limit' | 'cursor'>;

const UPLOAD = '/api/ml/v1/datasets/upload';

function pathOf(model: ModelAddress): string {
  if ('id' in model) return `artifacts/${encodeURIComponent(model.id)}`;
  const name = encodeURIComponent(model.name);
  return 'alias' in model
    ? `models/${name}@${encodeURIComponent(model.alias)}`
    : `models/${name}/versions/${model.version}`;
}

/**
 * The API as functions: each operation under its id, and what is more than one request. An answer that is none of
 * success is thrown as an `ApiProblem`.
 */
export class Client extends Operations {
  readonly #key: string | undefined;

  constructor({ url = 'http://127.0.0.1:8000', key, fetch }: ClientOptions = {}) {
    const baseUrl = url.replace(/\/+$/, '');
    const client = createClient(
      createConfig({ baseUrl, throwOnError: true, auth: () => key, ...(fetch && { fetch }) }),
    );
    client.interceptors.error.use((error, response, request) =>
      toClientError(error, response, request, baseUrl),
    );
    super({ client });
    this.#key = key;
  }

  /** Uploads a table as it is read. In Node, `fileFrom` makes a file of a path. */
  async upload(
    source: Blob | ReadableStream<Uint8Array>,
    options: UploadOptions = {},
  ): Promise<UploadedDataset> {
    const { onProgress, signal, mode } = options;
    const name = options.name ?? (source instanceof File ? source.name : undefined);
    const query = {
      ...(mode && { mode }),
      ...(name !== undefined && { name }),
      ...(options.options && { options: JSON.stringify(options.options) }),
    };
    if (isInBrowser) {
      const body = source instanceof Blob ? source : await new Response(source).blob();
      const url = this.client.buildUrl({ url: UPLOAD, query });
      return uploadFromBrowser({ url, key: this.#key, body, onProgress: onProgress ?? (() => {}), signal });
    }
    const body = source instanceof Blob && !onProgress ? source : counted(source, onProgress, signal);
    const init = {
      url: UPLOAD,
      query,
      body,
      bodySerializer: null,
      duplex: 'half',
      headers: { 'Content-Type': 'application/octet-stream' },
      security: [{ scheme: 'bearer', type: 'http' }],
      ...(signal && { signal }),
    } as const;
    const { data } = await this.client.post<{ 201: UploadedDataset }, unknown, true>(init);
    return data;
  }

  /** Predicts a table of any length, sent and answered as it is read: a line a row. */
  async predictStream(
    model: ModelAddress,
    table: Blob | ReadableStream<Uint8Array>,
    { type = 'text/csv', accept = 'text/csv', interval, key, keep, signal }: TableOptions = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const init = {
      url: `/api/ml/v1/${pathOf(model)}/predict/table`,
      body: table instanceof Blob ? table : counted(table, undefined, signal),
      bodySerializer: null,
      duplex: 'half',
      parseAs: 'stream',
      headers: { 'Content-Type': type, Accept: accept },
      security: [{ scheme: 'bearer', type: 'http' }],
      query: {
        ...(interval !== undefined && { interval }),
        ...(key !== undefined && { key }),
        ...(keep && { keep }),
      },
      ...(signal && { signal }),
    } as const;
    const { data } = await this.client.post<{ 200: ReadableStream<Uint8Array> }, unknown, true>(init);
    return data;
  }

  /** Predicts rows, whichever way the model is addressed. @param wishes what else the answer shall have */
  predictRows(
    model: ModelAddress,
    rows: PredictionRequest['rows'],
    wishes: Omit<PredictionRequest, 'rows'> = {},
  ) {
    const predictionRequest = { rows, ...wishes };
    if ('id' in model) return this.predict({ ...model, predictionRequest });
    if ('alias' in model) return this.predictByAlias({ ...model, predictionRequest });
    return this.predictByVersion({ ...model, predictionRequest });
  }

  /** A run as it changes, until it has ended; see `watchRun`. */
  watchRun(id: string, options?: WatchOptions): AsyncGenerator<TrainingRunEvent, void, undefined> {
    return watchRun(this, id, options);
  }

  /** The run in its final state, whatever that is. @param onEvent told of every change */
  async waitForRun(
    id: string,
    { onEvent, ...options }: WatchOptions & { readonly onEvent?: (event: TrainingRunEvent) => void } = {},
  ): Promise<TrainingRun> {
    for await (const event of watchRun(this, id, options)) {
      onEvent?.(event);
      if (isRun(event) && hasEnded(event)) return event;
    }
    throw new Error('a watched run ends with its final state');
  }

  datasets = (wanted?: Wanted<ListDatasetsData>) =>
    itemsOf((page) => this.listDatasets({ ...wanted, ...page }));
  runs = (wanted?: Wanted<ListTrainingRunsData>) =>
    itemsOf((page) => this.listTrainingRuns({ ...wanted, ...page }));
  artifacts = (wanted?: Wanted<ListArtifactsData>) =>
    itemsOf((page) => this.listArtifacts({ ...wanted, ...page }));
  models = (wanted?: Wanted<ListModelsData>) => itemsOf((page) => this.listModels({ ...wanted, ...page }));
  modelVersions = (name: string, wanted?: Wanted<ListModelVersionsData>) =>
    itemsOf((page) => this.listModelVersions({ ...wanted, name, ...page }));
  modelHistory = (name: string) => itemsOf((page) => this.listModelHistory({ name, ...page }));

  /** The service's metrics as Prometheus reads them. @param token where a scrape must carry one */
  async metrics({ path = '/metrics', token }: { path?: string; token?: string } = {}): Promise<string> {
    const { data } = await this.client.get<{ 200: string }, unknown, true>({
      url: path,
      parseAs: 'text',
      ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
    });
    return data;
  }
}
