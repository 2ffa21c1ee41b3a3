/** Why a table or its rows can't be used, or a model not be made of them. */
export type TabularErrorCode =
  | 'bad_target'
  | 'too_few_rows'
  | 'single_class'
  | 'no_features'
  | 'bad_params'
  | 'out_of_memory'
  | 'unusable_rows';

export interface MisfitValue {
  readonly column: string;
  readonly row: number;
  readonly wanted: string;
}

/** What the caller's data or parameters are at fault for. `message` is written for people: at most a few sentences. */
export class TabularError extends Error {
  readonly code: TabularErrorCode;
  /** The value that is at fault, where it is one; rows count from 0. */
  readonly at: MisfitValue | undefined;

  constructor(code: TabularErrorCode, message: string, options?: ErrorOptions & { at?: MisfitValue }) {
    super(message, options);
    this.name = 'TabularError';
    this.code = code;
    this.at = options?.at;
  }
}
