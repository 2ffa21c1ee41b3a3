import { existsSync, globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { alerts, allPanels, dashboards, ROOT, readText } from './monitoring-files.ts';

const text = readText('docs/runbooks.md');
const settings = readText('docs/settings.md');
const root = fileURLToPath(ROOT);
const runbooks = 'mlops-backend-runbooks';
const boards = dashboards.filter(({ uid }) => uid !== runbooks);
const titlesOn = new Map(boards.map((board) => [board.title, allPanels(board).map(({ title }) => title)]));
const panels = new Set([...titlesOn.values()].flat());
const sections = text
  .split(/^### /m)
  .slice(1)
  .map((section) => ({ alert: section.split('\n', 1)[0] ?? '', section }));

/** Boards that are named otherwise than by their title. */
const CALLED: Readonly<Record<string, string>> = {
  'the overview': 'Backend Monitoring Overview',
  'the datasets board': 'Datasets: uploads and clean-up',
  'the board "Datasets"': 'Datasets: uploads and clean-up',
  'the board "Requests"': 'Requests',
};

/** What stands in quotes and begins like a title. */
const quoted = (section: string) => [...section.matchAll(/"([A-Z][^"]+)"/g)].map(([, title = '']) => title);
const inBackticks = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

describe.each(sections)('the runbook of $alert', ({ alert, section }) => {
  test('names panels that are on the board to which the alert leads, or on one that it names', () => {
    const dashboard = alerts.find((one) => one.alert === alert)?.annotations?.['dashboard_url'] ?? '';
    const own = boards.find(({ uid }) => dashboard.endsWith(`/${uid}`))?.title ?? '';
    const named = [...titlesOn.keys()].filter((title) => section.includes(`"${title}"`));
    const called = Object.entries(CALLED).flatMap(([words, title]) =>
      section.toLowerCase().includes(words.toLowerCase()) ? [title] : [],
    );
    const near = new Set([own, ...named, ...called]);
    const seen = [...near].flatMap((title) => titlesOn.get(title) ?? []);
    const boardsOrPanels = [...seen, ...titlesOn.keys(), ...Object.values(CALLED), 'Datasets', 'Runbooks'];
    expect(quoted(section).filter((title) => !boardsOrPanels.includes(title))).toEqual([]);
  });
});

test('the runbooks name panels of the boards', () => {
  expect(quoted(text).filter((title) => panels.has(title)).length).toBeGreaterThan(20);
});

test('settings that they name are settings', () => {
  const named = inBackticks(/`([A-Z][A-Z0-9_]{3,}\w)(?:=[^`]*)?`/g).filter(
    (name) => !name.startsWith('OTEL_') && name.includes('_'),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !settings.includes(`\`${name}\``))).toEqual([]);
});

test('files that they name are there', () => {
  const named = inBackticks(/[` ]((?:infra|src|docs)\/[\w./*-]+)/g);
  expect(named.length).toBeGreaterThan(3);
  expect(
    named.filter((path) => !existsSync(new URL(path, ROOT)) && globSync(path, { cwd: root }).length === 0),
  ).toEqual([]);
});
