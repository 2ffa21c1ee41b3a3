const DAY_MS = 86_400_000;
/** Times that the database and RFC 3339 can both write: 1970 to 9999. */
const CALENDAR_START = 0;
const CALENDAR_END = Date.UTC(10_000, 0);

/** How long something is kept. Zero days: for ever. */
export interface TtlPolicy {
  readonly days: number;
}

/** So many days away from a moment, forwards or backwards; null outside the calendar. */
function daysFrom(moment: Date, days: number): Date | null {
  const time = moment.getTime() + days * DAY_MS;
  return time >= CALENDAR_START && time < CALENDAR_END ? new Date(time) : null;
}

/** What was made, or has ended, before this moment has expired; null when nothing can have. */
export function cutoff(policy: TtlPolicy, now: Date): Date | null {
  return policy.days > 0 ? daysFrom(now, -policy.days) : null;
}

/** When what was made then expires; null when it never does. */
export function expiry(policy: TtlPolicy, createdAt: Date): Date | null {
  return policy.days > 0 ? daysFrom(createdAt, policy.days) : null;
}
