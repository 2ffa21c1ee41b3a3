import { z } from 'zod';

/** An alert as Alertmanager has it now. */
export interface FiringAlert {
  readonly name: string;
  readonly started_at: string;
  /** Which one: the instance, the route. */
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Whether somebody or another alert keeps it from being told. */
  readonly suppressed: boolean;
}

/** @throws when Alertmanager does not answer */
export type ReadFiring = () => Promise<FiringAlert[]>;

const LIMIT_MS = 2000;
const MAX_ALERTS = 200;

const labels = z.record(z.string(), z.string());
const Answer = z.array(
  z.object({
    labels,
    annotations: labels,
    startsAt: z.iso.datetime({ offset: true }),
    status: z.object({ state: z.string() }),
  }),
);

/** @param url of an Alertmanager, as this service reaches it */
export function createReadFiring(url: string): ReadFiring {
  return async () => {
    const response = await fetch(`${url}/api/v2/alerts?active=true`, {
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (!response.ok) throw new Error(`Alertmanager answers ${response.status}`);
    return Answer.parse(await response.json())
      .slice(0, MAX_ALERTS)
      .map(({ labels: { alertname = '', ...rest }, annotations, startsAt, status }) => ({
        name: alertname,
        started_at: new Date(startsAt).toISOString(),
        labels: rest,
        summary: annotations['summary'] ?? '',
        suppressed: status.state === 'suppressed',
      }));
  };
}
