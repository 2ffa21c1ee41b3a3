/**
 * Mutation test of the rules: makes one small mistake after the other in the committed rules and counts how many of
 * them some case of the promtool tests finds, or, in what is made of native histograms, a Prometheus that has them.
 *
 *   npm run mutants:rules [-- PART OF A RULE'S NAME]
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { caseFiles, ROOT, type Rule, readYaml, ruleFiles } from '../infra/monitoring-files.ts';
import { nativeRecordings, questionOfRecording } from '../infra/native-recordings.ts';
import { startNativeWorlds } from '../infra/panels/native.ts';
import { temporaryFolder } from '../infra/temporary-folder.ts';
import { mutantsOfRule, type RuleMutant } from './rule-mutants.ts';
import { printScore, type Verdict } from './score.ts';

const run = promisify(execFile);
const PROMETHEUS = fileURLToPath(new URL('infra/monitoring/prometheus/', ROOT));

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}
interface CaseFile {
  readonly rule_files: readonly string[];
  readonly tests: readonly object[];
}

const nameOf = (rule: Rule): string => rule.alert ?? rule.record ?? '';
const files = ruleFiles.map((file) => ({
  file,
  content: readYaml(`infra/monitoring/prometheus/rules/${file}`) as RuleFile,
}));
const allRules = files.flatMap(({ content }) => content.groups.flatMap(({ rules }) => rules));
const allCases = caseFiles.map((file) => ({
  file,
  content: readYaml(`infra/monitoring/prometheus/tests/${file}`) as CaseFile,
}));

/** The rule and all that are made of it, by name. */
function dependents(name: string): ReadonlySet<string> {
  const found = new Set([name]);
  for (const known of found)
    for (const rule of allRules) if (rule.expr.includes(known)) found.add(nameOf(rule));
  return found;
}

/** The cases that can tell anything about these rules, as files of their own: those on bounds, which are quick, come first. */
async function casesAbout(names: ReadonlySet<string>, file: string, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const { file: name, content } of allCases) {
    const tests = content.tests.filter((test) => {
      const text = JSON.stringify(test);
      return text.includes('alertname!') || [...names].some((known) => text.includes(known));
    });
    if (tests.length === 0 || !content.rule_files.includes(`../rules/${file}`)) continue;
    const path = join(folder, 'tests', name);
    await writeFile(path, stringify({ ...content, tests }));
    paths.push(path);
  }
  return paths;
}

const { world } = nativeRecordings;
await using prometheus = await startNativeWorlds([world]);

/** @param expr the rule's own, or what is to be tried in its place */
async function showsOther(rule: Rule, expr = rule.expr): Promise<boolean> {
  const question = questionOfRecording(nameOf(rule), expr);
  return question !== undefined && (await prometheus.failuresOf(world, [question])).length > 0;
}

async function isKilled(cases: readonly string[]): Promise<boolean> {
  for (const path of cases) {
    try {
      await run('promtool', ['test', 'rules', path]);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 1) throw error;
      return true;
    }
  }
  return false;
}

async function tryAll(file: string, group: number, index: number): Promise<Verdict[]> {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'tests'));
  await cp(join(PROMETHEUS, 'rules'), join(folder.path, 'rules'), { recursive: true });
  const { content } = files.find((one) => one.file === file)!;
  const rule = content.groups[group]!.rules[index]!;
  const cases = await casesAbout(dependents(nameOf(rule)), file, folder.path);
  const verdicts: Verdict[] = [];
  for (const mutant of mutantsOfRule(rule)) {
    await writeFile(join(folder.path, 'rules', file), stringify(withRule(content, group, index, mutant)));
    const killed = (await showsOther(rule, mutant.rule.expr)) || (await isKilled(cases));
    verdicts.push({ where: nameOf(rule), change: mutant.change, killed });
  }
  return verdicts;
}

const withRule = (content: RuleFile, group: number, index: number, { rule }: RuleMutant): RuleFile => ({
  ...content,
  groups: content.groups.map((own, g) =>
    g === group ? { ...own, rules: own.rules.map((one, i) => (i === index ? rule : one)) } : own,
  ),
});

const wanted = process.argv[2] ?? '';
const waiting = files.flatMap(({ file, content }) =>
  content.groups.flatMap(({ rules }, group) =>
    rules.flatMap((rule, index) => (nameOf(rule).includes(wanted) ? [{ file, group, index }] : [])),
  ),
);
const asTheyAre = allCases
  .filter(({ content }) => waiting.some(({ file }) => content.rule_files.includes(`../rules/${file}`)))
  .map(({ file }) => join(PROMETHEUS, 'tests', file));
const asStated = await Promise.all(allRules.map((rule) => showsOther(rule)));
if (asStated.includes(true) || (await isKilled(asTheyAre)))
  throw new Error('Some case fails on the rules as they are: it would seem to find every mistake.');
const verdicts: Verdict[] = [];
const total = waiting.length;
async function work() {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    verdicts.push(...(await tryAll(next.file, next.group, next.index)));
    process.stderr.write(`\r${total - waiting.length} of ${total} rules, ${verdicts.length} mutants`);
  }
}
await Promise.all(Array.from({ length: os.availableParallelism() }, work));
process.stderr.write('\n');

printScore(verdicts);
