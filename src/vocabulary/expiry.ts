/** How a cycle of the clean-up ended; `empty`: there was nothing to remove. */
export const TTL_RESULTS = ['success', 'empty', 'failure'] as const;
