import { z } from '@hono/zod-openapi';
import { MAX_SEED } from '#tabular';
import { ALIAS, ALIAS_RULE, NAME, NAME_RULE } from '../domain/model/registry/rules.ts';
import { SCORES } from '../domain/training/quality.ts';
import { DRIFT_LEVELS } from '../vocabulary/drift.ts';
import { ARTIFACT_REMOVERS, MODEL_CHANGES } from '../vocabulary/models.ts';
import { MODES, TASKS } from '../vocabulary/modes.ts';
import { isKey, MAX_KEY_LENGTH } from '../vocabulary/prediction-keys.ts';
import { RUN_STATUSES } from '../vocabulary/runs.ts';
import { DELIMITERS, ENCODINGS, FORMATS, READABLE_TYPES } from '../vocabulary/tables.ts';
import { DATASET_WARNINGS, PREDICTION_WARNINGS, RUN_WARNINGS } from '../vocabulary/warnings.ts';
import { DRIFT_WINDOWS, QUALITY_WINDOWS } from '../vocabulary/windows.ts';
import { annotationFields } from './annotations.ts';
import { ALIAS_NAME, ARTIFACT_ID, DATASET_ID, MODEL_NAME, PREDICTION_ID, RUN_ID } from './examples/ids.ts';
import { body, query } from './named-fields.ts';

/** The API's requests and answers; OpenAPI is made from these. Times are RFC 3339 UTC. */

const id = z.string().openapi({ format: 'uuid' });
const time = z.string().openapi({ format: 'date-time' });
const count = z.number().int();
const mode = z.enum(MODES);
const task = z.enum(TASKS);

/** Described in docs/warnings.md. */
const warningsOf = <Code extends string>(codes: readonly Code[]) =>
  z.array(z.object({ code: z.enum(codes), column: z.string().optional(), message: z.string() }));

const idParam = (example: string) =>
  z.object({
    id: z.string().openapi({ param: { name: 'id', in: 'path', example }, format: 'uuid' }),
  });
export const DatasetParam = idParam(DATASET_ID);
export const RunParam = idParam(RUN_ID);
export const ArtifactParam = idParam(ARTIFACT_ID);

const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export const UploadQuery = query({
  mode: mode.default('light').openapi({ param: { name: 'mode', in: 'query', example: 'light' } }),
  name: z
    .string()
    .optional()
    .openapi({
      param: {
        name: 'name',
        in: 'query',
        description: 'Of the table. A form may have it with its file; a bare body has no other.',
        example: 'churn.csv',
      },
    }),
  options: z.string().optional().openapi({
    description:
      'How the table is to be read, where that shall not be found out: a JSON object as in docs/tables.md. In a form, the field `options` in front of the file does the same.',
    example: '{"decimal":",","types":{"zip":"string"}}',
  }),
});
const layout = {
  delimiter: z.enum(DELIMITERS).optional(),
  header: z.boolean().optional(),
  encoding: z.enum(['utf-8', ...ENCODINGS]).optional(),
};
export const PredictOptions = body(layout);
export const UploadOptions = body({
  ...layout,
  decimal: z.enum(['.', ',']).optional(),
  thousands: z.enum(['', ',', '.', ' ', "'"]).optional(),
  date_order: z.enum(['dmy', 'mdy', 'ymd']).optional(),
  na_values: z
    .array(
      z
        .string()
        .min(1)
        .max(100)
        .regex(/^\P{Cc}*$/u, 'a text of one line'),
    )
    .max(100)
    .optional(),
  types: z.record(z.string(), z.enum(READABLE_TYPES)).optional(),
  ignore: z.array(z.string()).max(4096).optional(),
});

export const Dataset = z
  .object({
    dataset_id: id,
    name: z.string(),
    mode,
    version: count,
    format: z.enum(FORMATS),
    rows: count,
    columns: count,
    size_bytes: count,
    sha256: z.string(),
    warnings: warningsOf(DATASET_WARNINGS),
    ...annotationFields,
    created_at: time,
    expires_at: time.nullable(),
    file_url: z.string(),
    download_url: z.string(),
  })
  .openapi('Dataset');

