import type { DuckDBConnection } from '@duckdb/node-api';
import { type CellForm, MISSING_VALUES } from '#tabular';
import { AppError } from '../../errors.ts';
import type { PlainFileType } from '../../vocabulary/tables.ts';
import { numberByForm, timeByForm, withoutMarks } from './cell-form-sql.ts';
import { type CsvDialect, DIALECT_BYTES, readDialect } from './csv-dialect.ts';
import { excerpt } from './excerpt.ts';
import { declaredColumns, parquetReader } from './parquet.ts';
import { literal } from './sql.ts';
import { readHead } from './text-chunks.ts';
import { MAX_LINE_BYTES } from './text-scan.ts';

/** How a column's cells are wanted: as doubles, as text just as in the file, or as points in time. */
export type ReadAs = 'number' | 'text' | 'time';

/** A table file that is to be read. */
export interface TableFile {
  readonly path: string;
  readonly fileType: PlainFileType;
  /** Of a delimited text, where it is known; unset: its start tells. */
  readonly dialect?: CsvDialect | undefined;
}

export interface WantedColumn {
  readonly name: string;
  readonly as: ReadAs;
  /** How its numbers or times are written; unset: as JSON and ISO 8601 write them. */
  readonly form?: CellForm | undefined;
}

/** A table as DuckDB reads it. Every expression is NULL where the value is missing. */
export interface Source {
  /** What to put behind FROM. */
  readonly from: string;
  /** An expression for each wanted column: DOUBLE, VARCHAR or TIMESTAMPTZ. */
  readonly expressions: readonly string[];
}

/** SQL of a time written as text, NULL when there is no such day. */
export function timeOf(text: string, form?: CellForm): string {
  return form?.kind === 'datetime' ? timeByForm(text, form) : `TRY_CAST(${text} AS TIMESTAMPTZ)`;
}

/** SQL of a text as it stands, without what stands for none in a column that has a form. */
function textOf(text: string, form: CellForm | undefined): string {
  return form ? withoutMarks(text) : text;
}

/** SQL of a number written as text. */
function numberOf(text: string, form: CellForm | undefined): string {
  return form?.kind === 'number' ? numberByForm(text, form) : `CAST(${text} AS DOUBLE)`;
}

const MISSING_LIST = MISSING_VALUES.map(literal).join(', ');

/** Of a delimited text; read from its start where it is not known. */
export async function dialectOf({ path, fileType, dialect }: TableFile): Promise<CsvDialect | undefined> {
  const { format, compression, layout } = fileType;
  if (format !== 'csv' && format !== 'tsv') return undefined;
  return dialect ?? readDialect(await readHead(path, compression, DIALECT_BYTES), format, layout);
}

/**
 * How to read `wanted` columns of a file with nothing left for DuckDB to guess. Columns are called c0, c1, … in the
 * SQL, so that no name of the user's is part of it, except as a literal where the format looks columns up by name.
 * @throws {AppError} `unusable_data` when the file has no such column
 */
export async function tableSource(
  connection: DuckDBConnection,
  file: TableFile,
  wanted: readonly WantedColumn[],
): Promise<Source> {
  const { path, fileType: type } = file;
  if (type.format === 'parquet') return parquetSource(connection, path, wanted);
  const dialect = await dialectOf(file);
  if (dialect === undefined) return ndjsonSource(path, type, wanted);
  const { delimiter, names, header } = dialect;
  const positions = wanted.map(({ name }) => positionOf(name, names));
  const numeric = new Set(positions.filter((_, i) => wanted[i]!.as === 'number' && !wanted[i]!.form));
  const columns = names.map((_, i) => `c${i}: '${numeric.has(i) ? 'DOUBLE' : 'VARCHAR'}'`);
  return {
    from: `read_csv(${[
      literal(path),
      'auto_detect = false',
      `skip = ${header.linesBefore}`,
      `header = ${header.isThere}`,
      `columns = {${columns.join(', ')}}`,
      `delim = ${literal(delimiter)}`,
      `quote = '"'`,
      `escape = '"'`,
      `nullstr = [${MISSING_LIST}]`,
      `max_line_size = ${MAX_LINE_BYTES}`,
      'strict_mode = true',
      // Its threads each begin somewhere and guess whether that is within quotes. With line ends in quotes they guess
      // wrong, also in strict mode, and refuse or misread the file.
      'parallel = false',
      'hive_partitioning = false',
      compressionOf(type),
    ].join(', ')})`,
    expressions: positions.map((position, i) => {
      const { as, form } = wanted[i]!;
      const cell = `c${position}`;
      if (as === 'time') return timeOf(cell, form);
      if (as === 'number') return form ? numberOf(cell, form) : cell;
      return textOf(cell, form);
    }),
  };
}

function ndjsonSource(path: string, type: PlainFileType, wanted: readonly WantedColumn[]): Source {
  const columns = wanted.map(({ name }) => `${literal(name)}: 'VARCHAR'`);
  return {
    from: `read_json(${[
      literal(path),
      'auto_detect = false',
      `format = 'newline_delimited'`,
      `columns = {${columns.join(', ')}}`,
      `maximum_object_size = ${2 * MAX_LINE_BYTES}`,
      'hive_partitioning = false',
      compressionOf(type),
    ].join(', ')}) t(${columns.map((_, i) => `c${i}`).join(', ')})`,
    expressions: wanted.map(({ as, form }, i) => {
      const text = presentText(`c${i}`);
      if (as === 'time') return timeOf(text, form);
      return as === 'number' ? numberOf(text, form) : textOf(text, form);
    }),
  };
}

async function parquetSource(
  connection: DuckDBConnection,
  path: string,
  wanted: readonly WantedColumn[],
): Promise<Source> {
  const columns = await declaredColumns(connection, path);
  const names = columns.map(({ name }) => name);
  return {
    from: `${parquetReader(path)} t(${columns.map((_, i) => `c${i}`).join(', ')})`,
    expressions: wanted.map(({ name, as }) => {
      const position = positionOf(name, names);
      const column = `c${position}`;
      const { type } = columns[position]!;
      // NaN and the infinities of floating numbers and of times are no values, whatever they are read as.
      const finite = type === 'number' ? 'DOUBLE' : type === 'datetime' ? 'TIMESTAMPTZ' : undefined;
      const present =
        finite === undefined ? column : `CASE WHEN isfinite(CAST(${column} AS ${finite})) THEN ${column} END`;
      if (as === 'number') return `CAST(${present} AS DOUBLE)`;
      if (as === 'time') return `CAST(${present} AS TIMESTAMPTZ)`;
      return presentText(`CAST(${present} AS VARCHAR)`);
    }),
  };
}

function compressionOf({ compression }: PlainFileType): string {
  return `compression = '${compression === 'gzip' ? 'gzip' : 'uncompressed'}'`;
}

function presentText(text: string): string {
  return `CASE WHEN ${text} NOT IN (${MISSING_LIST}) THEN ${text} END`;
}

function positionOf(name: string, names: readonly string[]): number {
  const position = names.indexOf(name);
  if (position < 0) throw new AppError('unusable_data', `The file has no column ${excerpt(name)}.`);
  return position;
}
