/** The parts of a model's metrics that grow with its data: a confusion matrix alone may have a million cells. */
const LONG = new Set([
  'confusion_matrix',
  'classes',
  'cross_validation',
  'feature_importances',
  'excluded',
  'search',
]);

/** Of a model's metrics (docs/models.md) the single figures: what lists, trends and the summary show. */
export const summaryOf = (metrics: object): object =>
  Object.fromEntries(Object.entries(metrics).filter(([name]) => !LONG.has(name)));
