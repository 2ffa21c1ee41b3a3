import type { ServiceMetrics } from '../client/index.ts';
import { api } from './api.ts';
import { joined } from './joined-samples.ts';
import { namesWith } from './service-figures.ts';

/** What came so far: only what is new is asked for. */
let kept: ServiceMetrics | undefined;

/** The last hour of what the service exports. */
export async function recentMetrics(signal: AbortSignal): Promise<ServiceMetrics> {
  const ask = (metric: string[], since?: string) =>
    api().getServiceMetrics({ metric, ...(since && { since }) }, { signal });
  const newer = kept && (await ask(namesWith(kept.prefix), kept.times.at(-1)));
  kept = kept && newer && joined(kept, newer);
  if (kept) return kept;
  // The domain metrics' names are a setting, which an answer about any metric tells.
  const { prefix } = await ask(namesWith('').slice(0, 1));
  kept = await ask(namesWith(prefix));
  return kept;
}
