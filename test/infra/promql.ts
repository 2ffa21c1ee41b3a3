import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** What a query asks for, read with the grammar of Prometheus's own web interface. */
export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

export interface Selector {
  /** Empty for a selector of labels alone. */
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** The range as written, such as `$__rate_interval`; undefined for an instant selector. */
  readonly range: string | undefined;
  /** Functions and aggregations around it, innermost first. */
  readonly inside: readonly string[];
}

export interface Grouping {
  /** `by`, `without`, `on`, `ignoring`, `group_left` or `group_right`. */
  readonly keyword: string;
  readonly labels: readonly string[];
  /** Metrics of the expression that is grouped or matched. */
  readonly metrics: readonly string[];
}

export interface ParsedQuery {
  readonly selectors: readonly Selector[];
  readonly groupings: readonly Grouping[];
}

// Grafana puts durations in the place of these before Prometheus sees the query. A made-up duration of the same
// length keeps positions, so that what stands there can be read as it was written.
const INTERVALS = /\$__(rate_interval|interval|range_s|range)\b/g;
const placeholder = (variable: string): string =>
  variable.endsWith('_s') ? '1'.repeat(variable.length) : `${'1'.repeat(variable.length - 1)}s`;

/** A query of Grafana's in the grammar of PromQL, every part in its place. */
export const syntaxOf = (expr: string): Tree => parser.parse(expr.replace(INTERVALS, placeholder));

/** @throws {SyntaxError} when the query is no PromQL, with the place */
export function parsePromql(expr: string): ParsedQuery {
  const tree = syntaxOf(expr);
  const selectors: Selector[] = [];
  const groupings: Grouping[] = [];
  const textOf = (node: SyntaxNode) => expr.slice(node.from, node.to);

  tree.iterate({
    enter(reference) {
      if (reference.type.isError) throw new SyntaxError(`not PromQL at character ${reference.from}: ${expr}`);
      const { node } = reference;
      if (node.name === 'VectorSelector') selectors.push(readSelector(node, textOf));
      if (node.name === 'GroupingLabels') groupings.push(readGrouping(node, textOf));
    },
  });
  return { selectors, groupings };
}

function readSelector(node: SyntaxNode, textOf: (node: SyntaxNode) => string): Selector {
  const matchers: Matcher[] = (node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).map(
    (matcher) => {
      const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => {
        const part = matcher.getChild(name);
        return part === null ? '' : textOf(part);
      });
      return { label: label ?? '', operator: operator ?? '', value: (value ?? '').slice(1, -1) };
    },
  );
  const name = node.getChild('Identifier');
  const matrix = node.parent?.name === 'MatrixSelector' ? node.parent : null;
  const inside: string[] = [];
  for (let up = node.parent; up !== null; up = up.parent) {
    const operation = up.getChild('FunctionIdentifier') ?? up.getChild('AggregateOp');
    if (operation !== null) inside.push(textOf(operation));
  }
  return {
    metric:
      name === null
        ? (matchers.find(({ label, operator }) => label === '__name__' && operator === '=')?.value ?? '')
        : textOf(name),
    matchers,
    range: matrix === null ? undefined : textOf(matrix).slice(textOf(node).length + 1, -1),
    inside,
  };
}

function readGrouping(node: SyntaxNode, textOf: (node: SyntaxNode) => string): Grouping {
  // The keyword stands before the labels; the expression is the aggregation or the operation around both.
  const clause = node.parent;
  const expression = clause?.parent ?? node;
  const metrics: string[] = [];
  expression.cursor().iterate(({ node: inner }) => {
    if (inner.name === 'VectorSelector' && inner.from >= expression.from && inner.to <= expression.to)
      metrics.push(readSelector(inner, textOf).metric);
  });
  const keyword = node.prevSibling;
  return {
    keyword: keyword === null ? '' : textOf(keyword),
    labels: node.getChildren('LabelName').map(textOf),
    metrics,
  };
}
