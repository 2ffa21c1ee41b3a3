import { catalogueMeter } from './catalogue-meter.ts';

/** @param space of the storage; undefined: it is not known to end */
export function registerStorageGauges(
  space: () => Promise<{ readonly availableBytes: number; readonly sizeBytes: number } | undefined>,
  prefix: string,
): void {
  const meter = catalogueMeter(prefix);
  const available = meter.observableGauge('storageAvailable');
  const size = meter.observableGauge('storageSize');
  meter.observe([available, size], async (result) => {
    const now = await space();
    if (now === undefined) return;
    result.observe(available, now.availableBytes);
    result.observe(size, now.sizeBytes);
  });
}
