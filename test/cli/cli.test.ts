import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { variableNames } from '../../src/config.ts';
import { unknownVariables } from '../../src/unknown-variables.ts';
import { dataFile } from '../support/client.ts';
import { freshDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { hasProgram } from '../support/programs.ts';
import { type Service, startService } from '../support/service.ts';
import { storageRoot } from '../support/storage-root.ts';
import { tied } from '../support/tied.ts';
import { command, NODE_ARGS } from './command.ts';

const KEY = 'a-key-that-is-long-enough';
const TRAIN = dataFile('wine_train.csv').pathname;
const TEST = dataFile('wine_test.csv').pathname;

const stack = new AsyncDisposableStack();
let service: Service;
let folder: string;
let env: Record<string, string>;
/** What the tests go on with: a run that succeeded, and its model. */
let run: { id: string; artifact_id: string; dataset_id: string };

beforeAll(async () => {
  folder = stack.use(await storageRoot()).path;
  const database = stack.use(await freshDatabase());
  const settings = { DATABASE_URL: database.url, AUTH__MODE: 'keys', AUTH__ADMIN_KEY: KEY };
  service = stack.use(await startService(folder, settings));
  env = { MLOPS_URL: service.origin, MLOPS_API_KEY: KEY };
  const { stdout: id } = await command(['upload', '--quiet', TRAIN], env);
  const { stdout } = await command(['train', id.trim(), '--watch', '--json'], env);
  run = JSON.parse(stdout);
});
afterAll(() => stack.disposeAsync());

test('its settings are not mistaken for slips in those of the service', () => {
  const settings = ['MLOPS_URL', 'MLOPS_API_KEY', 'MLOPS_METRICS_TOKEN'];
  expect(unknownVariables(settings, variableNames)).toEqual([]);
});

describe('upload', () => {
  test('prints for people, for programs, and in short', async () => {
    const people = await command(['upload', TRAIN], env);
    expect(people).toMatchObject({ code: 0, stderr: '' });
    expect(people.stdout).toMatch(
      /^[0-9a-f-]{36} {2}wine_train\.csv, version \d+: 133 rows, 14 columns, 9\.1 kB\n$/,
    );
    const json = await command(['upload', '--json', '--mode', 'heavy', TRAIN], env);
    expect(JSON.parse(json.stdout)).toMatchObject({ rows: 133, mode: 'heavy' });
    const read = await command(['upload', '--json', '--options', '{"ignore":["f0"]}', TRAIN], env);
    expect(JSON.parse(read.stdout)).toMatchObject({ columns: 13, options: { ignore: ['f0'] } });
    const short = await command(['upload', '-q', TRAIN], env);
    expect(short.stdout).toMatch(/^[0-9a-f-]{36}\n$/);
  });

  test('reads standard input, under the name that it is given', async () => {
    const { code, stdout } = await command(
      ['upload', '-', '--name', 'piped.csv'],
      env,
      await readFile(TRAIN),
    );
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('piped.csv, version 1: 133 rows'),
    });
  });

  test('says what the service has against a table, with its trace', async () => {
    const { code, stdout, stderr } = await command(['upload', '-', '--name', 'empty.csv'], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^The file holds no data\.\n {2}Trace [0-9a-f]{32}\n$/);
  });
});

describe('train', () => {
  test('queues a run and says how it is followed', async () => {
    const { code, stdout } = await command(['train', run.dataset_id, '--seed', '7'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^([0-9a-f-]{36}) {2}queued; see: mlops-backend runs \1\n$/);
  });

  test('ends with the run that it watches, a line each state where there is no terminal', async () => {
    const { code, stdout, stderr } = await command(['train', run.dataset_id, '--watch'], env);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^[0-9a-f-]{36} {2}accuracy 0\.9\d\d, in .* s\n$/),
    });
    expect(stderr).toMatch(/^Run [0-9a-f-]{36}: classification of target\n(.*\n)* {2}succeeded\n$/);
    expect(stderr).not.toContain('\r');
  });

  test('has an exit code of its own for a run that does not succeed', async () => {
    const { stdout: id } = await command(
      ['upload', '-q', '-', '--name', 'one-class.csv'],
      env,
      `a,target\n${'1,x\n'.repeat(40)}`,
    );
    const { code, stderr } = await command(['train', id.trim(), '--watch'], env);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining('The run ended as failed.'),
    });
  });
});

