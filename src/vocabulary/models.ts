/**
 * What can change of a name: the lines of its history, and how they are counted. An alias that moves to a later
 * version is promoted, to an earlier one rolled back.
 */
export const MODEL_CHANGES = [
  'version_registered',
  'version_removed',
  'model_removed',
  'alias_assigned',
  'alias_promoted',
  'alias_rolled_back',
  'alias_removed',
] as const;
export type ModelChange = (typeof MODEL_CHANGES)[number];

/** Who removed an artifact: MAX_MODEL_ARTIFACTS, or a client. */
export const ARTIFACT_REMOVERS = ['retention', 'request'] as const;
export type ArtifactRemover = (typeof ARTIFACT_REMOVERS)[number];
