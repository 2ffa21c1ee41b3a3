import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.ts';

/** What promtool compares: series that are scraped, and what expressions must find in them at a moment. */
export interface PromtoolTest {
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly promql_expr_test: readonly ExpressionCase[];
}

export interface ExpressionCase {
  readonly expr: string;
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
}

/** An expression that did not find what it must, or is none. */
export interface Failure {
  readonly expr: string;
  /** What was expected and what was found, in promtool's words. */
  readonly said: string;
}

/**
 * @param rules paths of rule files, evaluated every 15 s
 * @throws {Error} with promtool's words when it fails for another reason than an expression's
 */
export async function failuresOf(
  rules: readonly string[],
  tests: readonly PromtoolTest[],
): Promise<readonly Failure[]> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'cases.yml');
  const content = { rule_files: rules, evaluation_interval: '15s', tests };
  // JSON is YAML, and written and read much faster than what the yaml package makes of it.
  await writeFile(file, JSON.stringify(content));
  const { stdout, stderr } = await promisify(execFile)('promtool', ['test', 'rules', file], {
    maxBuffer: 2 ** 30,
  }).catch((error: { stdout: string; stderr: string }) => error);
  if (stdout.includes('SUCCESS')) return [];
  const failures = [...`${stdout}${stderr}`.matchAll(/^ {4}expr: ("(?:[^"\\]|\\.)*"), (.*(?:\n {8}.*)*)/gm)];
  if (failures.length === 0) throw new Error(`promtool: ${stdout}${stderr}`);
  return failures.map(([, quoted = '""', said = '']) => ({ expr: JSON.parse(quoted) as string, said }));
}

/** A series or a sample's labels as Prometheus writes them. */
export const selectorOf = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(', ')}}`;
