/** Endings of files that may be tables, to upload or to predict; what they are, their content says. */
export const TABLE_FILES = '.csv,.tsv,.txt,.json,.jsonl,.ndjson,.gz,.xlsx,.parquet';