const ColumnProfile = z.object({
  name: z.string(),
  type: z.enum(['number', 'boolean', 'datetime', 'string']),
  missing: count,
  distinct: count,
  distinct_approximate: z
    .literal(true)
    .optional()
    .openapi({ description: 'Present when `distinct` is an estimate: there were too many values to count.' }),
  min: z.union([z.number(), z.string()]).nullable(),
  max: z.union([z.number(), z.string()]).nullable(),
  mean: z.number().nullable(),
  reads_as: z.string().optional().openapi({
    description:
      'How its numbers or dates are written, where not as in JSON and ISO 8601, and in how many cells.',
    example: 'number (decimal comma), 300 of 300',
  }),
  form: z
    .union([
      z.object({ kind: z.literal('number'), decimal: z.string(), thousands: z.string(), unit: z.string() }),
      z.object({ kind: z.literal('datetime'), order: z.enum(['dmy', 'mdy', 'ymd']), separator: z.string() }),
    ])
    .optional()
    .openapi({ description: 'The same as a rule. Texts to predict are read by it too.' }),
  histogram: z
    .object({ edges: z.array(z.number()), counts: z.array(count) })
    .optional()
    .openapi({
      description:
        'Of numbers and times: rows by intervals of one width, at most 20, of which `edges` are the bounds; times in milliseconds since 1970.',
    }),
  quartiles: z.object({ q25: z.number(), median: z.number(), q75: z.number() }).optional().openapi({
    description:
      'Of numbers and times: a quarter, half and three quarters of the values lie below, between two values by their distance, as in `DataFrame.describe` of pandas; times in milliseconds since 1970.',
  }),
  top_values: z
    .object({ values: z.array(z.object({ value: z.string(), count })), others: count })
    .optional()
    .openapi({
      description:
        'Of texts: rows by the most frequent ones, at most 10, cut at 50 characters, and the rows of all others.',
    }),
});

export const UploadedDataset = Dataset.extend({
  preview: z
    .object({ columns: z.array(z.string()), rows: z.array(z.array(z.string().nullable())) })
    .optional()
    .openapi({ description: 'The first rows as texts, cut at 100 characters; of a wide table, 50 columns.' }),
  options: z.record(z.string(), z.unknown()).optional(),
}).openapi('UploadedDataset');
export const DatasetWithProfile = UploadedDataset.extend({
  profile: z.array(ColumnProfile),
  profile_sample_rows: count.optional().openapi({
    description:
      'Present when histograms, quartiles and top values are of so many rows, taken by chance: there were too many to look at them all.',
  }),
}).openapi('DatasetWithProfile');
export const DatasetPage = pageOf(Dataset).openapi('DatasetPage');

export const ExpiryQuery = query({ limit: z.coerce.number().int().min(1).max(100_000).optional() });
export const Expiry = z
  .object({
    cutoff: time.nullable(),
    limit: count,
    deleted: count,
    files_removed: count,
    files_missing: count,
  })
  .openapi('RemovedExpired');

export const TrainingRequest = body({
  dataset_id: z.string(),
  mode,
  task: task.optional(),
  target: z.string().min(1).optional(),
  seed: z.number().int().min(0).max(MAX_SEED, `must be at most ${MAX_SEED}: seeds have 32 bits`).optional(),
  params: z.record(z.string(), z.unknown()).optional(),
}).openapi('TrainingRequest');

export const TrainingHeaders = z.object({ 'idempotency-key': z.string().min(1).max(255).optional() });

