/** The story that all examples of the API's description tell: a table is uploaded, a model trained, named and called. */
export const DATASET_ID = '019a9d3c-7f00-7000-8000-000000000001';
export const RUN_ID = '019a9d3c-7f00-7000-8000-000000000002';
export const ARTIFACT_ID = '019a9d3c-7f00-7000-8000-000000000003';
export const PREDICTION_ID = '019a9d3c-7f00-7000-8000-000000000004';
export const MODEL_NAME = 'churn';
export const ALIAS_NAME = 'production';
