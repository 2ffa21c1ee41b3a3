/** Spans of time up to now that one may ask about. Inputs are counted by the hour: a window begins with a full one. */
export const DRIFT_WINDOWS = ['1h', '24h', '7d'] as const;
export const QUALITY_WINDOWS = ['24h', '7d', '30d', '90d'] as const;

export type DriftWindow = (typeof DRIFT_WINDOWS)[number];
export type QualityWindow = (typeof QUALITY_WINDOWS)[number];

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const WINDOW_MS: Readonly<Record<DriftWindow | QualityWindow, number>> = {
  '1h': HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
};