export const TrainingRun = z
  .object({
    id,
    dataset_id: id,
    mode,
    task,
    target: z.string(),
    seed: count,
    params: z.record(z.string(), z.unknown()),
    status: z.enum(RUN_STATUSES),
    attempt: count,
    progress: z.number().min(0).max(1),
    progress_details: z.record(z.string(), z.unknown()).nullable(),
    queued_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    duration_seconds: z.number().nullable(),
    metrics: z.record(z.string(), z.unknown()).nullable(),
    warnings: warningsOf(RUN_WARNINGS),
    ...annotationFields,
    artifact_id: id.nullable(),
    /** When and by whom the model was removed that the run had. */
    artifact_removed_at: time.nullable(),
    artifact_removed_by: z.enum(ARTIFACT_REMOVERS).nullable(),
    error: z.string().nullable(),
    error_type: z.string().nullable(),
    trace_id: z.string().nullable(),
    trace_url: z.string().optional(),
    logs_url: z.string().optional(),
    dashboard_url: z.string().optional(),
  })
  .openapi('TrainingRun');
/** How far a run is; while it searches, also what it is trying. */
export const RunProgress = TrainingRun.pick({ id: true, status: true, progress: true })
  .catchall(z.unknown())
  .openapi('TrainingRunProgress');
