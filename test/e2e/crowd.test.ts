import os from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childProcesses } from '../support/children.ts';
import { eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { sample, samples } from '../support/exposition.ts';
import { hold } from '../support/hold.ts';
import { expectProblem } from '../support/problem.ts';
import { converse } from '../support/raw-http.ts';
import type { Service } from '../support/service.ts';

const PLACES = Math.max(2, os.availableParallelism());
const TABLE = 'a,b\n1,2\n3,4\n';

let stack: AsyncDisposableStack;
let service: Service;
beforeAll(async () => {
  stack = new AsyncDisposableStack();
  service = stack.use(await startDeployed({ MAX_WAIT_SEC: '1' }));
});
afterAll(() => stack.disposeAsync());

/** Whoever begins to read a table from now on gets no further. */
function holdInspectors(): AsyncDisposable {
  const held = new Map<number, Disposable>();
  let isHolding = true;
  const holding = eventually(async () => {
    for (const pid of await childProcesses('inspect.child.ts', service.process.pid))
      if (!held.has(pid)) held.set(pid, hold([pid]));
    return !isHolding;
  });
  return {
    async [Symbol.asyncDispose]() {
      isHolding = false;
      await holding;
      for (const one of held.values()) one[Symbol.dispose]();
    },
  };
}

test('a crowd is answered: who would wait too long is told at once when to come again, before anything is sent', async () => {
  const { api, origin } = service;
  const uploads: Promise<Response>[] = [];
  const answered: Response[] = [];
  {
    await using _ = holdInspectors();
    const isFull = async () => {
      const upload = api.uploadRaw('crowd.csv', TABLE);
      uploads.push(upload);
      void upload.then((response) => answered.push(response));
      return answered.some(({ status }) => status === 503);
    };
    await eventually(isFull);

    const asking = converse(origin);
    asking.send(
      'POST /api/ml/v1/datasets/upload?name=asked.csv HTTP/1.1\r\nHost: localhost\r\n' +
        `Expect: 100-continue\r\nContent-Length: ${TABLE.length}\r\n\r\n`,
    );
    const answer = await asking.end();
    expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: \d+\r\n[\s\S]*"code":"overloaded"/i);
  }

  const responses = await Promise.all(uploads);
  const turnedAway = responses.filter(({ status }) => status === 503);
  for (const response of turnedAway) {
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    await expectProblem(response, 503, 'overloaded');
  }
  const stored = responses.length - turnedAway.length;
  expect(stored).toBeGreaterThanOrEqual(PLACES);

  const metrics = await api.metrics();
  const rejections = (reason: string) =>
    sample(metrics, 'mlops_backend_overload_rejections_total', { work: 'upload', reason }) ?? 0;
  expect(rejections('timeout')).toBeGreaterThanOrEqual(1);
  expect(rejections('queue_full') + rejections('timeout')).toBe(turnedAway.length + 1);
  // Neither refused nor lost.
  expect(sample(metrics, 'mlops_backend_dataset_uploads_total', { mode: 'light' })).toBe(stored);
  const failures = samples(metrics, 'mlops_backend_dataset_upload_failures_total');
  expect(failures.filter(({ value }) => value > 0)).toEqual([]);
});

test('a client that asks before it sends is told to go on when there is room, and its table is stored', async () => {
  const asking = converse(service.origin);
  asking.send(
    'POST /api/ml/v1/datasets/upload?name=asked.csv HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' +
      `Expect: 100-continue\r\nContent-Length: ${TABLE.length}\r\n\r\n`,
  );
  await asking.hear('HTTP/1.1 100 Continue\r\n\r\n');
  asking.send(TABLE);
  expect(await asking.end()).toMatch(/^HTTP\/1\.1 100 [\s\S]*HTTP\/1\.1 201 /);
});
