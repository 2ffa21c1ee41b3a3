import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readText } from '../infra/monitoring-files.ts';
import { eventually } from '../support/client.ts';
import { freshDatabase } from '../support/database.ts';
import { hasProgram } from '../support/programs.ts';
import { brokenPromise } from './answer.ts';
import { type Block, isRun, type Page, pagePaths, readPage } from './page.ts';
import { openPlace, type Place, type Running } from './place.ts';

const pages = pagePaths.map(readPage);
const PROGRAMS = ['prometheus', 'prometheus-alertmanager', 'promtool', 'amtool', 'python3', 'git'];

const withoutRemark = (commands: string) => commands.replace(/ +#.*$/gm, '').trim();
/** As the README starts it: so it runs for all pages that ask for no more. */
const isPlainStart = ({ how, commands }: Block) => how === 'start' && withoutRemark(commands) === './run.sh';
const needsOwnService = ({ blocks }: Page) =>
  blocks.some(
    (block) =>
      block.how === 'stopped' ||
      (block.how === 'start' && block.commands.includes('./run.sh') && !isPlainStart(block)),
  );

/** Follows a page from its first block to its last. @param service that runs already, for pages which start it plainly */
async function follow(page: Page, place: Place, service?: Running): Promise<void> {
  await using terminal = place.open();
  let started: Running[] = [];
  const interrupt = async () => {
    for (const running of started.toReversed()) await running.interrupt();
    started = [];
  };
  if (page.text.includes('127.0.0.1:9090'))
    await eventually(async () =>
      (await (await fetch(`${place.prometheus}/api/v1/rules`)).text()).includes('"health":"ok"'),
    );
  for (const block of page.blocks.filter(isRun)) {
    const { how, line, commands, answer } = block;
    // A service goes on saying what it does.
    const around = how === 'start' ? '…' : '';
    const promise = answer && { ...answer, text: `${around}${place.here(answer.text)}${around}` };
    const keeps = (printed: string) => {
      const piece = promise && brokenPromise(promise, printed);
      return piece === undefined ? undefined : { at: `${page.path}:${line}`, piece, printed };
    };
    if (how === 'start') {
      const running = isPlainStart(block) && service ? service : await place.start(commands);
      if (running !== service) started.push(running);
      // It may have more to say yet.
      await eventually(async () => keeps(running.output()) === undefined, 30).catch(() => undefined);
      expect(keeps(running.output())).toBeUndefined();
    } else {
      if (how === 'stopped') await interrupt();
      const printed = await terminal.run(place.here(commands)).catch((error: unknown) => {
        throw new Error(`${page.path}:${line}: ${(error as Error).message}`);
      });
      expect(keeps(printed)).toBeUndefined();
    }
  }
  await interrupt();
}

describe('the commands in', () => {
  const stack = new AsyncDisposableStack();
  let databaseUrl: string;
  let shared: Place;
  let service: Running;
  beforeAll(async () => {
    databaseUrl = stack.use(await freshDatabase()).url;
    shared = stack.use(await openPlace(databaseUrl, true));
    service = await shared.start('./run.sh');
  });
  afterAll(() => stack.disposeAsync());

  for (const page of pages.filter(({ blocks }) => blocks.some(isRun))) {
    const commands = page.blocks.filter(isRun).map((block) => block.commands);
    const needed = PROGRAMS.filter((name) => commands.some((text) => new RegExp(`\\b${name} `).test(text)));
    if (commands.some((text) => /127\.0\.0\.1:9090/.test(text))) needed.push('prometheus');
    const programs = needed.length === 0 ? '' : ` (programs: ${needed.join(', ')})`;
    test.skipIf(!needed.every(hasProgram))(`${page.path} do what it says${programs}`, async () => {
      if (!needsOwnService(page)) return await follow(page, shared, service);
      await using place = await openPlace(databaseUrl, false);
      await follow(page, place);
    });
  }
});

test('what is left to CI is what CI runs', () => {
  const ci = readText('.ci/run').replaceAll(' --silent', '');
  const commands = pages.flatMap(({ blocks }) =>
    blocks
      .filter(({ how }) => how === 'checks')
      .flatMap((block) => withoutRemark(block.commands).split('\n')),
  );
  expect(commands.length).toBeGreaterThan(2);
  expect(commands.filter((command) => !ci.includes(command.replace(/ test\/\S+/g, '')))).toEqual([]);
});

test('no page names a command of run.sh, or a script of npm, that there is not', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
  const usage = readText('run.sh');
  const named = (pattern: RegExp) =>
    pages.flatMap(({ path, text }) =>
      Array.from(text.matchAll(pattern), ([, name = '']) => ({ path, name })),
    );
  const ofNpm = named(/npm run (?:--silent |-s )?([\w:-]+)/g);
  const ofRunSh = named(/`(?:[A-Z_]+=\S* )*\.\/run\.sh ([a-z]+)/g);
  expect([ofNpm.length > 20, ofRunSh.length > 10]).toEqual([true, true]);
  expect(ofNpm.filter(({ name }) => !(name in scripts))).toEqual([]);
  expect(ofRunSh.filter(({ name }) => !new RegExp(`^\\./run\\.sh ${name}\\b`, 'm').test(usage))).toEqual([]);
});