/** A piece of a run's time and the pieces it is made of. */
export const TraceNode = z
  .object({
    name: z.string(),
    started_at: time,
    ended_at: time.nullable(),
    duration_seconds: z.number().nullable(),
    error_type: z.string().nullable(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    get children() {
      return z.array(TraceNode);
    },
  })
  .openapi('TraceNode');

export const TrainingRunPage = pageOf(TrainingRun).openapi('TrainingRunPage');

export const Artifact = z
  .object({
    id,
    run_id: id,
    dataset_id: id,
    mode,
    task,
    target: z.string(),
    format: z.string(),
    size_bytes: count,
    sha256: z.string(),
    inputs: z.array(z.object({ name: z.string(), type: z.string() })),
    metrics: z.record(z.string(), z.unknown()),
    /** The versions of names that it is; as long as there is one, it is not removed. */
    held_by: z.array(z.object({ name: z.string(), version: count })),
    ...annotationFields,
    created_at: time,
    download_url: z.string(),
  })
  .openapi('Artifact');
export const ArtifactPage = pageOf(Artifact).openapi('ArtifactPage');
/** Described in docs/models.md; kept as it was when the model was made. */
export const ModelCard = z.record(z.string(), z.any()).openapi('ModelCard');
const driftLevel = z.enum(DRIFT_LEVELS);
export const DriftQuery = query({
  window: z
    .enum(DRIFT_WINDOWS)
    .default('24h')
    .openapi({ param: { name: 'window', in: 'query', description: 'Up to now, from a full hour on.' } }),
});
const shares = z.array(z.number()).readonly();
const distribution = z.object({
  type: z.string(),
  edges: shares.optional().openapi({
    description:
      'Of numbers: the upper edges of all bins but the last; dates in milliseconds since 1970. One more bin holds the missing values.',
  }),
  labels: z.array(z.string()).readonly().optional().openapi({
    description: 'Of texts: a bin each. One more bin holds all other labels, and one the missing values.',
  }),
  reference: shares.openapi({ description: 'Share of the training rows in each bin.' }),
  current: shares.openapi({ description: 'Share of the rows predicted in each bin.' }),
});
export const ArtifactDrift = z
  .object({
    artifact_id: id,
    window: z.enum(DRIFT_WINDOWS),
    level: driftLevel,
    rows: count,
    since: time.nullable(),
    psi: z.number().nullable(),
    columns: z.array(
      z.object({
        name: z.string(),
        psi: z.number(),
        level: driftLevel,
        distribution: distribution
          .optional()
          .openapi({ description: 'There of the hundred columns that moved furthest.' }),
      }),
    ),
  })
  .openapi('ArtifactDrift');

const cost = z.coerce.number().min(0).max(1e12).optional();
/** Where one of the two is given the other is 1. */
export const EvaluationQuery = query({ false_positive_cost: cost, false_negative_cost: cost });

const numbers = z.array(z.number()).readonly();
const counts = z.array(count).readonly();
const threshold = z.number().nullable().openapi({ description: 'Null: none, no row reaches it.' });
const decision = z.object({
  threshold,
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
  predicted_positive: z.number(),
  cost: z.number().optional(),
});
const classEvaluation = z.object({
  class: z.string(),
  n_positive: count,
  roc: z.object({ fpr: numbers, tpr: numbers, thresholds: z.array(threshold).readonly() }),
  precision_recall: z.object({ precision: numbers, recall: numbers, thresholds: numbers }),
  calibration: z.object({ prob_true: numbers, prob_pred: numbers, counts }),
});
const partialDependence = z
  .object({
    n_rows: count,
    classes: z.array(z.string()).readonly().nullable(),
    features: z
      .array(
        z.object({
          feature: z.string(),
          grid_values: z.array(z.union([z.number(), z.string()])).readonly(),
          average: z.array(numbers).readonly(),
        }),
      )
      .readonly(),
  })
  .optional()
  .openapi({ description: 'Not there of models that were made before it was kept.' });
/** Described in docs/models.md. */
export const Evaluation = z
  .discriminatedUnion('task', [
    z.object({
      task: z.literal('classification'),
      n_test: count,
      n_classes: count,
      classes: z.array(classEvaluation),
      thresholds: z
        .object({ rows: z.array(decision).readonly(), current: decision, cheapest: decision.optional() })
        .nullable(),
      partial_dependence: partialDependence,
    }),
    z.object({
      task: z.literal('regression'),
      n_test: count,
      residuals: z.object({
        mean: z.number(),
        histogram: z.object({ bin_edges: numbers, counts }),
        quantiles: z.object({ q: numbers, values: numbers }),
      }),
      predictions: z.object({ y_true: numbers, y_pred: numbers }),
      partial_dependence: partialDependence,
    }),
  ])
  .openapi('Evaluation');
export const ArtifactDeleted = z.object({ id, deleted: z.literal(true) });

const modelName = z
  .string()
  .regex(NAME, NAME_RULE)
  .openapi({ param: { name: 'name', in: 'path', example: MODEL_NAME } });
const alias = z
  .string()
  .regex(ALIAS, ALIAS_RULE)
  .openapi({ param: { name: 'alias', in: 'path', example: ALIAS_NAME } });
const versionNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1 on')
  .transform(Number)
  .openapi({ type: 'integer', param: { name: 'version', in: 'path', example: 1 } });

export const ModelParam = z.object({ name: modelName });
export const AliasParam = z.object({ name: modelName, alias });
export const VersionParam = z.object({ name: modelName, version: versionNumber });
/** The router takes `{name}@{alias}` for one parameter. */
export const AddressParam = z.preprocess((params, { addIssue }) => {
  const [[, address = ''] = []] = Object.entries(params as Record<string, string>);
  const at = address.indexOf('@');
  if (at < 0) addIssue('A model is called as {name}@{alias} or {name}/versions/{version}.');
  return { name: address.slice(0, at), alias: address.slice(at + 1) };
}, AliasParam);

export const VersionRequest = body({ artifact_id: z.string().optional(), run_id: z.string().optional() })
  .refine(
    ({ artifact_id, run_id }) => (artifact_id === undefined) !== (run_id === undefined),
    'either artifact_id or run_id must be given',
  )
  .openapi('ModelVersionRequest');
export const AliasRequest = body({ version: z.number().int().min(1).max(999_999_999) }).openapi(
  'ModelAliasRequest',
);

export const Model = z
  .object({
    name: z.string(),
    versions: count,
    latest_version: count.nullable(),
    /** Version by alias. */
    aliases: z.record(z.string(), count),
    ...annotationFields,
    created_at: time,
  })
  .openapi('Model');
export const ModelPage = pageOf(Model).openapi('ModelPage');
export const ModelVersion = z
  .object({
    name: z.string(),
    version: count,
    aliases: z.array(z.string()),
    artifact_id: id,
    run_id: id,
    dataset_id: id,
    mode,
    task,
    target: z.string(),
    metrics: z.record(z.string(), z.unknown()),
    created_at: time,
    predict_url: z.string(),
  })
  .openapi('ModelVersion');
export const ModelVersionPage = pageOf(ModelVersion).openapi('ModelVersionPage');
export const ModelHistoryLine = z
  .object({
    at: time,
    by: z.string(),
    change: z.enum(MODEL_CHANGES),
    alias: z.string().nullable(),
    from_version: count.nullable(),
    to_version: count.nullable(),
    artifact_id: id.nullable(),
    trace_id: z.string().nullable(),
  })
  .openapi('ModelHistoryLine');
export const ModelHistory = pageOf(ModelHistoryLine).openapi('ModelHistory');

/** More rows than this belong into a batch. */
const MAX_PREDICTION_ROWS = 10_000;
/** Not `z.record`: that would copy every cell, and lose a column named `__proto__`. */
const row = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object',
  )
  .openapi({ type: 'object', additionalProperties: true });
