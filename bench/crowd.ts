/**
 * A crowd against a service of its own: clients that upload, err, predict, look around and train, all at once and
 * each without a pause. `npm run bench:crowd -- --seconds 60 --clients 64`
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { dataFile } from '../test/support/client.ts';
import { startService } from '../test/support/service.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, clients: { type: 'string', default: '64' } },
});
const SECONDS = Number(values.seconds);
const CLIENTS = Number(values.clients);
/** Nobody asks faster for a list than a page that refreshes itself. */
const LOOK_EVERY_MS = 50;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: number;
}

type Kind = [name: string, expected: number, pauseMs: number, ask: () => Promise<Answer>];

const root = await mkdtemp(join(tmpdir(), 'mlops-bench-'));
const agent = new Agent({ keepAlive: true });
try {
  // The model that is predicted with must outlive those that are trained meanwhile.
  await using service = await startService(root, { MAX_MODEL_ARTIFACTS: '0' });
  const base = `${service.origin}/api/ml/v1`;
  const table = await readFile(dataFile('wine_train.csv'));
  const rows = await readFile(dataFile('wine_test.csv'));
  const oneRow = rows.toString().split('\n').slice(0, 2).join('\n');
  const bad = Buffer.from('a,b\n1\n2,3\n4,5\n');

  // Not `fetch`: with so many clients in one process its own work would be measured.
  const call = (method: string, url: string, body?: string | Buffer, type = 'application/octet-stream') =>
    new Promise<Answer>((resolve, reject) => {
      const headers =
        body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) };
      const sent = request(url, { method, agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text,
            retryAfter: Number(response.headers['retry-after'] ?? 0),
          }),
        );
      });
      sent.on('error', reject).end(body);
    });
  const post = (path: string, body: string | Buffer, type?: string) => call('POST', base + path, body, type);
  const json = 'application/json';

  const first = await service.api.upload('first.csv', table);
  const trained = await service.api.train(first.dataset_id, { mode: 'light' });
  const predict = `/artifacts/${trained.artifact_id}/predict`;
  const [names = '', cells = ''] = oneRow.split('\n');
  const fields = cells.split(',').map(Number);
  const byName = JSON.stringify({
    rows: [Object.fromEntries(names.split(',').map((name, i) => [name, fields[i]]))],
  });

  const train = async (): Promise<Answer> => {
    const wanted = JSON.stringify({ dataset_id: first.dataset_id, mode: 'light' });
    const queued = await post('/training-runs', wanted, json);
    if (queued.status === 202)
      await call('GET', `${base}/training-runs/${JSON.parse(queued.text).id}/events`);
    return queued;
  };
  const upload: Kind = ['upload', 201, 0, () => post('/datasets/upload?name=crowd.csv', table)];
  /** Of so many clients, what each does over and over. */
  const kinds: Kind[] = [
    ...[upload, upload, upload],
    ['bad upload', 422, 0, () => post('/datasets/upload?name=bad.csv', bad)],
    ['predict a table', 200, 0, () => post(predict, oneRow, 'text/csv')],
    ['train', 202, 0, train],
    ['light route', 200, LOOK_EVERY_MS, () => call('GET', `${service.origin}/api/health`)],
    ['light route', 200, LOOK_EVERY_MS, () => call('GET', `${base}/datasets?limit=20`)],
    ['predict rows', 200, LOOK_EVERY_MS, () => post(predict, byName, json)],
  ];

  const took = new Map<string, number[]>();
  const turnedAway = new Map<string, number>();
  const unexpected = new Map<string, number>();
  let withoutRetryAfter = 0;
  const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const end = performance.now() + SECONDS * 1000;
  const client = async (i: number) => {
    const [kind, expected, pauseMs, ask] = kinds[i % kinds.length]!;
    while (performance.now() < end) {
      if (pauseMs > 0) await delay(pauseMs);
      const start = performance.now();
      const answer = await ask();
      const ms = performance.now() - start;
      (took.get(kind) ?? took.set(kind, []).get(kind)!).push(ms);
      if (answer.status === 503) {
        count(turnedAway, kind);
        if (answer.retryAfter === 0) withoutRetryAfter++;
        // As a client should: not before it was told to.
        await delay(Math.min(answer.retryAfter * 1000, Math.max(0, end - performance.now())));
      } else if (answer.status !== expected) count(unexpected, `${kind}: ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));

  const line = (...cells: (string | number)[]) =>
    process.stdout.write(
      `${String(cells[0]).padEnd(16)}${cells
        .slice(1)
        .map((cell) => String(cell).padStart(12))
        .join('')}\n`,
    );
  line('', 'answers/s', 'p50 ms', 'p99 ms', 'longest ms', '503');
  for (const [kind, all] of took) {
    all.sort((a, b) => a - b);
    const at = (q: number) => all[Math.min(all.length - 1, Math.floor(q * all.length))]!.toFixed(0);
    const away = turnedAway.get(kind) ?? 0;
    line(kind, ((all.length - away) / SECONDS).toFixed(1), at(0.5), at(0.99), at(1), away);
  }
  line('503 without Retry-After', withoutRetryAfter);
  for (const [what, times] of unexpected) line(what, times);
  await service.stop();
} finally {
  agent.destroy();
  await rm(root, { recursive: true, force: true });
}
