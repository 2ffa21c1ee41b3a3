import { describe, expect, test } from 'vitest';
import { allQueries } from '../infra/monitoring-files.ts';
import { parsePromql } from '../infra/promql.ts';
import { mutantsOf, mutantsWithoutMatcher, scaleDuration } from './mutate.ts';

const changes = (expr: string) => mutantsOf(expr).map(({ change }) => change);

describe('the mutants of an expression', () => {
  test.each([
    ['its comparisons and thresholds', 'a > 5', ['> → <', 'a → a_renamed', '5 → 4', '5 → 6']],
    ['its windows', 'rate(a[5m])', ['rate → increase', 'a → a_renamed', '5m → 150s', '5m → 600s']],
    ['its labels', 'a{b="c", d!~"e"}', ['a → a_renamed', 'b="c": = → !=', 'd!~"e": !~ → =~']],
    [
      'what Grafana puts in',
      'rate(a{b=~"$b"}[$__interval]) / $__range_s',
      [
        '/ → *',
        'rate → increase',
        'a → a_renamed',
        'b=~"$b": =~ → !~',
        '$__interval → $__rate_interval',
        '$__interval → $__range',
      ],
    ],
    [
      'the values it names',
      'a{b=~"c|d", e=~"/(f|g)/"}',
      [
        'a → a_renamed',
        'b=~"c|d": =~ → !~',
        'without c in "c|d"',
        'without d in "c|d"',
        'e=~"/(f|g)/": =~ → !~',
        'without f in "/(f|g)/"',
        'without g in "/(f|g)/"',
      ],
    ],
    [
      'its groupings',
      'sum by (a, b) (c)',
      ['sum → max', 'without a in (a, b)', 'without b in (a, b)', 'c → c_renamed'],
    ],
    ['its operators', 'a unless b', ['unless → and', 'a → a_renamed', 'b → b_renamed']],
    ['a threshold that is no count', 'a > 0.05', ['> → <', 'a → a_renamed', '0.05 → 0.045', '0.05 → 0.055']],
    ['a threshold of nought', 'a > 0', ['> → <', 'a → a_renamed', '0 → 1000000']],
  ])('touch %s', (_what, expr, expected) => {
    expect(changes(expr)).toEqual(expected);
  });

  test('lack one condition after the other', () => {
    expect(mutantsWithoutMatcher('rate({__name__="a", b="c", d!~"e"}[5m]) > f{g="h"}')).toEqual([
      { change: 'without b="c"', expr: 'rate({__name__="a", d!~"e"}[5m]) > f{g="h"}' },
      { change: 'without d!~"e"', expr: 'rate({__name__="a", b="c", }[5m]) > f{g="h"}' },
      { change: 'without g="h"', expr: 'rate({__name__="a", b="c", d!~"e"}[5m]) > f{}' },
    ]);
  });

  test.each(allQueries)('are PromQL themselves, each another one: $where', ({ expr }) => {
    const mutants = [...mutantsOf(expr), ...mutantsWithoutMatcher(expr)].map((mutant) => mutant.expr);
    for (const mutant of mutants) expect(() => parsePromql(mutant)).not.toThrow();
    expect(new Set([expr, ...mutants]).size).toBe(mutants.length + 1);
  });
});

test('a duration is scaled whatever its units', () => {
  expect(scaleDuration('1h30m', 0.5)).toBe('2700s');
  expect(scaleDuration('3d', 2)).toBe('518400s');
  expect(scaleDuration('1ms', 2)).toBe('2ms');
});
