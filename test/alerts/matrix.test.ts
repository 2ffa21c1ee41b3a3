import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { alerts, readText, rules } from '../infra/monitoring-files.ts';
import { temporaryFolder } from '../infra/temporary-folder.ts';
import { hasProgram } from '../support/programs.ts';
import { compressed, compressedAlertmanager, compressedExpr, compressedRules } from './compression.ts';
import { FAULTS } from './faults/index.ts';
import { isAsExpected, readMeasured } from './measured.ts';
import { tableOf } from './table.ts';

describe('the matrix of faults', () => {
  const expected = new Set(FAULTS.flatMap((fault) => fault.expected));
  const names = alerts.map(({ alert }) => alert);

  test('has a fault for every alert of the rules', () => {
    expect(names.filter((name) => !expected.has(name))).toEqual([]);
  });

  test('expects only alerts that the rules have', () => {
    const mentioned = FAULTS.flatMap(({ expected: must, allowed }) => [
      ...must,
      ...Object.keys(allowed ?? {}),
    ]);
    expect(mentioned.filter((name) => !names.includes(name))).toEqual([]);
  });

  test('names each fault once', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });

  test('was run: every fault was made, and what it found is as it must be', () => {
    const found = new Map(readMeasured().map((measured) => [measured.fault, measured]));
    expect(FAULTS.filter(({ name }) => !found.has(name)).map(({ name }) => name)).toEqual([]);
    expect(found.size).toBe(FAULTS.length);
    for (const fault of FAULTS) {
      const measured = found.get(fault.name)!;
      expect(measured.told.map(({ alert }) => alert)).toEqual(fault.expected);
      expect(isAsExpected(fault, measured), fault.name).toBe(true);
    }
  });

  test('stands in the documentation as it was measured', () => {
    expect(readText('docs/alerts.md')).toContain(tableOf(FAULTS, readMeasured()));
  });
});

describe('the compressed clock', () => {
  test('divides durations, of whatever unit', () => {
    expect(['15s', '5m', '1h', '3d', '0s'].map(compressed)).toEqual([
      '1000ms',
      '20000ms',
      '240000ms',
      '17280000ms',
      '0ms',
    ]);
  });

  test('changes nothing of a rule but its durations, seconds that are ages among them', () => {
    const others = (expr: string) => expr.replaceAll(/\[\w+\]/g, '[…]');
    const changed = rules
      .filter((rule) => others(compressedExpr(rule)) !== others(rule.expr))
      .map(({ alert, record }) => alert ?? record);
    expect(changed.toSorted()).toEqual([
      'DatasetTtlStale',
      'StorageFillingUp',
      'TrainingQueueOld',
      'instance:process_starts:count15m',
    ]);
  });

  test('divides whatever Alertmanager waits', () => {
    const config = compressedAlertmanager(readText('infra/monitoring/alertmanager/alertmanager.yml'));
    expect(config.match(/^ *(group|repeat|resolve)_\w+: \d+(s|m|h)$/gm)).toBeNull();
    expect(config).toContain('group_interval: 20000ms');
  });

  test.skipIf(!hasProgram('promtool'))(
    'leaves rules that Prometheus accepts (program: promtool)',
    async () => {
      await using folder = await temporaryFolder();
      const files = await Promise.all(
        [...compressedRules()].map(async ([name, content]) => {
          const file = join(folder.path, name);
          await writeFile(file, content);
          return file;
        }),
      );
      const { stdout } = await promisify(execFile)('promtool', ['check', 'rules', ...files]);
      expect(stdout.match(/SUCCESS/g)).toHaveLength(files.length);
    },
  );
});
