import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { childrenOf } from '../support/children.ts';
import { eventually } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { hasProgram } from '../support/programs.ts';
import { createCheckout } from './checkout.ts';
import { temporaryFolder } from './temporary-folder.ts';

const says = (text: string | RegExp) =>
  typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text);

describe('run.sh installs', () => {
  test('once: a second start finds its packages, a changed lock file installs again', async () => {
    await using folder = await temporaryFolder();
    const { root, run, installations } = await createCheckout(folder.path);
    expect(await run(['exec', 'node', '-p', '6 * 7']).ended).toMatchObject({ code: 0, output: says('42') });
    expect(await installations()).toBe(1);
    await run(['exec', 'node', '-p', '1']).ended;
    expect(await installations()).toBe(1);
    await writeFile(join(root, 'package-lock.json'), '{ "changed": true }');
    await run(['exec', 'node', '-p', '1']).ended;
    expect(await installations()).toBe(2);
  });

  test('again after an installation that failed, and says that it failed', async () => {
    await using folder = await temporaryFolder();
    const { run, program } = await createCheckout(folder.path);
    await program('npm', 'mkdir -p node_modules; echo "no route to host" >&2; exit 3');
    for (const _ of ['first', 'second'])
      expect(await run(['exec', 'node', '-p', '1']).ended).toMatchObject({
        code: 1,
        output: says(/no route to host[\s\S]*npm ci failed \(exit code 3\)/),
      });
  });

  test('a newer Node where the machine’s own is older than the service needs, and uses it', async () => {
    await using folder = await temporaryFolder();
    const { run, link, program } = await createCheckout(folder.path);
    await link('real-node', process.execPath);
    await program('node', 'case $* in *versions.node.split*) echo 20 ;; *) exec real-node "$@" ;; esac');
    await program(
      'npm',
      `mkdir -p node_modules/node/bin && cd node_modules/node/bin
       printf '#!/bin/bash\\n[ "$1" = -p ] && echo 1 || echo the newer one\\n' >node && chmod +x node`,
    );
    expect(await run(['exec', 'node']).ended).toMatchObject({ code: 0, output: says('the newer one') });
  });

  test('nothing under a Node that is too old, and says which one is needed', async () => {
    await using folder = await temporaryFolder();
    const { run, program, installations } = await createCheckout(folder.path);
    await program('node', 'if [ "$1" = --version ]; then echo v18.20.0; else echo 18; fi');
    expect(await run(['exec', 'true']).ended).toMatchObject({
      code: 1,
      output: says('Node v18.20.0 is too old: 20 or newer is needed'),
    });
    expect(await installations()).toBe(0);
  });

  test('nothing without Node, and says how to get it', async () => {
    await using folder = await temporaryFolder();
    const { run, remove } = await createCheckout(folder.path);
    await remove('node');
    expect(await run([]).ended).toMatchObject({ code: 1, output: says('Node.js is missing. Install') });
  });
});

describe('run.sh starts the service', () => {
  test('as itself: it prints the addresses, a signal reaches the service, and its exit code is passed on', async () => {
    await using folder = await temporaryFolder();
    const { run } = await createCheckout(folder.path);
    const port = await freePort();
    const service = run([], { PORT: String(port) });
    await eventually(async () => service.output().includes('listening'));
    expect(service.output()).toContain(`http://127.0.0.1:${port}/api/docs`);
    expect(service.output()).toContain(`http://127.0.0.1:${port}/metrics`);
    service.process.kill('SIGTERM');
    expect((await service.ended).code).toBe(7);
  });

  test('and announces nothing while the port is somebody else’s', async () => {
    await using folder = await temporaryFolder();
    const { run } = await createCheckout(folder.path);
    const port = await freePort();
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    const { output } = await run([], { PORT: String(port) }).ended;
    squatter.close();
    expect(output).toContain('EADDRINUSE');
    expect(output).not.toContain('http://');
  });

  test('without a child that nobody waits for, when nothing is to watch it', async () => {
    await using folder = await temporaryFolder();
    const { run } = await createCheckout(folder.path);
    const service = run([], { PORT: String(await freePort()), NATIVE_MONITORING: 'off' });
    await eventually(async () => service.output().includes('listening'));
    expect(await childrenOf(service.process.pid as number)).toEqual([]);
    service.process.kill('SIGTERM');
    await service.ended;
  });

  test('on the port that .env names, unless the environment names another', async () => {
    await using folder = await temporaryFolder();
    const { root, run } = await createCheckout(folder.path);
    const [fromFile, fromEnvironment] = [await freePort(), await freePort()];
    await writeFile(join(root, '.env'), `PORT="${fromFile}" # quoted\nHOST=127.0.0.1\n`);
    for (const [settings, port] of [
      [{}, fromFile],
      [{ PORT: String(fromEnvironment) }, fromEnvironment],
    ] as const) {
      const service = run([], settings);
      await eventually(async () => service.output().includes('listening'));
      expect(service.output()).toContain(`http://127.0.0.1:${port}/api/docs`);
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('stand_in 1\n');
      service.process.kill('SIGTERM');
      await service.ended;
    }
  });
});

