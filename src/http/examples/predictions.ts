import type { z } from '@hono/zod-openapi';
import type { Prediction, PredictionRequest } from '../schemas.ts';
import { PREDICTION_ID } from './ids.ts';

export const predictionRequest: z.infer<typeof PredictionRequest> = {
  rows: [
    { tenure_months: 2, plan: 'basic', support_calls: 6 },
    { tenure_months: 50, plan: 'plus', support_calls: 0 },
  ],
  keep: true,
};

export const prediction: z.infer<typeof Prediction> = {
  predictions: ['yes', 'no'],
  probabilities: [
    { no: 0.04628128727399966, yes: 0.9537187127260003 },
    { no: 0.9938246078762196, yes: 0.006175392123780301 },
  ],
  prediction_ids: [PREDICTION_ID, '019a9d3c-7f00-7000-8000-000000000005'],
};

export const csvTable = 'tenure_months,plan,support_calls\n2,basic,6\n50,plus,0\n';
export const tsvTable = csvTable.replaceAll(',', '\t');
export const ndjsonTable = `${predictionRequest.rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
export const csvAnswer = `prediction,probability_no,probability_yes
yes,0.04628128727399966,0.9537187127260003
no,0.9938246078762196,0.006175392123780301
`;
export const ndjsonAnswer = `{"prediction":"yes","probabilities":{"no":0.04628128727399966,"yes":0.9537187127260003}}
{"prediction":"no","probabilities":{"no":0.9938246078762196,"yes":0.006175392123780301}}
`;
