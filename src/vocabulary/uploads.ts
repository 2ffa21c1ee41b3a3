/** Why an upload was refused or lost. */
export const UPLOAD_FAILURE_REASONS = [
  'too_large',
  'empty',
  'bad_format',
  'bad_header',
  'too_few_rows',
  'too_many_empty',
  'aborted',
  'storage',
  'internal',
] as const;
export type UploadFailureReason = (typeof UPLOAD_FAILURE_REASONS)[number];
