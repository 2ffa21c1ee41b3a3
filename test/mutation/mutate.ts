import type { SyntaxNode } from '@lezer/common';
import { syntaxOf } from '../infra/promql.ts';

/** One small mistake that somebody could make in an expression. */
export interface Mutant {
  /** What was changed, such as `> → <`. */
  readonly change: string;
  readonly expr: string;
}

const OTHER_WAY: Readonly<Record<string, string>> = {
  '>': '<',
  '<': '>',
  '>=': '<=',
  '<=': '>=',
  '==': '!=',
  '!=': '==',
};
const OTHER_MATCH: Readonly<Record<string, string>> = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' };
const OTHER_SET: Readonly<Record<string, string>> = { and: 'unless', unless: 'and', or: 'and' };
const OTHER_ARITHMETIC: Readonly<Record<string, string>> = { '*': '/', '/': '*', '+': '-', '-': '+' };
const OTHER_AGGREGATION: Readonly<Record<string, string>> = {
  sum: 'max',
  max: 'min',
  min: 'max',
  avg: 'max',
  count: 'sum',
};
const OTHER_FUNCTION: Readonly<Record<string, string>> = { rate: 'increase', increase: 'rate' };
const SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};

/** Grafana's, each of which somebody may take for another. */
const GRAFANA_DURATIONS = ['$__interval', '$__rate_interval', '$__range'];

const otherDurations = (duration: string): readonly string[] =>
  duration.startsWith('$')
    ? GRAFANA_DURATIONS.filter((other) => other !== duration)
    : [0.5, 2].map((factor) => scaleDuration(duration, factor));

/** @param duration as Prometheus writes them, such as `1h30m` */
export function scaleDuration(duration: string, factor: number): string {
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdw])/g)];
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit!] ?? 0), 0);
  const scaled = seconds * factor;
  return scaled < 1 ? `${Math.round(scaled * 1000)}ms` : `${Math.round(scaled)}s`;
}

/** Every mutant of a PromQL expression, each with one change. */
export function mutantsOf(expr: string): readonly Mutant[] {
  const mutants: Mutant[] = [];
  const replace = (from: number, to: number, text: string, change?: string) => {
    const before = expr.slice(from, to);
    if (text !== before)
      mutants.push({
        change: change ?? `${before} → ${text}`,
        expr: expr.slice(0, from) + text + expr.slice(to),
      });
  };
  syntaxOf(expr).iterate({
    enter({ node }) {
      const { from, to } = node;
      const text = expr.slice(from, to);
      switch (node.name) {
        case 'NumberDurationLiteral':
          if (/^[\d.e+-]+$/.test(text)) mutateNumber(Number(text), (x) => replace(from, to, String(x)));
          break;
        case 'NumberDurationLiteralInDurationContext':
          for (const other of otherDurations(text)) replace(from, to, other);
          break;
        case 'MatchOp':
          replace(
            from,
            to,
            OTHER_MATCH[text] ?? text,
            `${expr.slice(node.parent?.from, node.parent?.to)}: ${text} → ${OTHER_MATCH[text]}`,
          );
          break;
        case 'StringLiteral':
          if (node.parent?.name.endsWith('LabelMatcher')) dropAlternatives(from, text);
          break;
        case 'Identifier':
          if (node.parent?.name === 'VectorSelector') replace(from, to, `${text}_renamed`);
          break;
        case 'AggregateOp':
          replace(from, to, OTHER_AGGREGATION[text] ?? text);
          break;
        case 'FunctionIdentifier':
          replace(from, to, OTHER_FUNCTION[text] ?? text);
          break;
        case 'GroupingLabels':
          for (const label of node.getChildren('LabelName')) dropLabel(node, label);
          break;
        case 'BinaryExpr':
          mutateOperator(node);
          break;
      }
    },
  });

  /** One less of the values that a regular expression names. */
  function dropAlternatives(from: number, text: string) {
    const choice = /[^"()]*\|[^"()]*/.exec(text);
    if (!choice) return;
    const values = choice[0].split('|');
    const start = from + choice.index;
    for (const [index, value] of values.entries())
      replace(
        start,
        start + choice[0].length,
        values.filter((_, other) => other !== index).join('|'),
        `without ${value} in ${text}`,
      );
  }

  function dropLabel(grouping: SyntaxNode, label: SyntaxNode) {
    const own = expr.slice(label.from, label.to);
    const others = grouping
      .getChildren('LabelName')
      .map(({ from, to }) => expr.slice(from, to))
      .filter((name) => name !== own);
    replace(
      grouping.from,
      grouping.to,
      `(${others.join(', ')})`,
      `without ${own} in ${expr.slice(grouping.from, grouping.to)}`,
    );
  }

  function mutateOperator(node: SyntaxNode) {
    for (let part = node.firstChild?.nextSibling; part; part = part.nextSibling) {
      const text = expr.slice(part.from, part.to);
      const other = OTHER_WAY[text] ?? OTHER_SET[text.toLowerCase()] ?? OTHER_ARITHMETIC[text];
      if (other !== undefined) return replace(part.from, part.to, other);
    }
  }
  return mutants;
}

/** Every mutant of a PromQL expression that lacks one of its conditions. The name in braces is none, but what is asked for. */
export function mutantsWithoutMatcher(expr: string): readonly Mutant[] {
  const mutants: Mutant[] = [];
  syntaxOf(expr).iterate({
    enter({ name, from, to }) {
      const text = expr.slice(from, to);
      if (name !== 'UnquotedLabelMatcher' || text.startsWith('__name__')) return;
      // After the last one no comma follows; PromQL does not mind the one before.
      const after = expr.slice(to).replace(/^,\s*/, '');
      mutants.push({ change: `without ${text}`, expr: expr.slice(0, from) + after });
    },
  });
  return mutants;
}

/** A threshold a tenth lower and a tenth higher; a small whole number, which may count things, one lower and one higher. */
function mutateNumber(value: number, replace: (value: number) => void) {
  if (value === 0) return replace(1e6);
  const step = Number.isInteger(value) && value < 10 ? 1 : value / 10;
  for (const other of [value - step, value + step]) replace(Number(other.toPrecision(6)));
}
