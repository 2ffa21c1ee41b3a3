import type { TTL_RESULTS } from '../../vocabulary/expiry.ts';
import { catalogueMeter } from './catalogue-meter.ts';

export type TtlInstruments = ReturnType<typeof ttlInstruments>;

export function ttlInstruments(prefix: string) {
  const meter = catalogueMeter(prefix);
  const cycles = meter.counter('ttlCycles');
  const duration = meter.histogram('ttlCycleDuration');
  const datasetsRemoved = meter.counter('ttlDatasetsRemoved');
  const filesRemoved = meter.counter('ttlFilesRemoved');
  const filesMissing = meter.counter('ttlFilesMissing');

  return {
    /** A clean-up cycle ended. */
    cycle({ result, seconds }: { result: (typeof TTL_RESULTS)[number]; seconds: number }): void {
      cycles(1, { result });
      duration(seconds, {});
    },

    datasetsRemoved(count: number): void {
      datasetsRemoved(count, {});
    },

    /** The file of an expired dataset was removed, or had gone before. */
    file(was: 'removed' | 'missing'): void {
      (was === 'removed' ? filesRemoved : filesMissing)(1, {});
    },
  };
}
