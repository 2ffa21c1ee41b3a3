import type { CrowdedWork, RejectionReason } from '../../vocabulary/overload.ts';
import { catalogueMeter } from './catalogue-meter.ts';

export function overloadInstruments(prefix: string) {
  const rejections = catalogueMeter(prefix).counter('overloadRejections');

  return {
    /** A request was turned away, to be sent again later, because too many others were before it. */
    rejected({ work, reason }: { work: CrowdedWork; reason: RejectionReason }): void {
      rejections(1, { work, reason });
    },
  };
}
