import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, dataFile } from '../support/client.ts';
import type { Service } from '../support/service.ts';

/** Requests of a real second of normal load. */
export const REQUESTS_PER_SECOND = 4;
const UPLOAD_EVERY = 16;
const TRAIN_EVERY = 80;
const MOST_AT_ONCE = 40;

const wine = readFileSync(dataFile('wine_train.csv'), 'utf8');

/** So many rows of the table that the load's model was trained on, from one on: always the same ones would be drift. */
export function wineRows(count: number, from = 0): Record<string, number>[] {
  const [header = '', ...lines] = wine.trim().split('\n');
  const names = header.split(',');
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(
      (lines[(from + row) % lines.length] ?? '').split(',').map((cell, i) => [names[i] ?? '', Number(cell)]),
    ),
  );
}

/** Does something again and again, without waiting for the answer, until disposed. What fails is the matter of the alerts. */
export function every(milliseconds: number, act: (round: number) => Promise<unknown>): AsyncDisposable {
  const stop = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  const running = (async () => {
    for (let round = 0; !stop.signal.aborted; round++) {
      if (underWay.size < MOST_AT_ONCE) {
        const one = act(round).catch(() => {});
        underWay.add(one);
        void one.finally(() => underWay.delete(one));
      }
      await delay(milliseconds, undefined, { signal: stop.signal }).catch(() => {});
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** Does something again and again, one after the other, until disposed. */
export function again(act: () => Promise<unknown>): AsyncDisposable {
  let isOver = false;
  const running = (async () => {
    while (!isOver) await act();
  })();
  // What fails is told by who disposes.
  running.catch(() => {});
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      await running;
    },
  };
}

/** Reads an answer to its end, so that its connection is free again. */
export const answer = async (asked: Promise<Response>): Promise<number> => {
  const response = await asked;
  await response.text();
  return response.status;
};

/** A model, trained through one of the APIs. */
export async function trainModel(api: Client): Promise<string> {
  const { dataset_id } = await api.upload('wine.csv', wine);
  return (await api.train(dataset_id)).artifact_id;
}

/** What users do on an ordinary day: they look, predict, now and then upload, sometimes train. */
export async function normalLoad(apis: readonly Service[]): Promise<AsyncDisposable> {
  const [first] = apis;
  if (!first) throw new Error('nobody to ask');
  const model = await trainModel(first.api);
  return every(1000 / REQUESTS_PER_SECOND, async (round) => {
    const service = apis[round % apis.length];
    if (!service) return;
    const { api } = service;
    if (round % TRAIN_EVERY === 1) {
      const { dataset_id } = await api.upload('wine.csv', wine);
      await answer(api.post('/training-runs', { dataset_id, mode: 'light' }));
    } else if (round % UPLOAD_EVERY === 2) await answer(api.uploadRaw('wine.csv', wine));
    else if (round % 4 === 0) await answer(api.call('/datasets?limit=5'));
    else if (round % 4 === 1) await answer(api.call('/artifacts?limit=5'));
    else if (round % 4 === 2) await answer(api.call('/metrics/summary'));
    else await answer(api.post(`/artifacts/${model}/predict`, { rows: wineRows(3, round) }));
  });
}
