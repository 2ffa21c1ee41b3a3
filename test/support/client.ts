import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

type Json = Record<string, unknown>;
type Body = NonNullable<RequestInit['body']>;

export interface Run extends Json {
  id: string;
  status: string;
  artifact_id: string;
  metrics: Json & { accuracy: number; r2: number };
}

export const dataFile = (name: string) => new URL(`../data/${name}`, import.meta.url);

/** What a user does with the API, over real HTTP. */
export function client(origin: string, key?: string) {
  const base = `${origin}/api/ml/v1`;
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};

  const call = (path: string, init: RequestInit = {}) =>
    fetch(path.startsWith('/api') || path === '/metrics' ? origin + path : base + path, {
      ...init,
      headers: { ...headers, ...(init.headers as Record<string, string>) },
    });

  const post = (path: string, body: unknown, extra: Record<string, string> = {}) =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...extra },
      body: JSON.stringify(body),
    });

  const uploadRaw = (name: string, body: Body, mode = 'light') =>
    call(`/datasets/upload?mode=${mode}&name=${encodeURIComponent(name)}`, { method: 'POST', body });

  const json = async <T = Json>(response: Response): Promise<T> => (await response.json()) as T;

  /** Uploads, and fails unless it was stored. */
  const upload = async (name: string, body: Body, mode = 'light') => {
    const response = await uploadRaw(name, body, mode);
    const dataset = await json<Json & { dataset_id: string }>(response);
    if (response.status !== 201)
      throw new Error(`upload answered ${response.status}: ${JSON.stringify(dataset)}`);
    return dataset;
  };

  const run = async (id: string) => json<Run>(await call(`/training-runs/${id}`));

  /** Follows the run's events to its end. */
  const ended = async (id: string): Promise<Run> => {
    await (await call(`/training-runs/${id}/events`)).text();
    return run(id);
  };

  const train = async (datasetId: string, options: Json = {}): Promise<Run> => {
    const response = await post('/training-runs', { dataset_id: datasetId, mode: 'light', ...options });
    const queued = await json<Run>(response);
    if (response.status !== 202)
      throw new Error(`training answered ${response.status}: ${JSON.stringify(queued)}`);
    return ended(queued.id);
  };

  return {
    call,
    post,
    json,
    upload,
    uploadRaw,
    run,
    ended,
    train,
    uploadFile: async (name: string, mode = 'light') => upload(name, await readFile(dataFile(name)), mode),
    metrics: async () => (await call('/metrics')).text(),
  };
}

export type Client = ReturnType<typeof client>;

/**
 * Waits for something that no event announces from outside the process.
 * @param seconds until it is given up: generous, since only a failure waits that long
 */
export async function eventually<T>(look: () => Promise<T | undefined | false>, seconds = 240): Promise<T> {
  const began = Date.now();
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    const waited = Date.now() - began;
    if (waited > seconds * 1000) throw new Error(`nothing within ${seconds} s`);
    // The longer the wait the less often: a look takes the processor from what is waited for.
    await delay(Math.min(Math.max(waited / 10, 20), 250));
  }
}