const monitoring = hasProgram('prometheus') && hasProgram('prometheus-alertmanager');
describe.skipIf(!monitoring)('beside it (programs: prometheus, prometheus-alertmanager)', () => {
  async function monitoredCheckout(folder: string) {
    const checkout = await createCheckout(folder);
    await checkout.link('prometheus');
    await checkout.link('prometheus-alertmanager');
    const ports = { service: await freePort(), prometheus: await freePort(), alertmanager: await freePort() };
    const settings = {
      NATIVE_MONITORING: 'true',
      PORT: String(ports.service),
      PROMETHEUS_PORT: String(ports.prometheus),
      ALERTMANAGER_PORT: String(ports.alertmanager),
    };
    return { ...checkout, ports, settings };
  }

  const answers = (port: number) =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );

  test('Prometheus scrapes it and holds the rules; both programs end with it, even when it is killed', async () => {
    await using folder = await temporaryFolder();
    const { run, ports, settings } = await monitoredCheckout(folder.path);
    const service = run([], { ...settings, PROMETHEUS__METRIC_NAMESPACE: 'shop' });
    await eventually(async () => (await answers(ports.prometheus)) && (await answers(ports.alertmanager)));
    const api = async (path: string) =>
      (await (await fetch(`http://127.0.0.1:${ports.prometheus}/api/v1/${path}`)).json()) as {
        data: {
          groups: { rules: { name: string; query: string; annotations?: Record<string, string> }[] }[];
          activeTargets: { labels: object }[];
        };
      };
    const rules = (await api('rules')).data.groups.flatMap((group) => group.rules);
    const queries = rules.map(({ query }) => query);
    expect(queries.length).toBeGreaterThan(40);
    // They ask for what this service exports.
    expect(queries.filter((query) => query.includes('mlops_backend_'))).toEqual([]);
    expect(queries.some((query) => query.includes('shop_backend_training_slots'))).toBe(true);
    // Where there is no Grafana, their links lead to what the service itself shows.
    const origin = `http://127.0.0.1:${ports.service}`;
    const alert = rules.find(({ name }) => name === 'TargetDown');
    expect(alert?.annotations).toMatchObject({
      runbook_url: `${origin}/api/runbooks/TargetDown`,
      dashboard_url: `${origin}/#/service`,
    });
    expect(service.output()).toContain(`knows an Alertmanager at http://127.0.0.1:${ports.alertmanager}`);
    const targets = await eventually(async () => {
      const { activeTargets } = (await api('targets')).data;
      return activeTargets.length > 0 && activeTargets;
    });
    expect(targets.map(({ labels }) => labels)).toContainEqual({
      job: 'backend',
      instance: `127.0.0.1:${ports.service}`,
    });
    service.process.kill('SIGKILL');
    // The pipes close when the last process that holds them is gone.
    const { output } = await service.ended;
    expect(output).toContain(`http://127.0.0.1:${ports.prometheus}`);
    expect(output).toContain(`http://127.0.0.1:${ports.alertmanager}`);
    expect([await answers(ports.prometheus), await answers(ports.alertmanager)]).toEqual([false, false]);
  });

  test('a port that is taken is named, and the service runs all the same', async () => {
    await using folder = await temporaryFolder();
    const { run, ports, settings } = await monitoredCheckout(folder.path);
    const squatter = createServer().listen(ports.prometheus, '127.0.0.1');
    await once(squatter, 'listening');
    const service = run([], settings);
    await eventually(async () => service.output().includes('listening'));
    await eventually(async () => service.output().includes(`not started: port ${ports.prometheus} is taken`));
    service.process.kill('SIGTERM');
    expect((await service.ended).code).toBe(7);
    squatter.close();
  });

  test('leaves the service no child that nobody waits for, when there was nothing to start', async () => {
    await using folder = await temporaryFolder();
    const { run, ports, settings } = await monitoredCheckout(folder.path);
    await using squatter = createServer().listen(ports.prometheus, '127.0.0.1');
    await once(squatter, 'listening');
    const service = run([], { ...settings, ALERTMANAGER_PORT: String(ports.prometheus) });
    for (const title of ['Prometheus', 'Alertmanager'])
      await eventually(async () => new RegExp(`${title} +not started`).test(service.output()));
    expect(await childrenOf(service.process.pid as number)).toEqual([]);
    service.process.kill('SIGTERM');
    await service.ended;
  });
});

