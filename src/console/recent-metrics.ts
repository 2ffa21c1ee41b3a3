import type { ServiceMetrics } from '../client/index.ts';
import { api } from './api.ts';
import { joined } from './joined-samples.ts';
import { namesWith } from './service-figures.ts';

/** What came so far: only what is new is asked for. */
let kept: ServiceMetrics | undefined;

/** The last hour of what the service exports. */
export async function recentMetrics(signal: AbortSignal): Promise<ServiceMetrics> {
  // The domain metrics' names are a setting, which an answer about any metric tells.
  const { prefix } =
    kept ?? (await api().getServiceMetrics({ metric: namesWith('').slice(0, 1) }, { signal }));
  const metric = namesWith(prefix);
  const since = kept?.times.at(-1);
  const answer = await api().getServiceMetrics({ metric, ...(since && { since }) }, { signal });
  const whole = kept && since ? joined(kept, answer) : answer;
  kept = whole ?? (await api().getServiceMetrics({ metric }, { signal }));
  return kept;
}
