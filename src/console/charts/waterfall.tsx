import type { TraceNode } from '../../client/index.ts';
import { figure, seconds } from '../format.ts';
import { t } from '../texts/index.ts';

interface Piece {
  readonly node: TraceNode;
  readonly depth: number;
}

const pieces = (node: TraceNode, depth = 0): readonly Piece[] => [
  { node, depth },
  ...node.children.flatMap((child) => pieces(child, depth + 1)),
];

/** What tells pieces of the same name apart. */
function nameOf({ name, attributes }: TraceNode): string {
  const texts = t().runs;
  const { attempt, 'mlops.trial.family': family, 'mlops.trial.loss': loss } = attributes;
  const details = [
    attempt,
    typeof family === 'string' ? (texts.algorithms[family] ?? family) : undefined,
    typeof loss === 'number' ? figure(loss) : undefined,
  ];
  return [texts.stages[name] ?? name, ...details].filter((part) => part !== undefined).join(' · ');
}

/** Where a run's time went: each piece under the one that it is part of, from its start to its end. */
export function Waterfall({ of: run }: { readonly of: TraceNode }) {
  const begin = Date.parse(run.started_at);
  const end = run.ended_at === null ? Date.now() : Date.parse(run.ended_at);
  const span = Math.max(1, end - begin);
  const share = (time: string | null) => (((time === null ? end : Date.parse(time)) - begin) / span) * 100;
  return (
    <ol class="waterfall" aria-label={t().runs.waterfall}>
      {pieces(run).map(({ node, depth }, i) => {
        const [from, to] = [share(node.started_at), share(node.ended_at)];
        return (
          <li key={i}>
            <span class="name clip" style={{ paddingLeft: `${depth * 0.9}rem` }} title={nameOf(node)}>
              {nameOf(node)}
            </span>
            <span class="bar" aria-hidden="true">
              <span
                class={node.error_type === null ? `depth-${Math.min(depth, 3)}` : 'failed'}
                style={{ left: `${from}%`, width: `max(2px, ${to - from}%)` }}
              />
            </span>
            <span class="figure">
              {node.error_type ?? (node.duration_seconds === null ? '…' : seconds(node.duration_seconds))}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