test('runs lists those that are asked for, in the order that is asked for', async () => {
  const list = async (...flags: string[]) =>
    (await command(['runs', '--quiet', ...flags], env)).stdout.trim();
  const all = (await list()).split('\n');
  expect((await list('--sort', 'created_at')).split('\n')).toEqual(all.toReversed());
  expect((await list('--sort=-created_at')).split('\n')).toEqual(all);
  expect(await list('--dataset', run.dataset_id, '--target', 'target', '--status', 'succeeded')).toContain(
    run.id,
  );
  for (const none of [
    ['--status', 'cancelled'],
    ['--target', 'none'],
    ['--dataset', run.id],
  ])
    expect(await list(...none)).toBe('');
});

test('annotate writes tags and a note, by which runs finds them', async () => {
  const written = await command(
    ['annotate', 'run', run.id, '--tag', 'team:a:b', '--tag', 'word', '--note', 'kept for now'],
    env,
  );
  expect(written).toMatchObject({ code: 0, stdout: 'team:a:b, word\nkept for now\n' });
  const found = await command(['runs', '--quiet', '--tag', 'team:a:b', '--tag', 'word'], env);
  expect(found.stdout.trim()).toBe(run.id);
  const taken = await command(['annotate', 'run', run.id, '--untag', 'word', '--note', '', '--json'], env);
  expect(JSON.parse(taken.stdout)).toMatchObject({ tags: { team: 'a:b' }, note: null });
  expect((await command(['runs', '--quiet', '--tag', 'word'], env)).stdout.trim()).toBe('');
  expect(await command(['annotate', 'thing', run.id], env)).toMatchObject({ code: 2 });
});

test('runs lists them, and shows one', async () => {
  const list = await command(['runs'], env);
  expect(list.stdout).toMatch(/^RUN +STATUS +MODE +TARGET +QUALITY +TOOK +QUEUED\n/);
  expect(list.stdout).toContain(`${run.id}  succeeded`);
  const two = await command(['runs', '--limit', '2', '--json'], env);
  expect(JSON.parse(two.stdout)).toHaveLength(2);
  const one = await command(['runs', run.id], env);
  expect(one.stdout).toContain(`model ${run.artifact_id}: accuracy`);
});

test('compare puts runs of a dataset side by side, and in short names the best', async () => {
  const trained = await command(
    ['train', run.dataset_id, '--seed', '7', '--params', '{"l2": 1000}', '--watch', '--json'],
    env,
  );
  const { id } = JSON.parse(trained.stdout) as { id: string };
  const two = ['compare', run.id, id];
  const { code, stdout, stderr } = await command([...two, '--limit', '3'], env);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'The figures were measured on different rows: a part of every difference is chance.\n',
  });
  const tables = stdout.trimEnd().split('\n\n');
  expect(tables).toHaveLength(5);
  expect(tables[0]).toBe('classification of target');
  expect(tables[1]).toMatch(
    new RegExp(`^ +RUN +STATUS .*\\n1 +${run.id} +succeeded .*\\n2 +${id} +succeeded `),
  );
  expect(tables[2]).toMatch(/^PARAMETER .*\n {2}mode +light +light\n≠ seed +42 +7\n≠ l2 +1000$/);
  expect(tables[3]).toMatch(/^FIGURE .*\naccuracy .*0\.\d+ \*/);
  expect(tables[4]).toMatch(/^IMPORTANCE .*(\nf\d+ .*){3}$/);

  const json = await command([...two, '--json'], env);
  const { metrics, ...compared } = JSON.parse(json.stdout) as { metrics: { best: string[] }[] };
  expect(compared).toMatchObject({ dataset_id: run.dataset_id, runs: [{ id: run.id }, { id }] });
  const short = await command([...two, '--quiet'], env);
  expect(short).toMatchObject({ code: 0, stderr: '', stdout: `${metrics[0]?.best.join('\n')}\n` });
  expect(await command(['compare'], env)).toMatchObject({ code: 2 });
});

test('trace shows the stages of a run below each other', async () => {
  const { code, stdout } = await command(['trace', run.id], env);
  expect(code).toBe(0);
  const stages = stdout.split('\n').map((line) => /^( *)([a-z ]+?) {2}/.exec(line)?.[2]);
  expect(stages).toEqual(
    expect.arrayContaining(['training run', 'waiting', 'attempt', 'read', 'fit', 'export']),
  );
  expect(stdout).toContain('█');
});

