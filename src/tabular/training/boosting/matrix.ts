/** Where a column of bins lies in the shared memory, one byte a row; code `bins` stands for a missing value. */
export interface BinnedColumn {
  readonly address: number;
  readonly bins: number;
}

export interface BinnedMatrix {
  readonly rows: number;
  readonly columns: readonly BinnedColumn[];
}
