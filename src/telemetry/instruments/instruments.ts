import { childInstruments } from './children.ts';
import { feedbackInstruments } from './feedback.ts';
import { httpInstruments } from './http.ts';
import { modelInstruments } from './models.ts';
import { overloadInstruments } from './overload.ts';
import { predictionInstruments } from './predictions.ts';
import { trainingInstruments } from './training.ts';
import { ttlInstruments } from './ttl.ts';
import { uploadInstruments } from './uploads.ts';

export type Instruments = ReturnType<typeof createInstruments>;

/**
 * Every instrument that the domain records with. Call it after telemetry has started; where it has not (tests,
 * `PROMETHEUS__ENABLED=false`) the instruments do nothing.
 * @param prefix of the domain metrics, `<namespace>.<subsystem>` as in `config.metrics.prefix`
 */
export function createInstruments(prefix: string) {
  return {
    uploads: uploadInstruments(prefix),
    training: trainingInstruments(prefix),
    ttl: ttlInstruments(prefix),
    models: modelInstruments(prefix),
    predictions: predictionInstruments(prefix),
    feedback: feedbackInstruments(prefix),
    http: httpInstruments(prefix),
    overload: overloadInstruments(prefix),
    children: childInstruments(prefix),
  };
}
