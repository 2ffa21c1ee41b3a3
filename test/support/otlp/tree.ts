import type { SeenSpan } from './received.ts';

/** Of what is not in itself interesting: the libraries' own spans. */
const isOurs = ({ instrumentation }: SeenSpan) =>
  ['mlops-backend', 'mlops-backend/http-server'].includes(instrumentation);

/** A trace as people read it: a line a span, below its parent, in the order of their beginnings. */
export function printTree(spans: readonly SeenSpan[], all = false): string {
  const shown = spans.filter((span) => all || isOurs(span)).sort((a, b) => a.start - b.start);
  const known = new Set(shown.map(({ spanId }) => spanId));
  const lines: string[] = [];
  const print = (span: SeenSpan, depth: number) => {
    const {
      'error.type': errorType,
      'mlops.training.attempt': attempt,
      'mlops.training.outcome': outcome,
      'mlops.job.handed_back': isHandedBack,
    } = span.attributes;
    const facts = [
      span.kind === 'INTERNAL' ? '' : span.kind,
      String(span.role),
      `${Math.round(span.end - span.start)} ms`,
      attempt === undefined ? '' : `attempt ${attempt}`,
      String(outcome ?? ''),
      isHandedBack ? 'handed back' : '',
      span.status === 'UNSET' ? '' : `${span.status} ${errorType}`,
      ...span.links.map(({ spanId }) => `→ ${spanId.slice(0, 4)}`),
    ];
    const name = `${'  '.repeat(depth)}${span.name}`.padEnd(52);
    lines.push(`${span.spanId.slice(0, 4)} ${name} ${facts.filter(Boolean).join(' · ')}`);
    for (const child of shown) if (child.parentSpanId === span.spanId) print(child, depth + 1);
  };
  for (const span of shown) if (!known.has(span.parentSpanId)) print(span, 0);
  return lines.join('\n');
}
