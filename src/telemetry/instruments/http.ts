import type { HttpRefusal } from '../../vocabulary/http-refusals.ts';
import { catalogueMeter } from './catalogue-meter.ts';

export function httpInstruments(prefix: string) {
  const refusals = catalogueMeter(prefix).counter('httpRefusals');

  return {
    /** A connection was ended because what came by it was no request, or did not become one in time. */
    refused({ code }: { code: HttpRefusal }): void {
      refusals(1, { code });
    },
  };
}