const predictionKey = z
  .string()
  .min(1)
  .max(MAX_KEY_LENGTH)
  .refine(isKey, 'must be a text that can be stored: well-formed, without NUL')
  .openapi({ example: 'customer 17' });
/** With many trees each takes milliseconds, some hundred times as long as its prediction. */
const MAX_EXPLAINED_ROWS = 100;
const LEVEL_RULE = 'Of a regression: the probability with which the true value is to be within the interval';
const [MIN_LEVEL, MAX_LEVEL] = [0.5, 0.999];
export const PredictionQuery = query({
  options: z.string().optional().openapi({
    description:
      'How a table is written, where that shall not be found out: a JSON object of `delimiter`, `header` and `encoding` as in docs/tables.md.',
    example: '{"header":true}',
  }),
  interval: z.coerce
    .number()
    .min(MIN_LEVEL)
    .max(MAX_LEVEL)
    .optional()
    .openapi({ description: `${LEVEL_RULE} that each row of a table is answered with.` }),
  key: z.string().min(1).max(256).optional().openapi({
    description:
      'A column that holds a key of its own for each row: the predictions are kept, so that their outcomes can be told later by these.',
  }),
  keep: z
    .stringbool({ truthy: ['true'], falsy: ['false'] })
    .optional()
    .openapi({
      type: 'boolean',
      description:
        'True: without a key the predictions are kept under ids of their own; a table is answered with them, as a last column `prediction_id`.',
    }),
});
export const PredictionRequest = body({
  rows: z.array(row).min(1).max(MAX_PREDICTION_ROWS),
  intervals: z
    .number()
    .min(MIN_LEVEL)
    .max(MAX_LEVEL)
    .optional()
    .openapi({ description: `${LEVEL_RULE} that each row is answered with.` }),
  contributions: z
    .boolean()
    .optional()
    .openapi({
      description: `True: the answer says what each column adds to a prediction; for at most ${MAX_EXPLAINED_ROWS} rows.`,
    }),
  keep: z.boolean().optional().openapi({
    description:
      'True: the predictions are kept, so that their outcomes can be told later by the `prediction_ids` in the answer.',
  }),
  keys: z
    .array(predictionKey)
    .optional()
    .openapi({
      description: 'Likewise, by keys of your own: one a row, different ones.',
      example: ['customer 17', 'customer 18'],
    }),
})
  .refine(({ rows, keys }) => !keys || keys.length === rows.length, 'keys: one is needed for each row')
  .refine(({ keys = [] }) => new Set(keys).size === keys.length, 'keys: each row needs one of its own')
  .refine(
    ({ rows, contributions }) => !contributions || rows.length <= MAX_EXPLAINED_ROWS,
    `contributions are given for at most ${MAX_EXPLAINED_ROWS} rows`,
  )
  .openapi('PredictionRequest');
/** Described, not parsed: it is read as it arrives. */
export const TableBody = z
  .custom<never>()
  .openapi({ type: 'string', description: 'A header and rows, or an object a row' });
/** Described in docs/models.md. */
const Explanation = z
  .object({
    scale: z.enum(['value', 'log_odds', 'margin', 'log', 'symlog']),
    rows: z
      .array(
        z.object({
          class: z.string().optional(),
          base_value: z.number(),
          contributions: z.array(z.object({ column: z.string(), value: z.number() })).readonly(),
        }),
      )
      .readonly(),
  })
  .openapi('Explanation');
