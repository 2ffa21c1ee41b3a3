import { setImmediate } from 'node:timers/promises';
import type { Estimator, ModelDocument, TargetTransform } from '../../document.ts';
import { readInputs } from '../../values/inputs.ts';
import { rowsToTable } from '../../values/rows.ts';
import type { RowPredictions } from '../predictions.ts';
import type { ScoreExplainer } from './explainer.ts';
import { linearExplainer } from './linear.ts';
import { treesExplainer } from './trees.ts';

/** Why rows are predicted as they are. */
export interface Explanation {
  /**
   * What base and contributions sum to: the predicted value; of two classes the log-odds of the second; of more the
   * margin of the predicted one (the softmax of all margins are the probabilities). Of a transformed target: its
   * transform of the predicted value.
   */
  readonly scale: 'value' | 'log_odds' | 'margin' | TargetTransform['name'];
  readonly rows: readonly RowExplanation[];
}

export interface RowExplanation {
  /** Whose log-odds or margin it is. */
  readonly class?: string;
  readonly base_value: number;
  /** Of every column, the largest first, whatever its sign. */
  readonly contributions: readonly { readonly column: string; readonly value: number }[];
}

/** Others have their turn after so many milliseconds. */
const SLICE_MS = 10;

/**
 * Explains the rows of predictions. Null: of a model that was made before what it takes was kept with models.
 *
 * Of a blend the scores are the weighted mean of its members' scores, and so is all that is said of them. For numbers
 * that is the prediction; of classes it is not quite, because there it is the members' probabilities that are averaged.
 */
export function explainerOf(
  document: ModelDocument,
): ((rows: readonly Record<string, unknown>[], predicted: RowPredictions) => Promise<Explanation>) | null {
  const { classes, columns } = document;
  const explainer = scoreExplainer(document.estimator);
  if (!explainer) return null;
  const isOfMany = classes !== null && classes.length > 2;
  return async (rows, { predictions }) => {
    const explain = explainer.read(readInputs(rowsToTable(rows, document), columns));
    const explained: RowExplanation[] = [];
    let sliceBegan = performance.now();
    for (const row of rows.keys()) {
      const output = isOfMany ? classes.indexOf(predictions[row] as string) : 0;
      const sums = new Float64Array(columns.length);
      for (const _ of explain(row, output, 1, sums)) {
        if (performance.now() - sliceBegan < SLICE_MS) continue;
        await setImmediate();
        sliceBegan = performance.now();
      }
      explained.push({
        ...(classes && { class: classes[isOfMany ? output : 1]! }),
        base_value: explainer.base[output]!,
        contributions: columns
          .map(({ name }, c) => ({ column: name, value: sums[c]! }))
          .sort((a, b) => Math.abs(b.value) - Math.abs(a.value)),
      });
    }
    return { scale: scaleOf(document), rows: explained };
  };
}

function scaleOf({ classes, estimator }: ModelDocument): Explanation['scale'] {
  if (estimator.kind === 'transformed_target') return estimator.transform.name;
  if (classes === null) return 'value';
  return classes.length > 2 ? 'margin' : 'log_odds';
}

export function scoreExplainer(estimator: Estimator): ScoreExplainer | null {
  if (estimator.kind === 'linear') return linearExplainer(estimator);
  if (estimator.kind === 'trees') return treesExplainer(estimator);
  if (estimator.kind === 'transformed_target') return scoreExplainer(estimator.estimator);
  const members = estimator.members.flatMap(({ weight, estimator: member }) => {
    const explainer = scoreExplainer(member);
    return explainer ? [{ weight, explainer }] : [];
  });
  if (members.length < estimator.members.length) return null;
  return {
    base: members[0]!.explainer.base.map((_, k) =>
      members.reduce((sum, { weight, explainer }) => sum + weight * explainer.base[k]!, 0),
    ),
    read(inputs) {
      const parts = members.map(({ weight, explainer }) => ({ weight, explain: explainer.read(inputs) }));
      return function* explainBlend(row, output, share, sums) {
        for (const { weight, explain } of parts) yield* explain(row, output, share * weight, sums);
      };
    },
  };
}