describe('predict', () => {
  test('takes a table by each address of a model, and prints a line a row', async () => {
    const { artifact_id } = run;
    const headers = { 'content-type': 'application/json' };
    await service.api.post('/models/wine/versions', { artifact_id });
    await service.api.call('/models/wine/aliases/production', {
      method: 'PUT',
      headers,
      body: '{"version":1}',
    });
    const rows = (await readFile(TEST, 'utf8')).trimEnd().split('\n').length;
    const answers: string[] = [];
    for (const model of [artifact_id, 'wine@production', 'wine@1']) {
      const { code, stdout, stderr } = await command(['predict', model, TEST], env);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      answers.push(stdout);
    }
    expect(answers[0]?.trimEnd().split('\n')).toHaveLength(rows);
    expect(new Set(answers).size).toBe(1);
    const piped = await command(['predict', 'wine@production', '-', '--json'], env, await readFile(TEST));
    expect(JSON.parse(piped.stdout.split('\n', 1)[0] as string)).toMatchObject({ prediction: '0' });
    const out = join(folder, 'predictions.csv');
    expect(await command(['predict', 'wine@1', TEST, '--out', out], env)).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect(await readFile(out, 'utf8')).toBe(answers[0]);

    const models = await command(['models'], env);
    expect(models.stdout).toMatch(/\nwine +1 +1 +production → 1\n$/);
    const versions = await command(['models', 'wine'], env);
    expect(versions.stdout).toContain(artifact_id);
  });

  test('keeps predictions under the keys of a column, or under ids, where that is asked for', async () => {
    const keyed = (await readFile(TEST, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line, i) => `${i === 0 ? 'id' : `bottle ${i}`},${line}\n`);
    const predicted = await command(['predict', run.artifact_id, '-', '--key', 'id'], env, keyed.join(''));
    expect(predicted).toMatchObject({ code: 0, stderr: '' });
    const row = JSON.stringify({
      id: 'one more',
      ...Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, 1])),
    });
    await command(['predict', run.artifact_id, '--key', 'id', '--row', row], env);
    const quality = async () =>
      service.api.json(await service.api.call(`/artifacts/${run.artifact_id}/quality`));
    expect(await quality()).toMatchObject({ predictions: keyed.length });
    const table = await command(['predict', run.artifact_id, TEST, '--keep'], env);
    expect(table.stdout.split('\n', 1)[0]).toMatch(/,prediction_id$/);
    const one = await command(['predict', run.artifact_id, '--keep', '--row', row], env);
    expect(one.stdout).toMatch(/^\d,[0-9a-f-]{36}\n$/);
    expect(await quality()).toMatchObject({ predictions: 2 * keyed.length });
    const twice = await command(['predict', run.artifact_id, TEST, '--key', 'target'], env);
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('Two rows have the key') });
  });

  test('takes rows as JSON, and says what is missing in them', async () => {
    const row = JSON.stringify(Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, 1])));
    const { code, stdout } = await command(['predict', run.artifact_id, '--row', row, '--row', row], env);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d\n\d\n$/) });
    const lacking = await command(['predict', run.artifact_id, '--row', '{"f0":1}'], env);
    expect(lacking).toMatchObject({ code: 1, stderr: expect.stringContaining('Missing columns: "f1"') });
  });
});

test('a regression is trained by parameters and answers with intervals', async () => {
  const { stdout: id } = await command(['upload', '-q', dataFile('diabetes_train.csv').pathname], env);
  const params = '{"split": {"kind": "random", "test_fraction": 0.4}}';
  const trained = await command(['train', id.trim(), '--params', params, '--watch', '--json'], env);
  const { artifact_id, metrics } = JSON.parse(trained.stdout) as { artifact_id: string; metrics: object };
  expect(metrics).toMatchObject({ split: { test_fraction: 0.4 } });
  const table = dataFile('diabetes_test.csv').pathname;
  const { stdout } = await command(['predict', artifact_id, table, '--interval', '0.9'], env);
  expect(stdout).toMatch(/^prediction,lower,upper\n[\d.]+,-?[\d.]+,[\d.]+\n/);
  const row = JSON.stringify(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`f${i}`, 0])));
  const one = await command(['predict', artifact_id, '--row', row, '--interval', '0.9'], env);
  expect(one.stdout).toMatch(/^[\d.]+,-?[\d.]+,[\d.]+\n$/);
  const classes = await command(['predict', run.artifact_id, TEST, '--interval', '0.9'], env);
  expect(classes).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Intervals are those of numbers'),
  });
});

test('metrics shows those of the service that have the text in their names', async () => {
  const { code, stdout } = await command(['metrics', 'dataset_uploads_total'], env);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^METRIC +VALUE\nmlops_backend_dataset_uploads_total\{mode="light"\} +\d+\n/);
});