export const Prediction = z
  .object({
    predictions: z.array(z.union([z.string(), z.number()])),
    probabilities: z.array(z.record(z.string(), z.number())).optional(),
    prediction_ids: z.array(id).readonly().optional().openapi({ description: 'There when `keep` was true.' }),
    intervals: z
      .array(z.object({ lower: z.number(), upper: z.number() }))
      .optional()
      .openapi({ description: 'There when `intervals` was given.' }),
    explanation: Explanation.optional().openapi({ description: 'There when `contributions` was true.' }),
    warnings: warningsOf(PREDICTION_WARNINGS)
      .optional()
      .openapi({ description: 'There when its rows of late are unlike those that it was trained on.' }),
  })
  .openapi('Prediction');

/** More than this belong into several requests. */
const MAX_OUTCOMES = 10_000;
const outcome = body({
  prediction_id: predictionKey.optional().openapi({ example: PREDICTION_ID }),
  key: predictionKey.optional(),
  actual: z.union([z.string(), z.number(), z.boolean()]),
}).refine(
  ({ prediction_id, key }) => (prediction_id === undefined) !== (key === undefined),
  'either prediction_id or key must be given',
);
export const FeedbackRequest = body({ outcomes: z.array(outcome).min(1).max(MAX_OUTCOMES) }).openapi(
  'FeedbackRequest',
);
const left = z.object({ count, keys: z.array(z.string()).readonly() });
export const Feedback = z
  .object({
    accepted: count,
    replaced: count.openapi({ description: 'Had an outcome before.' }),
    unknown: left.openapi({ description: 'Nothing is kept under these; the first ten.' }),
    unusable: left.openapi({
      description: 'The model could not have predicted these outcomes; the first ten.',
    }),
  })
  .openapi('Feedback');

export const LiveQualityQuery = query({
  window: z
    .enum(QUALITY_WINDOWS)
    .default('30d')
    .openapi({ param: { name: 'window', in: 'query', description: 'In which the predictions were made.' } }),
});
const figures = z.record(z.string(), z.number().nullable());
export const LiveQuality = z
  .object({
    artifact_id: id,
    task,
    window: z.enum(QUALITY_WINDOWS),
    predictions: count.openapi({ description: 'That were kept.' }),
    outcomes: count.openapi({ description: 'That were told of them.' }),
    live: figures,
    training: figures,
  })
  .openapi('LiveQuality');

const score = z.number().nullable();
const perScore = <Prefix extends string>(prefix: Prefix) =>
  Object.fromEntries(SCORES.map((name) => [`${prefix}${name}`, score])) as Record<
    `${Prefix}${(typeof SCORES)[number]}`,
    typeof score
  >;

const TrendPoint = z
  .object({
    run_id: id,
    artifact_id: id.nullable(),
    dataset_id: id,
    mode,
    task,
    target: z.string(),
    finished_at: time,
    ...perScore(''),
  })
  .openapi('TrendPoint');
export const Trends = z.object({ trends: z.array(TrendPoint) }).openapi('Trends');
export const Summary = z
  .object({
    aggregates: z.object({
      count,
      classification_count: count,
      regression_count: count,
      ...perScore('avg_'),
      ...perScore('best_'),
    }),
    groups: z.array(
      z.object({
        dataset_id: id,
        target: z.string(),
        task,
        count,
        latest_run_id: id,
        latest_finished_at: time,
        scores: z.array(
          z.object({
            name: z.enum(SCORES),
            better: z.enum(['higher', 'lower']),
            avg: score,
            best: score,
            best_run_id: id.nullable(),
            latest: score,
          }),
        ),
      }),
    ),
    trends: z.array(TrendPoint),
  })
  .openapi('Summary');

export const Health = z
  .object({ status: z.literal('ok'), version: z.string(), role: z.string() })
  .openapi('Health');
export const Readiness = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    checks: z.array(z.object({ name: z.string(), status: z.enum(['up', 'down']) })),
  })
  .openapi('Readiness');
