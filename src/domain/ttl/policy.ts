const DAY_MS = 86_400_000;

/** How long datasets live. Zero days: for ever. */
export interface TtlPolicy {
  readonly days: number;
}

/** Datasets created before this moment have expired; null when they never do. */
export function cutoff(policy: TtlPolicy, now: Date): Date | null {
  return policy.days > 0 ? new Date(now.getTime() - policy.days * DAY_MS) : null;
}

/** When a dataset created then expires; null when it never does. */
export function expiry(policy: TtlPolicy, createdAt: Date): Date | null {
  return policy.days > 0 ? new Date(createdAt.getTime() + policy.days * DAY_MS) : null;
}
