/** What became of an outcome that was sent back. */
export const FEEDBACK_RECEIPTS = ['accepted', 'replaced', 'unknown', 'unusable'] as const;

export type FeedbackReceipt = (typeof FEEDBACK_RECEIPTS)[number];
