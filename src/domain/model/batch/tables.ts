/** A table that arrives piece by piece, handed on in blocks of rows as a model's columns. */
export interface Tables extends Disposable {
  /**
   * @throws {AppError} `bad_format`, `bad_header`; `unusable_data` for a missing column or a value that does not fit,
   *   with its line
   */
  push(piece: Buffer): void;
  /** To be called once, behind the last piece. @throws {AppError} as `push`; `empty` when there is no row */
  end(): void;
}
