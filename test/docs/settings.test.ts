import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { settings } from '../../src/config.ts';
import { readText } from '../infra/monitoring-files.ts';

const text = readText('.env.example');
const example = parseEnv(text);
/** What is unset stands there without a value. */
const exampleOf = (name: string) => example[name] || undefined;

/** The rows of docs/settings.md, by their first cell. */
const rows = Array.from(
  readText('docs/settings.md').matchAll(/^\| `(\w+)` \| (\S+) \| (.*?) ?\| .*\|$/gm),
  ([, name = '', value = '', unit = '']) => ({
    name,
    default: value === 'unset' ? undefined : value.replaceAll('`', ''),
    unit: unit || undefined,
  }),
);
const byName = <T extends { readonly name: string }>(list: readonly T[]) =>
  [...list].sort((a, b) => a.name.localeCompare(b.name));

test('docs/settings.md has each setting of .env.example once, with its default, and no other', () => {
  const expected = Object.keys(example).map((name) => ({ name, default: exampleOf(name) }));
  expect(byName(rows.map(({ name, default: value }) => ({ name, default: value })))).toEqual(
    byName(expected),
  );
});

test('docs/settings.md and .env.example have the defaults of the service, and the page its units', () => {
  const names = settings.map(({ name }) => name);
  expect(byName(rows.filter(({ name }) => names.includes(name)))).toEqual(byName(settings));
  expect(settings.filter(({ name, default: value }) => exampleOf(name) !== value)).toEqual([]);
});

test('every number among the settings has a unit, which .env.example tells too, by the name or in words', () => {
  const isNumber = (value: string | undefined) => /^\d+(\.\d+)?$|^\[[\d.,]+\]$/.test(value ?? '');
  const numbers = settings.filter(({ name, default: value }) => isNumber(value) && name !== 'PORT');
  expect(numbers.length).toBeGreaterThan(15);
  const untold = numbers.filter(({ name, unit = 'none' }) => {
    const stem = unit === 'MiB' ? 'MB' : unit.replace(/(ond)?s$/, '');
    const remark = new RegExp(`((?:^#.*\\n)*)(?:^[A-Z].*\\n)*?^${name}=`, 'm').exec(text)?.[1] ?? '';
    return !`${name}\n${remark}`.toLowerCase().includes(stem.toLowerCase());
  });
  expect(untold).toEqual([]);
});
