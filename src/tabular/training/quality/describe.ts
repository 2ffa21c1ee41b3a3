import type { TransformChoice } from '../choose-transform.ts';
import type { Target } from '../target.ts';
import type { IntervalSummary, TrainingMetrics } from '../types.ts';
import type { Quality } from './evaluate.ts';

/** What both tasks' metrics have beside the quality itself. */
export type SharedMetrics = Omit<TrainingMetrics, 'task' | 'baseline' | keyof Quality['model']>;

export function describeQuality(
  target: Target,
  quality: Quality,
  shared: SharedMetrics,
  { transform, compared }: TransformChoice,
  intervals: IntervalSummary | null,
): TrainingMetrics {
  if (quality.task === 'regression') {
    return {
      task: 'regression',
      ...quality.model,
      baseline: { strategy: 'mean', ...quality.baseline },
      target_transform: { name: transform?.name ?? 'none', compared },
      intervals,
      ...shared,
    };
  }
  return {
    task: 'classification',
    ...quality.model,
    classes: target.task === 'classification' ? target.classes : [],
    baseline: { strategy: 'majority_class', ...quality.baseline },
    ...shared,
  };
}
