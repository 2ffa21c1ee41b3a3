import type { ModelChange } from '../../vocabulary/models.ts';
import { catalogueMeter } from './catalogue-meter.ts';

export type ModelInstruments = ReturnType<typeof modelInstruments>;

export function modelInstruments(prefix: string) {
  const changes = catalogueMeter(prefix).counter('modelChanges');

  return {
    /** What stands under a name was changed, and the change is kept. */
    changed(change: ModelChange): void {
      changes(1, { change });
    },
  };
}
