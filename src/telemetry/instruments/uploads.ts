import type { Mode } from '../../vocabulary/modes.ts';
import type { UploadFailureReason } from '../../vocabulary/uploads.ts';
import { catalogueMeter } from './catalogue-meter.ts';

export type UploadInstruments = ReturnType<typeof uploadInstruments>;

export function uploadInstruments(prefix: string) {
  const meter = catalogueMeter(prefix);
  const uploads = meter.counter('datasetUploads');
  const failures = meter.counter('datasetUploadFailures');
  const size = meter.histogram('datasetUploadSize');
  const duration = meter.histogram('datasetUploadDuration');

  return {
    /** A dataset was stored: `bytes` as sent, `seconds` from the first byte to the acknowledgement. */
    succeeded({ mode, bytes, seconds }: { mode: Mode; bytes: number; seconds: number }): void {
      uploads(1, { mode });
      size(bytes, { mode });
      duration(seconds, { mode });
    },

    /** An upload was refused or lost. */
    failed({ mode, reason }: { mode: Mode; reason: UploadFailureReason }): void {
      failures(1, { mode, reason });
    },
  };
}
