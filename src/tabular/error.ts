/** Why a table or its rows can't be used, or a model not be made of them. */
export type TabularErrorCode =
  | 'bad_target'
  | 'too_few_rows'
  | 'single_class'
  | 'no_features'
  | 'bad_params'
  | 'out_of_memory'
  | 'unusable_rows';

/** What the caller's data or parameters are at fault for. `message` is written for people: at most a few sentences. */
export class TabularError extends Error {
  readonly code: TabularErrorCode;

  constructor(code: TabularErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TabularError';
    this.code = code;
  }
}
