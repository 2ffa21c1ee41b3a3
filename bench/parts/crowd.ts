import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { dataFile } from '../../test/support/client.ts';
import { type Service, startService } from '../../test/support/service.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { type Aim, type Measured, over, type Part, type Series } from '../part.ts';
import { quantile } from '../statistics.ts';

const CLIENTS = 64;
/** Nobody asks faster for a list than a page that refreshes itself. */
const LOOK_EVERY_MS = 50;
/** `MAX_WAIT_SEC`. */
const LONGEST_WAIT_MS = 10_000;
const LIGHT = 'light route';
/** Asked until the run has ended: it may stand in the queue. */
const TRAINING = 'light training';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: number;
}

interface Kind {
  readonly name: string;
  readonly expected: number;
  readonly pauseMs: number;
  readonly ask: () => Promise<Answer>;
}

/** What was asked in one round, by the name of its kind. */
class Round {
  readonly took = new Map<string, number[]>();
  turnedAway = 0;
  /** For any answer, but for trainings. */
  longestMs = 0;

  /** One client that asks the same over and over. */
  async ask({ name, expected, pauseMs, ask }: Kind, until: number): Promise<void> {
    while (performance.now() < until) {
      if (pauseMs > 0) await delay(pauseMs);
      const start = performance.now();
      const { status, text, retryAfter } = await ask();
      const ms = performance.now() - start;
      if (name !== TRAINING) this.longestMs = Math.max(this.longestMs, ms);
      if (status === 503) {
        this.turnedAway++;
        if (retryAfter === 0) throw new Error(`${name}: 503 without Retry-After`);
        // As a client should: not before it was told to.
        await delay(Math.min(retryAfter * 1000, Math.max(0, until - performance.now())));
        continue;
      }
      if (status !== expected) throw new Error(`${name}: ${status} ${text}`);
      this.times(name).push(ms);
    }
  }

  times(name: string): number[] {
    const known = this.took.get(name) ?? [];
    this.took.set(name, known);
    return known;
  }
}

/** Not `fetch`: with so many clients in one process its own work would be measured. */
function caller(agent: Agent) {
  return (method: string, url: string, body?: string | Buffer, type = 'application/octet-stream') =>
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
}

/** Of so many clients, what each does over and over. */
async function kindsOf({ origin, api }: Service, agent: Agent): Promise<Kind[]> {
  const base = `${origin}/api/ml/v1`;
  const table = await readFile(dataFile('wine_train.csv'));
  const [names = '', cells = ''] = (await readFile(dataFile('wine_test.csv'), 'utf8')).split('\n');
  const bad = Buffer.from('a,b\n1\n2,3\n4,5\n');
  const dataset = await api.upload('first.csv', table);
  const trained = await api.train(dataset.dataset_id, { mode: 'light' });
  const predict = `/artifacts/${trained.artifact_id}/predict`;
  const fields = cells.split(',').map(Number);
  const rows = JSON.stringify({
    rows: [Object.fromEntries(names.split(',').map((name, i) => [name, fields[i]]))],
  });
  const wanted = JSON.stringify({ dataset_id: dataset.dataset_id, mode: 'light' });

  const call = caller(agent);
  const post = (path: string, body: string | Buffer, type?: string) => call('POST', base + path, body, type);
  const json = 'application/json';
  const train = async (): Promise<Answer> => {
    const queued = await post('/training-runs', wanted, json);
    if (queued.status === 202)
      await call('GET', `${base}/training-runs/${JSON.parse(queued.text).id}/events`);
    return queued;
  };
  const kind = (name: string, expected: number, pauseMs: number, ask: () => Promise<Answer>): Kind => ({
    name,
    expected,
    pauseMs,
    ask,
  });
  const upload = kind('upload of 9 kB', 201, 0, () => post('/datasets/upload?name=crowd.csv', table));
  return [
    ...[upload, upload, upload],
    kind('bad upload', 422, 0, () => post('/datasets/upload?name=bad.csv', bad)),
    kind('table of one row', 200, 0, () => post(predict, `${names}\n${cells}`, 'text/csv')),
    kind(TRAINING, 202, 0, train),
    kind(LIGHT, 200, LOOK_EVERY_MS, () => call('GET', `${origin}/api/health`)),
    kind(LIGHT, 200, LOOK_EVERY_MS, () => call('GET', `${base}/datasets?limit=20`)),
    kind('row by JSON', 200, LOOK_EVERY_MS, () => post(predict, rows, json)),
  ];
}

export const part: Part = {
  about: `A crowd: ${CLIENTS} clients that upload, err, predict, look around and train, all at once and each without a pause, but for those that look around and predict a row, ${1000 / LOOK_EVERY_MS} times a second. Who is told to come again later does so; anything else unexpected ends the measurement. A light route is also asked with nobody else there.`,
  async run({ quick }): Promise<Measured> {
    const [rounds, seconds] = quick ? [1, 5] : [3, 60];
    await using root = await storageRoot();
    // The model that is predicted with must outlive those that are trained meanwhile.
    await using service = await startService(root.path, { MAX_MODEL_ARTIFACTS: '0' });
    const agent = new Agent({ keepAlive: true });
    try {
      const kinds = await kindsOf(service, agent);
      const alone: Round[] = [];
      const crowds: Round[] = [];
      for (let i = 0; i < rounds; i++) {
        const [quiet, crowd] = [new Round(), new Round()];
        const light = kinds.filter(({ name }) => name === LIGHT);
        const quietEnd = performance.now() + (seconds / 5) * 1000;
        await Promise.all(light.map((kind) => quiet.ask(kind, quietEnd)));
        const end = performance.now() + seconds * 1000;
        await Promise.all(
          Array.from({ length: CLIENTS }, (_, client) => crowd.ask(kinds[client % kinds.length]!, end)),
        );
        alone.push(quiet);
        crowds.push(crowd);
      }
      const at = (all: readonly Round[], name: string, share: number) =>
        all.map((round) => quantile(round.times(name), share));
      const figures: Series[] = [...new Set(kinds.map(({ name }) => name))].flatMap((name): Series[] => {
        const aims: { answers?: Aim; p99?: Aim } =
          name === LIGHT
            ? { p99: { atMost: 100 } }
            : name === 'upload of 9 kB'
              ? { answers: { atLeast: 20 } }
              : {};
        const answers = crowds.map((round) => round.times(name).length / seconds);
        return [
          {
            name: `${name}, answers`,
            unit: '/s',
            values: answers,
            ...(aims.answers && { aim: aims.answers }),
          },
          { name: `${name} p50`, unit: 'ms', values: at(crowds, name, 0.5) },
          {
            name: `${name} p99`,
            unit: 'ms',
            values: at(crowds, name, 0.99),
            ...(aims.p99 && { aim: aims.p99 }),
          },
        ];
      });
      return {
        figures: [
          ...figures,
          {
            name: 'longest wait, training apart',
            unit: 'ms',
            values: crowds.map(({ longestMs }) => longestMs),
            aim: { atMost: LONGEST_WAIT_MS },
          },
          { name: 'told to come later', unit: '/s', values: crowds.map((r) => r.turnedAway / seconds) },
        ],
        ratios: [
          {
            name: 'light route p50, in a crowd / alone',
            better: 'lower',
            values: over(at(crowds, LIGHT, 0.5), at(alone, LIGHT, 0.5)),
          },
        ],
      };
    } finally {
      agent.destroy();
    }
  },
};
