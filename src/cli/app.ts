import { buildApplication, buildRouteMap, text_en } from '@stricli/core';
import { annotate } from './commands/annotate.ts';
import { compare } from './commands/compare.ts';
import { completion } from './commands/completion.ts';
import { doctor } from './commands/doctor.ts';
import { metrics } from './commands/metrics.ts';
import { models } from './commands/models.ts';
import { predict } from './commands/predict.ts';
import { runs } from './commands/runs.ts';
import { trace } from './commands/trace.ts';
import { train } from './commands/train.ts';
import { upload } from './commands/upload.ts';
import { exitCodeOf, sentenceOf } from './errors.ts';

const routes = buildRouteMap({
  routes: { upload, train, runs, compare, predict, models, annotate, trace, metrics, doctor, completion },
  docs: {
    brief: 'Upload a table, train a model on it, call the model, and see into it',
    fullDescription: `Upload a table, train a model on it, call the model, and see into it.

Examples:
  mlops-backend upload churn.csv
  mlops-backend train DATASET --target churned --watch
  mlops-backend predict ARTIFACT customers.csv > predictions.csv

Settings: MLOPS_URL, MLOPS_API_KEY, NO_COLOR.
Exit codes: 0 done, 1 refused, 2 used wrongly, 3 the run did not succeed, 4 no service, 130 interrupted.`,
  },
});

/** @param version of the package */
export const createApp = (version: string) =>
  buildApplication(routes, {
    name: 'mlops-backend',
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    determineExitCode: exitCodeOf,
    localization: {
      text: { ...text_en, exceptionWhileRunningCommand: sentenceOf },
    },
  });
