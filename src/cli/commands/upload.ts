import { buildCommand } from '@stricli/core';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';
import { jsonObject } from '../json-object.ts';
import { bytes } from '../output.ts';
import { sourceOf } from '../source.ts';

interface UploadFlags extends Flags {
  readonly name?: string;
  readonly mode: 'light' | 'heavy';
  readonly options?: Record<string, unknown>;
}

export const upload = buildCommand({
  docs: {
    brief: 'Upload a table: CSV, TSV, JSON, Excel or Parquet',
    fullDescription: `Upload a table: CSV, TSV, JSON (each also gzipped), Excel or Parquet.

Examples:
  mlops-backend upload churn.csv
  zcat big.csv.gz | mlops-backend upload - --name big.csv
  mlops-backend upload preise.csv --options '{"decimal":",","types":{"zip":"string"}}'
  id=$(mlops-backend upload --quiet churn.csv)`,
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, placeholder: 'file', brief: 'The table; - reads standard input' }],
    },
    flags: {
      ...commonFlags,
      name: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'NAME',
        brief: 'Instead of the file’s',
      },
      mode: {
        kind: 'enum',
        values: ['light', 'heavy'],
        default: 'light',
        brief: 'What it will be trained in',
      },
      options: {
        kind: 'parsed',
        parse: jsonObject,
        optional: true,
        placeholder: 'JSON',
        brief: 'How it is to be read (docs/tables.md)',
      },
    },
    aliases: commonAliases,
  },
  async func(this: Context, flags: UploadFlags, file: string) {
    const output = outputOf(this, flags);
    const source = await sourceOf(this, file);
    const dataset = await clientOf(this, flags).upload(source, {
      mode: flags.mode,
      signal: this.signal,
      ...(flags.name !== undefined && { name: flags.name }),
      ...(flags.options && { options: flags.options }),
      onProgress: ({ sentBytes, totalBytes }) =>
        output.progress(bytes(sentBytes), totalBytes === undefined ? undefined : sentBytes / totalBytes),
    });
    for (const { message } of dataset.warnings) output.note(`Warning: ${message}`);
    output.result(
      dataset,
      () =>
        `${dataset.dataset_id}  ${dataset.name}, version ${dataset.version}: ${dataset.rows} rows, ${dataset.columns} columns, ${bytes(dataset.size_bytes)}`,
      () => dataset.dataset_id,
    );
  },
});