describe('run.sh', () => {
  test.each([
    ['Docker is missing', ''],
    ["Docker has no 'compose' command", 'exit 1'],
    ['compose plugin 2\\.19\\.1 is too old: 2\\.20 or newer is needed', 'echo 2.19.1'],
    [
      'its engine does not answer \\(permission denied\\)\\.',
      '[ "$1" != info ] || { printf "permission denied\\nno more\\n" >&2; exit 1; }',
    ],
  ])('says what to do when %s', async (sentence, docker) => {
    await using folder = await temporaryFolder();
    const { run, program } = await createCheckout(folder.path);
    if (docker !== '') await program('docker', docker);
    expect(await run(['up']).ended).toMatchObject({
      code: 1,
      output: says(new RegExp(`${sentence}.*Without Docker, \\./run\\.sh starts the service`)),
    });
  });

  test('brings the stack up with secrets of its own, which a second time stay the same', async () => {
    await using folder = await temporaryFolder();
    const { root, run, program, link } = await createCheckout(folder.path);
    await link('od');
    await link('tr');
    await program('docker', `[ "$1" != compose ] || echo "docker $*" >> '${folder.path}/docker'`);
    const { code, output } = await run(['up']).ended;
    expect({ code, output }).toMatchObject({ code: 0, output: says('http://127.0.0.1:3001') });
    const env = await readFile(join(root, '.env'), 'utf8');
    for (const secret of ['AUTH__ADMIN_KEY', 'GRAFANA_ADMIN_PASSWORD', 'POSTGRES_PASSWORD'])
      expect(env).toMatch(new RegExp(`^${secret}=[0-9a-f]{36}$`, 'm'));
    expect((await stat(join(root, '.env'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder.path, 'docker'), 'utf8')).toContain('up --detach --build --wait');
    await run(['up']).ended;
    expect(await readFile(join(root, '.env'), 'utf8')).toBe(env);
  });

  test('fills in the secrets that an .env lacks, and leaves the rest of it as it is', async () => {
    await using folder = await temporaryFolder();
    const { root, run, program, link } = await createCheckout(folder.path);
    await link('od');
    await link('tr');
    await program('docker', 'true');
    await writeFile(join(root, '.env'), 'PORT=9000\nAUTH__ADMIN_KEY=\nPOSTGRES_PASSWORD="mine"\n');
    await run(['up']).ended;
    expect(await readFile(join(root, '.env'), 'utf8')).toMatch(
      /^PORT=9000\nAUTH__ADMIN_KEY=[0-9a-f]{36}\nPOSTGRES_PASSWORD="mine"\nGRAFANA_ADMIN_PASSWORD=[0-9a-f]{36}\n$/,
    );
  });

  test.each([
    'POSTGRES_PASSWORD="mine"',
    'export POSTGRES_PASSWORD=mine',
    'POSTGRES_PASSWORD = mine # since the first start',
    "POSTGRES_PASSWORD='mine'\r",
    'POSTGRES_PASSWORD=\nPOSTGRES_PASSWORD=mine',
  ])(
    'leaves a secret that .env has as %j as it is, also where the environment has an empty one',
    async (line) => {
      await using folder = await temporaryFolder();
      const { root, run, program } = await createCheckout(folder.path);
      await program('docker', 'true');
      const env = `AUTH__ADMIN_KEY=mine\r\n${line}\nGRAFANA_ADMIN_PASSWORD='#mine'\n`;
      await writeFile(join(root, '.env'), env);
      expect(await run(['up'], { POSTGRES_PASSWORD: '', AUTH__ADMIN_KEY: '' }).ended).toMatchObject({
        code: 0,
      });
      expect(await readFile(join(root, '.env'), 'utf8')).toBe(env);
    },
  );

  test('refuses a password that would break the address of its database', async () => {
    await using folder = await temporaryFolder();
    const { root, run, program, link } = await createCheckout(folder.path);
    await link('od');
    await link('tr');
    await program('docker', 'true');
    for (const password of ['a/b', 'a@b', 'a b', 'a"b', 'a]b', 'a%b']) {
      await writeFile(join(root, '.env'), `POSTGRES_PASSWORD='${password}'\n`);
      expect(await run(['up']).ended, password).toMatchObject({
        code: 1,
        output: says('letters and digits only'),
      });
    }
    await writeFile(join(root, '.env'), "POSTGRES_PASSWORD='a-b$c'\n");
    expect(await run(['up']).ended).toMatchObject({ code: 0 });
  });

  test('makes no new password for a database that has one', async () => {
    await using folder = await temporaryFolder();
    const { root, run, program, link } = await createCheckout(folder.path);
    await link('od');
    await link('tr');
    await program('docker', '[ "$1" != volume ] || echo mlops-backend_postgres');
    for (const _ of ['first', 'second'])
      expect(await run(['up']).ended).toMatchObject({
        code: 1,
        output: says('The database in the volume mlops-backend_postgres was made with a POSTGRES_PASSWORD'),
      });
    expect(await readFile(join(root, '.env'), 'utf8')).toMatch(/^POSTGRES_PASSWORD=$/m);
    expect(await run(['up'], { DATABASE_URL: 'postgres://there/db' }).ended).toMatchObject({ code: 0 });
  });

  test('leaves the stack of another checkout alone, and says how to have one beside it', async () => {
    await using folder = await temporaryFolder();
    const { root, run, program, link } = await createCheckout(folder.path);
    await link('od');
    await link('tr');
    const running = async (where: string, name: string) =>
      program('docker', `[ "$1" != ps ] || case $* in *compose.project=${name}\\ *) echo '${where}' ;; esac`);
    await running(folder.path, 'mlops-backend');
    for (const command of ['up', 'down'])
      expect(await run([command]).ended).toMatchObject({
        code: 1,
        output: says(new RegExp(`mlops-backend runs from ${folder.path}\\..*COMPOSE_PROJECT_NAME, PORT`)),
      });
    expect(await run(['up'], { COMPOSE_PROJECT_NAME: 'second' }).ended).toMatchObject({ code: 0 });
    // Its own, and one whose folder has been moved.
    for (const where of [root, '/moved/away']) {
      await running(where, 'mlops-backend');
      expect(await run(['down']).ended).toMatchObject({ code: 0 });
    }
  });

  test('stops a stack whose .env is gone', async () => {
    await using folder = await temporaryFolder();
    const { run, program } = await createCheckout(folder.path);
    await program(
      'docker',
      'case $* in *down*) [ "$AUTH__ADMIN_KEY$POSTGRES_PASSWORD$GRAFANA_ADMIN_PASSWORD" = nonenonenone ] ;; esac',
    );
    expect(await run(['down']).ended).toMatchObject({ code: 0 });
  });

  test('says where to look when compose does not bring the stack up', async () => {
    await using folder = await temporaryFolder();
    const { run, program, link } = await createCheckout(folder.path);
    await link('od');
    await link('tr');
    await program(
      'docker',
      'case $* in *" up "*) echo "9090: port is already allocated" >&2; exit 1 ;; esac',
    );
    expect(await run(['up']).ended).toMatchObject({
      code: 1,
      output: says(/already allocated[\s\S]*\.\/run\.sh logs\. A port that is taken .* PROMETHEUS_PORT/),
    });
  });

  test.each([
    ['with a PostgreSQL of its own', 'COMPOSE_PROFILES="monitoring" # all', {}, 'monitoring,postgres'],
    ['without the monitoring', 'COMPOSE_PROFILES=', {}, ',postgres'],
    ['without it for once', 'COMPOSE_PROFILES=monitoring', { COMPOSE_PROFILES: '' }, ',postgres'],
    ['on another server', 'COMPOSE_PROFILES=monitoring\nDATABASE_URL=postgres://there/db', {}, 'monitoring'],
  ])('brings the stack up %s', async (_, env, settings, profiles) => {
    await using folder = await temporaryFolder();
    const { root, run, program, link } = await createCheckout(folder.path);
    await link('od');
    await link('tr');
    await program('docker', `[ "$1" != compose ] || echo "$COMPOSE_PROFILES: $*" >> '${folder.path}/docker'`);
    await writeFile(join(root, '.env'), `${env}\n`);
    expect(await run(['up', '--scale', 'worker=3'], settings).ended).toMatchObject({ code: 0 });
    const calls = (await readFile(join(folder.path, 'docker'), 'utf8')).trim().split('\n');
    expect(calls.at(-1)).toMatch(new RegExp(`^${profiles}: compose .* up --detach .* --scale worker=3$`));
  });

  const TEMPO = 'http://tempo:4318/v1/traces';
  const LOKI = 'http://loki:3100/otlp/v1/logs';
  const THERE = 'http://there:4318';
  test.each([
    ['to its own Tempo and Loki, with the profile', '', {}, [TEMPO, LOKI]],
    ['nowhere, without it', '', { COMPOSE_PROFILES: 'monitoring' }, ['', '']],
    ['where .env says', `OTEL_EXPORTER_OTLP_ENDPOINT=${THERE}`, {}, ['', '']],
    ['where the environment says', '', { OTEL_EXPORTER_OTLP_ENDPOINT: THERE }, ['', '']],
    ['where .env says of one of them', `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${THERE}`, {}, ['', LOKI]],
    [
      'where the environment says of one of them',
      '',
      { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: THERE },
      [TEMPO, THERE],
    ],
  ])('has the stack send traces and logs %s', async (_, env, settings, endpoints) => {
    await using folder = await temporaryFolder();
    const { root, run, program, link } = await createCheckout(folder.path);
    await link('od');
    await link('tr');
    // What .env has needs no help: compose hands it on.
    const said = '$OTEL_EXPORTER_OTLP_TRACES_ENDPOINT $OTEL_EXPORTER_OTLP_LOGS_ENDPOINT';
    await program('docker', `[ "$4" != up ] || echo "${said}" >'${folder.path}/sent'`);
    await writeFile(join(root, '.env'), `COMPOSE_PROFILES=monitoring,tracing\n${env}\n`);
    expect(await run(['up'], settings).ended).toMatchObject({ code: 0 });
    expect((await readFile(join(folder.path, 'sent'), 'utf8')).trimEnd()).toBe(endpoints.join(' ').trimEnd());
  });

  test('lets containers read the configuration of a clone under umask 077', async () => {
    await using folder = await temporaryFolder();
    const { root, run, program, link } = await createCheckout(folder.path);
    await link('od');
    await link('tr');
    await program('docker', 'true');
    await mkdir(join(root, 'infra/closed'), { mode: 0o700 });
    await writeFile(join(root, 'infra/closed/file'), '', { mode: 0o600 });
    await run(['up']).ended;
    expect((await stat(join(root, 'infra/closed'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(root, 'infra/closed/file'))).mode & 0o777).toBe(0o644);
  });

  test('explains itself, and refuses a command that it does not know', async () => {
    await using folder = await temporaryFolder();
    const { run } = await createCheckout(folder.path);
    expect(await run(['help']).ended).toMatchObject({ code: 0, output: says('./run.sh test') });
    expect(await run(['hlep']).ended).toMatchObject({ code: 2, output: says('./run.sh test') });
  });
});
