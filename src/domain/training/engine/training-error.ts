import type { TrainingErrorType } from '../../../telemetry/catalogue.ts';

/** A run that cannot succeed. `message` is written for the client: no path, no stack, at most a few sentences. */
export class TrainingError extends Error {
  readonly type: TrainingErrorType;

  constructor(type: TrainingErrorType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TrainingError';
    this.type = type;
  }
}