describe('doctor', () => {
  test('finds nothing wrong with a service that works', async () => {
    const { code, stdout } = await command(['doctor'], env);
    expect(code).toBe(0);
    expect(stdout.match(/^✓/gm)).toHaveLength(4);
  });

  test('names what is wrong: a key, a service that is not there', async () => {
    const keyless = await command(['doctor'], { MLOPS_URL: service.origin });
    expect(keyless.code).toBe(1);
    expect(keyless.stdout).toMatch(
      /✓ service .*\n✓ dependencies .*\n✗ key +Send a valid key .*MLOPS_API_KEY/,
    );
    const url = `http://127.0.0.1:${await freePort()}`;
    const nowhere = await command(['doctor', '--url', url, '--json'], {});
    expect(JSON.parse(nowhere.stdout)[0]).toMatchObject({ check: 'service', ok: false });
  });
});

describe('as scripts and people use it', () => {
  test('an interrupt ends a command at once, and says so by its exit code', async () => {
    const { stdout: id } = await command(['upload', '-q', TRAIN], env);
    const child = spawn(process.execPath, [...NODE_ARGS, 'train', id.trim(), '--mode', 'heavy', '--watch'], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const closed = once(tied(child), 'close');
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
  });

  test('exit codes tell wrong usage, a refusal and a missing service apart', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    for (const [code, args] of [
      [0, ['--help']],
      [0, []],
      [0, ['--version']],
      [2, ['uplaod', 'x']],
      [2, ['upload']],
      [2, ['train', 'x', '--mode', 'medium']],
      [1, ['runs', 'nonsense']],
      [1, ['upload', '/there/is/none']],
      [4, ['runs', '--url', nobody]],
    ] as const)
      expect([args, (await command(args, env)).code]).toEqual([args, code]);
    const slip = await command(['uplaod', 'x'], env);
    expect(slip.stderr).toContain('did you mean `upload`?');
  });

  test('a key can come from a file', async () => {
    const file = join(folder, 'key');
    await writeFile(file, `${KEY}\n`);
    const url = { MLOPS_URL: service.origin };
    expect(await command(['runs', '--key-file', file], url)).toMatchObject({ code: 0 });
    const without = await command(['runs'], url);
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('Set MLOPS_API_KEY') });
  });

  test('each command shows examples in its help', async () => {
    const { stdout } = await command(['--help'], {});
    const commands =
      stdout
        .split('COMMANDS')[1]
        ?.match(/^ {2}[a-z]+/gm)
        ?.map((name) => name.trim()) ?? [];
    expect(commands).toEqual(
      expect.arrayContaining([
        'upload',
        'train',
        'runs',
        'compare',
        'predict',
        'models',
        'trace',
        'metrics',
        'doctor',
      ]),
    );
    for (const name of commands) {
      const help = await command([name, '--help'], {});
      expect(help.stdout).toMatch(new RegExp(`Examples:\\n(.*\\n)*?.*mlops-backend ${name}`));
    }
  });

  test('a shell completes commands, flags and their values', async () => {
    const proposals = async (...words: string[]) =>
      (await command(['__complete', ...words], {})).stdout.trimEnd().split('\n');
    expect(await proposals('tr')).toEqual(['train', 'trace']);
    expect(await proposals('com')).toEqual(['compare', 'completion']);
    expect(await proposals('train', '--')).toEqual(expect.arrayContaining(['--target', '--watch', '--json']));
    expect(await proposals('train', '--mode', '')).toEqual(['light', 'heavy']);
    const { stdout: script } = await command(['completion', 'bash'], {});
    const completed = await promisify(execFile)('bash', [
      '-c',
      `mlops-backend() { ${[process.execPath, ...NODE_ARGS].map((word) => `'${word}'`).join(' ')} "$@"; }
       ${script}
       COMP_WORDS=(mlops-backend up) COMP_CWORD=1; _mlops_backend; printf '%s' "\${COMPREPLY[*]}"`,
    ]);
    expect(completed.stdout).toBe('upload');
  });

  test.skipIf(!hasProgram('script'))('colours and bars are for terminals that want them', async () => {
    const inTerminal = async (extra: Record<string, string>) => {
      const line = [process.execPath, ...NODE_ARGS, 'upload', TRAIN].join(' ');
      const both = `${line}; ${[process.execPath, ...NODE_ARGS, 'runs', run.id].join(' ')}`;
      const settings = { PATH: process.env['PATH'], TERM: 'xterm-256color', ...env, ...extra };
      const { stdout } = await promisify(execFile)('script', ['-qec', both, '/dev/null'], { env: settings });
      return stdout;
    };
    const coloured = await inTerminal({});
    expect(coloured).toContain('█');
    expect(coloured).toContain('\u001b[32msucceeded');
    expect(await inTerminal({ NO_COLOR: '1' })).not.toContain('\u001b[32m');
    expect((await command(['runs', run.id], env)).stdout).not.toContain('\u001b');
  });
});
