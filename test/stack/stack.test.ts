import { once } from 'node:events';
import { appendFile, copyFile, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Run } from '../support/client.ts';
import { noisyTable } from '../support/noisy-table.ts';
import { takeTour } from '../support/tour.ts';
import { provideImages, startEngine, whyNoEngine } from './engine.ts';
import { createStack, type Stack } from './stack.ts';
import { imagesByTarget } from './stack-files.ts';
import { printTimes, timed } from './times.ts';

const reason = await whyNoEngine();
const skipped = reason !== undefined && process.env['REQUIRE_ALL'] !== '1';
if (skipped) console.log(`The stack's tests are skipped, for there is no engine: ${reason}`);

const SERVICE = ['backend', 'postgres', 'worker'];
const TRACING = ['loki', 'tempo'];
const WHOLE = ['alertmanager', 'backend', 'grafana', 'postgres', 'prometheus', 'worker'];

describe.skipIf(skipped)('the stack in Docker, from a clone under umask 077 in a path with a space', () => {
  const resources = new AsyncDisposableStack();
  afterAll(async () => {
    await timed('everything ended', () => resources.disposeAsync());
    printTimes();
  });

  let stack: Stack;
  beforeAll(async () => {
    if (reason !== undefined) throw new Error(`no engine: ${reason}`);
    const engine = resources.use(await timed('engine up', startEngine));
    await timed('images there', () => provideImages(engine));
    stack = resources.use(await createStack(engine));
  });

  const only = async (service: string) => {
    const [container, ...others] = await stack.containers(service);
    expect(others).toEqual([]);
    return container as string;
  };
  const unhealthy = async () => {
    const all = await stack.containers();
    const states = await Promise.all(all.map((container) => stack.health(container)));
    return states.filter(({ Status }) => Status !== 'healthy');
  };

  const failing = (container: string) =>
    eventually(async () => (await stack.health(container)).FailingStreak > 0);
  const recovered = (container: string) =>
    eventually(async () => {
      const { Status, FailingStreak } = await stack.health(container);
      return Status === 'healthy' && FailingStreak === 0;
    });

  test('asks for the key and the passwords in words when they are not set', async () => {
    const secrets = { AUTH__ADMIN_KEY: 'a', POSTGRES_PASSWORD: 'b', GRAFANA_ADMIN_PASSWORD: 'c' };
    for (const secret of Object.keys(secrets))
      await expect(stack.config({ ...secrets, [secret]: '' })).rejects.toThrow(
        new RegExp(`${secret}.*copy \\.env\\.example to \\.env and set it, or use \\./run\\.sh up`),
      );
    // And complains of nothing when they are.
    expect(await stack.config(secrets)).toContain('mlops-backend');
  });

  test('./run.sh up: every service healthy, with secrets of its own', async () => {
    const output = await timed('./run.sh up, first time: built and healthy', () => stack.runSh(['up']));
    expect(output).toContain(`${stack.origin}/api/docs`);
    expect(await stack.services()).toEqual(WHOLE);
    expect(await unhealthy()).toEqual([]);
    expect((await stat(join(stack.root, '.env'))).mode & 0o777).toBe(0o600);
    expect(await stack.setting('AUTH__ADMIN_KEY')).toMatch(/^[0-9a-f]{36}$/);
  });

  test('the tour, with the key; without it nothing', async () => {
    const refused = await fetch(`${stack.origin}/api/ml/v1/datasets`);
    expect(refused.status).toBe(401);
    const key = await stack.setting('AUTH__ADMIN_KEY');
    const said = await timed('the tour: upload, train, predict', () => takeTour(stack.origin, key));
    expect(said).toContain('"rows":133,"columns":14');
    expect(said).toContain('"status":"succeeded"');
    expect(said).toContain('"predictions":["0"]');
    expect(said).toContain('mlops_backend_dataset_uploads_total{mode="light"} 1');
  });

  test('Prometheus scrapes every service, and has seen the tour', async () => {
    await timed('all scraped, the tour counted', async () => {
      await eventually(async () => (await stack.query('count(up == 1)'))[0] === 5);
      const trained = 'sum(mlops_backend_training_runs_total{job="worker", outcome="success"})';
      await eventually(async () => (await stack.query(trained))[0] === 1);
    });
    // 2g for the API; 6g for the worker, of which its trainer may take 4.
    expect(await stack.query('process_memory_limit_bytes')).toEqual([2 ** 31, 2 ** 31]);
    expect(await stack.query('prometheus_notifications_alertmanagers_discovered')).toEqual([1]);
    expect(await stack.query('prometheus_config_last_reload_successful')).toEqual([1]);
  });

  test('./run.sh up again changes nothing', async () => {
    const before = await stack.containers();
    await timed('./run.sh up, again', () => stack.runSh(['up']));
    expect(new Set(await stack.containers())).toEqual(new Set(before));
  });

  /** The services whose container the action replaces. */
  async function startedAnew(action: () => Promise<unknown>): Promise<readonly string[]> {
    const before = await Promise.all(WHOLE.map(only));
    await action();
    const after = await Promise.all(WHOLE.map(only));
    return WHOLE.filter((_, index) => before[index] !== after[index]);
  }

  test('./run.sh up after a change of .env: what it concerns starts anew, with the values as they are quoted', async () => {
    const channel = '#on-call of $team';
    const lines = [`ALERT_SLACK_CHANNEL='${channel}'`, 'BACKEND_MEMORY="1g" # enough'];
    await appendFile(join(stack.root, '.env'), lines.map((line) => `${line}\r\n`).join(''));
    const changed = await startedAnew(() => timed('./run.sh up, .env changed', () => stack.runSh(['up'])));
    expect(changed).toEqual(['alertmanager', 'backend']);
    const value = await stack.docker('exec', await only('alertmanager'), 'printenv', 'ALERT_SLACK_CHANNEL');
    expect(value).toBe(channel);
    // The alert on memory compares with it.
    const metrics = await (await fetch(`${stack.origin}/metrics`)).text();
    expect(metrics).toMatch(/^process_memory_limit_bytes(\{.*\})? 1073741824$/m);
  });

  test('./run.sh up after a change of a rule: what has the rules starts anew, and Prometheus reads it', async () => {
    const file = join(stack.root, 'infra/monitoring/prometheus/rules/service.yml');
    const rules = await readFile(file, 'utf8');
    await writeFile(file, rules.replace('alert: TargetDown', 'alert: ChangedByAPull'));
    const changed = await startedAnew(() => timed('./run.sh up, a rule changed', () => stack.runSh(['up'])));
    // The service shows them too: they are in its image.
    expect(changed).toEqual(WHOLE.filter((service) => service !== 'postgres'));
    const config = ['exec', await only('prometheus'), 'cat', '/tmp/config/rules/service.yml'];
    expect(await stack.docker(...config)).toContain('alert: ChangedByAPull');
    await writeFile(file, rules);
  });

  test('restarted, each container comes back', async () => {
    const all = await Promise.all(WHOLE.map(only));
    await timed('every container restarted', async () => {
      await stack.docker('restart', ...all);
      await Promise.all(all.map(recovered));
    });
  });

  describe('health checks', () => {
    /** To every process of a container: its first one, which only the engine can stop, and those beneath it. */
    const signal = async (name: 'STOP' | 'CONT', container: string) => {
      await stack.docker('kill', '--signal', name, container);
      await stack.docker('exec', container, 'sh', '-c', `kill -${name} -1 2>/dev/null || true`);
    };

    async function frozen(service: string, action: () => Promise<void>): Promise<void> {
      const container = await only(service);
      await signal('STOP', container);
      try {
        await action();
      } finally {
        await signal('CONT', container);
      }
    }

    test('postgres hangs: its own fails, and those of backend and worker, which need it', async () => {
      const all = await Promise.all(SERVICE.map(only));
      await frozen('postgres', async () => void (await Promise.all(all.map(failing))));
      await Promise.all(all.map(recovered));
    });

    test.concurrent.for(WHOLE.filter((service) => service !== 'postgres'))(
      '%s hangs: its own fails',
      async (service) => {
        const container = await only(service);
        await frozen(service, async () => void (await failing(container)));
        await recovered(container);
      },
    );
  });

  test('./run.sh says what is wrong: a port that is taken, a stack of another checkout, a lost password', async () => {
    await using squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const PROMETHEUS_PORT = String((squatter.address() as AddressInfo).port);
    await expect(stack.runSh(['up'], { PROMETHEUS_PORT })).rejects.toThrow(
      new RegExp(
        `${PROMETHEUS_PORT}.* (in use|allocated)[\\s\\S]*A port that is taken can be another one in \\.env`,
      ),
    );
    // Mended by another one.
    await timed('./run.sh up, after a port that was taken', () => stack.runSh(['up']));
    expect(await unhealthy()).toEqual([]);

    const other = await mkdtemp(join(tmpdir(), 'mlops-other-'));
    await copyFile(join(stack.root, 'run.sh'), join(other, 'run.sh'));
    for (const command of ['up', 'down'])
      await expect(stack.runSh([command], {}, other)).rejects.toThrow(
        `runs from ${stack.root}. Stop it there`,
      );
    await rm(other, { recursive: true });

    const [env, kept] = [join(stack.root, '.env'), join(stack.root, '.env.kept')];
    await rename(env, kept);
    await expect(stack.runSh(['up'])).rejects.toThrow(
      /_postgres was made with a POSTGRES_PASSWORD that \.env no/,
    );
    await rename(kept, env);
  });

  test('down, then up: the data are still there', async () => {
    const api = await stack.api();
    const known = await api.json(await api.call('/artifacts'));
    await timed('./run.sh down', () => stack.runSh(['down']));
    expect(await stack.containers()).toEqual([]);
    await stack.runSh(['down']);
    await timed('./run.sh up, after down', () => stack.runSh(['up']));
    expect(await api.json(await api.call('/artifacts'))).toEqual(known);
    const [{ id }] = (known as { items: [{ id: string }] }).items;
    const table = await readFile(new URL('../data/wine_test.csv', import.meta.url));
    const predicted = await api.call(`/artifacts/${id}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: table,
    });
    expect(predicted.status).toBe(200);
    expect(
      await stack.query('max_over_time(mlops_backend_training_runs_total{outcome="success"}[1h])'),
    ).toContain(1);
  });

  test('--scale worker=3: they share the queue, and the run of a killed one is made again', async () => {
    const api = await stack.api();
    await timed('./run.sh up --scale worker=3', () => stack.runSh(['up', '--scale', 'worker=3']));
    const workers = await stack.containers('worker');
    expect(workers).toHaveLength(3);
    const { dataset_id } = await api.upload('noise.csv', noisyTable({ rows: 2000, columns: 20 }), 'heavy');
    const runs = await Promise.all(
      workers.map(async () => {
        const answer = await api.post('/training-runs', { dataset_id, mode: 'heavy' });
        return (await api.json<Run>(answer)).id;
      }),
    );
    // Beside the one that stands by.
    const trains = async (worker: string) =>
      (await stack.docker('top', worker)).split('trainer.child').length > 2;
    await eventually(async () => (await Promise.all(workers.map(trains))).every(Boolean));
    await stack.docker('kill', workers[0] as string);
    const ended = await timed('three heavy runs, one of them made again after its worker was killed', () =>
      Promise.all(runs.map(api.ended)),
    );
    expect(ended.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(ended.map((run) => run['attempt']).toSorted()).toEqual([1, 1, 2]);
  });

  test('./run.sh dev: a changed file is served', async () => {
    await timed('./run.sh dev', () => stack.runSh(['dev']));
    expect(await stack.containers('worker')).toHaveLength(1);
    const file = join(stack.root, 'src/http/routes/docs.ts');
    const page = async () => (await fetch(`${stack.origin}/api/docs`)).text();
    expect(await page()).toContain('<title>mlops-backend API</title>');
    await writeFile(file, (await readFile(file, 'utf8')).replace('<title>mlops-backend', '<title>changed'));
    await timed('a changed file is served', () =>
      eventually(async () => (await page().catch(() => '')).includes('<title>changed API')),
    );
  });

  describe('the profile tracing', () => {
    /** What a service of the stack answers to another one. */
    const asked = async (url: string, init: RequestInit = {}) => {
      const ask = `fetch(process.argv[1], JSON.parse(process.argv[2])).then(async (answer) =>
        console.log(JSON.stringify({ status: answer.status, text: await answer.text() })))`;
      const args = ['exec', await only('backend'), 'node', '--eval', ask, url, JSON.stringify(init)];
      return JSON.parse(await stack.docker(...args)) as { status: number; text: string };
    };
    const writable = async () =>
      (await asked('http://prometheus:9090/api/v1/write', { method: 'POST' })).status !== 404;
    const dataSources = async () => {
      const login = `admin:${await stack.setting('GRAFANA_ADMIN_PASSWORD')}`;
      const headers = { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
      const { text } = await asked('http://grafana:3000/api/datasources', { headers });
      return (JSON.parse(text) as { uid: string }[]).map(({ uid }) => uid).sort();
    };

    test('is off: nobody may write to Prometheus, and no data source leads nowhere', async () => {
      expect(await writable()).toBe(false);
      expect(await dataSources()).toEqual(['alertmanager', 'prometheus']);
    });

    test('is on: traces and logs arrive, and all that belongs to them is there', async () => {
      const output = await timed('./run.sh up with Tempo and Loki', () =>
        stack.runSh(['up'], { COMPOSE_PROFILES: 'monitoring,tracing' }),
      );
      expect(output).toContain('Traces, logs');
      expect(await stack.services()).toEqual([...WHOLE, ...TRACING].sort());
      expect(await unhealthy()).toEqual([]);
      expect(await writable()).toBe(true);
      expect(await dataSources()).toEqual(['alertmanager', 'loki', 'prometheus', 'tempo']);

      const api = await stack.api();
      await api.upload('traced.csv', 'a,b,target\n1,2,0\n2,3,1\n3,4,0\n');
      await timed('traces and logs there', async () => {
        const traces = `http://tempo:3200/api/search?q=${encodeURIComponent('{resource.service.name="mlops-backend"}')}`;
        const logs = `http://loki:3100/loki/api/v1/query_range?query=${encodeURIComponent('{service_name="mlops-backend"}')}`;
        await eventually(async () => JSON.parse((await asked(traces)).text).traces.length > 0);
        await eventually(async () => JSON.parse((await asked(logs)).text).data.result.length > 0);
      });
      await eventually(async () => (await stack.query('count(up{job=~"tempo|loki"} == 1)'))[0] === 2);
    });

    test.concurrent.for(TRACING)('%s hangs: its own health check fails', async (service) => {
      const container = await only(service);
      await stack.docker('kill', '--signal', 'STOP', container);
      try {
        await failing(container);
      } finally {
        await stack.docker('kill', '--signal', 'CONT', container);
      }
      await recovered(container);
    });
  });

  test('without the monitoring profile: the service alone', async () => {
    await stack.runSh(['down']);
    const output = await timed('./run.sh up without monitoring', () =>
      stack.runSh(['up'], { COMPOSE_PROFILES: '' }),
    );
    expect(output).not.toContain('Grafana');
    expect(await stack.services()).toEqual(SERVICE);
  });

  test('DATABASE_URL: on that server, without a PostgreSQL of the stack; OTEL_*: traces reach a hosted backend', async () => {
    const url = 'postgres://mlops:elsewhere@elsewhere:5432/mlops';
    const environment = ['POSTGRES_USER=mlops', 'POSTGRES_DB=mlops', 'POSTGRES_PASSWORD=elsewhere'];
    const elsewhere = await stack.docker(
      ...['run', '--detach', '--network', stack.network, '--network-alias', 'elsewhere'],
      ...environment.flatMap((one) => ['--env', one]),
      imagesByTarget()['postgres'] as string,
    );
    const gateway = await stack.docker(
      ...['network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', stack.network],
    );
    const collector = createServer().listen(0, gateway);
    await once(collector, 'listening');
    const received = new Map<string, string>();
    collector.on('request', (request, answer) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        if (request.headers.authorization === 'Bearer hosted') received.set(request.url ?? '', body);
        answer.setHeader('content-type', 'application/json').end('{}');
      });
    });
    try {
      await stack.runSh(['down']);
      await timed('./run.sh up with DATABASE_URL', () =>
        stack.runSh(['up'], {
          COMPOSE_PROFILES: '',
          DATABASE_URL: url,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://${gateway}:${(collector.address() as AddressInfo).port}`,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
          OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hosted',
          OTEL_SERVICE_NAME: 'renamed',
          OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
        }),
      );
      expect(await stack.services()).toEqual(['backend', 'worker']);
      const api = await stack.api();
      // Another database: nothing of the tour is there.
      expect(await api.json(await api.call('/datasets'))).toMatchObject({ items: [] });
      const traces = await eventually(async () => received.get('/v1/traces'));
      expect(traces).toContain('"renamed"');
      expect(traces).toContain('"deployment.environment.name"');
    } finally {
      collector.close();
      await stack.docker('rm', '--force', '--volumes', elsewhere);
    }
  });
});
