/** Work that is done in a place of its own, of which there are few. */
export const CROWDED_WORK = ['upload', 'table_prediction'] as const;
export type CrowdedWork = (typeof CROWDED_WORK)[number];

/** Why a request for it was turned away: it would have waited too long, or it had. */
export const REJECTION_REASONS = ['queue_full', 'timeout'] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];
