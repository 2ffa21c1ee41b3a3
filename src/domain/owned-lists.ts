import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { Schema } from '../adapters/db/schema.ts';
import { isUnreadableValue } from '../adapters/db/unreadable-value.ts';
import type { OwnedTable } from './owned-rows.ts';
import { cursorAt, notOurCursor, type Page, type PageRequest, type Position, positionOf } from './pages.ts';

/**
 * How many rows a page may look at to find those that are wanted, where no index finds them. A page that has found too
 * few by then is shorter than asked for, and has a cursor to go on with.
 */
const MAX_LOOKED_AT = 10_000;

/** What lists can be asked for, whatever they list. */
export interface ListRequest extends PageRequest {
  /** One of the list's sorts; with a `-` in front, the greatest first. */
  readonly sort?: string | undefined;
  readonly created_after?: Date | undefined;
  readonly created_before?: Date | undefined;
  /** Tags that all are wanted: by their key, or by key and value. */
  readonly tag?: readonly { readonly key: string; readonly value?: string | undefined }[] | undefined;
  /** A text that is part of what the list's texts say, whether small or capital. */
  readonly q?: string | undefined;
}

/** The same, with the columns whose value can be asked for. */
export type FilteredRequest<Filter extends string> = ListRequest & {
  readonly [Column in Filter]?: string | undefined;
};

const NEWEST_FIRST = '-created_at';

/** How a table's rows are listed. Migrations `010-list-indexes` and `014-tags` have an index for each sort and each filter. */
export interface OwnedList<Table extends OwnedTable, Column extends string, Filter extends string> {
  readonly table: Table;
  /** Whole documents have no place in a list. */
  readonly columns: readonly ('id' | Column)[];
  /** What rows can be sorted by, none of it null; as the indexes have it. */
  readonly sorts: Readonly<Record<'created_at', RawBuilder<unknown>> & Record<string, RawBuilder<unknown>>>;
  /** Columns whose value can be asked for, those first by which fewer rows are found. */
  readonly filters: readonly Filter[];
  /** Columns in which texts are looked for. */
  readonly texts: readonly string[];
}

type Condition = RawBuilder<boolean>;
const all = (conditions: readonly Condition[]): Condition =>
  sql<boolean>`${sql.join([...conditions], sql` and `)}`;
/** Compared as a whole: the beginning of an index's columns with as many values. */
const row = (parts: readonly unknown[]) => sql`(${sql.join([...parts])})`;

/** The rows to list stand one after the other in an index that begins with what they have in common. */
interface Span {
  /** Columns by which the index begins, and their values. */
  readonly same: readonly { readonly column: RawBuilder<unknown>; readonly value: string }[];
  readonly key: RawBuilder<unknown>;
  readonly isDescending: boolean;
  readonly after: Position | undefined;
  /** Of the key, where the list is sorted by the moment of creation. */
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  readonly isTagged: boolean;
}

/**
 * What the rows have in common is compared with their key as one: as an equality, the planner would leave it out of the
 * order, and an index that does not begin with it would do, which would be read past all that others have made since.
 */
function within({ same, key, isDescending, after, from, to, isTagged }: Span, last?: Position): Condition {
  const columns = same.map(({ column }) => column);
  const values = same.map(({ value }) => value);
  const id = sql.ref('id');
  const compare = (operator: string, more: readonly unknown[], bound: readonly unknown[]): Condition =>
    sql`${row([...columns, ...more])} ${sql.raw(operator)} ${row([...values, ...bound])}`;
  const [begin, end] = isDescending ? ['<', '>'] : ['>', '<'];
  const [first, final] = isDescending ? [to, from] : [from, to];
  const upTo = (moment: Date | undefined, operator: string) =>
    moment ? compare(operator, [key], [moment]) : compare(`${operator}=`, [], []);
  return all([
    after ? compare(begin, [key, id], [after.key, after.id]) : upTo(first, begin),
    last ? compare(`${end}=`, [key, id], [last.key, last.id]) : upTo(final, end),
    ...(isTagged ? [sql<boolean>`tags <> '{}'`] : []),
    ...(after && first ? [sql<boolean>`${key} ${sql.raw(begin)} ${first}`] : []),
  ]);
}

/** @param key by the name that it has where the rows come from */
const orderOf = ({ same, key, isDescending }: Span, named: RawBuilder<unknown> = key) =>
  sql.join(
    [...same.map(({ column }) => column), named, sql.ref('id')].map(
      (part) => sql`${part} ${sql.raw(isDescending ? 'desc' : 'asc')}`,
    ),
  );

type Row<Table extends OwnedTable, Column> = Pick<
  Selectable<Schema[Table]>,
  Column & keyof Selectable<Schema[Table]>
> & { id: string };

/**
 * A page of the owner's rows.
 * @throws {AppError} `invalid_request` when the cursor is not one of this list in this order
 */
export async function listOwned<Table extends OwnedTable, Column extends string, Filter extends string>(
  db: Kysely<Schema>,
  list: OwnedList<Table, Column, Filter>,
  owner: string,
  request: FilteredRequest<Filter>,
): Promise<Page<Row<Table, Column>>> {
  const sort = request.sort ?? NEWEST_FIRST;
  const by = sort.replace('-', '');
  const isByCreation = by === 'created_at';
  const { created_at: created } = list.sorts;
  const asked = list.filters.flatMap((filter) => {
    const value = request[filter];
    return value === undefined ? [] : [{ column: sql.ref(filter), value }];
  });
  const { tag: tags = [], q, created_after: from, created_before: to } = request;
  // Most rows have no tag: an index of their own has those that have one.
  const isTagged = isByCreation && tags.length > 0;
  const found = isByCreation && !isTagged ? asked.slice(0, 1) : [];
  const span: Span = {
    same: [{ column: sql.ref('owner'), value: owner }, ...found],
    key: list.sorts[by] as RawBuilder<unknown>,
    isDescending: sort.startsWith('-'),
    after: positionOf(request.cursor, sort),
    from: isByCreation ? request.created_after : undefined,
    to: isByCreation ? request.created_before : undefined,
    isTagged,
  };
  const rest: Condition[] = [
    ...asked.slice(found.length).map(({ column, value }) => sql<boolean>`${column} = ${value}`),
    ...tags.map(tagged),
    ...(q === undefined ? [] : [holding(list.texts, q)]),
    ...(from && !isByCreation ? [sql<boolean>`${created} > ${from}`] : []),
    ...(to && !isByCreation ? [sql<boolean>`${created} < ${to}`] : []),
  ];
  try {
    return await readPage(db, list, span, rest, { limit: request.limit, sort });
  } catch (error) {
    // Of all values only the cursor's are what a client likes.
    throw isUnreadableValue(error) ? notOurCursor({ cause: error }) : error;
  }
}

const tagged = ({ key, value }: { readonly key: string; readonly value?: string | undefined }): Condition =>
  value === undefined ? sql`tags ? ${key}` : sql`tags ->> ${key} = ${value}`;

const holding = (columns: readonly string[], text: string): Condition => {
  const each = columns.map((column) => sql`strpos(lower(${sql.ref(column)}), lower(${text})) > 0`);
  return sql<boolean>`(${sql.join(each, sql` or `)})`;
};

async function readPage<Table extends OwnedTable, Column extends string>(
  db: Kysely<Schema>,
  { table, columns }: Pick<OwnedList<Table, Column, string>, 'table' | 'columns'>,
  span: Span,
  rest: readonly Condition[],
  { limit, sort }: { readonly limit: number; readonly sort: string },
): Promise<Page<Row<Table, Column>>> {
  // As far as the page may look, which is settled first: who adds rows meanwhile shifts nothing.
  const last = rest.length === 0 ? undefined : await positionAt(db, table, span, MAX_LOOKED_AT);
  const sortBy = sql.ref('sort_by');
  // Limited by itself: of a filter that few rows pass the planner would think that all are soon read and sorted.
  const most = rest.length === 0 ? limit + 1 : 2 * MAX_LOOKED_AT;
  const looked = sql`
    select *, ${span.key} as sort_by from ${sql.table(table)}
    where ${within(span, last)} order by ${orderOf(span)} limit ${most}`;
  const { rows } = await sql<Row<Table, Column> & { sort_key: string }>`
    select ${sql.join(columns.map((column) => sql.ref(column)))}, ${sortBy}::text as sort_key from (${looked}) as looked
    ${rest.length === 0 ? sql`` : sql`where ${all(rest)}`} order by ${orderOf(span, sortBy)}
    limit ${limit + 1}`.execute(db);
  const items = rows.slice(0, limit);
  const end = items.at(-1);
  const next = rows.length > limit && end ? { key: end.sort_key, id: end.id } : last;
  return {
    items: items.map(({ sort_key: _, ...item }) => item as unknown as Row<Table, Column>),
    nextCursor: next ? cursorAt(sort, next) : null,
  };
}

/** The position of the so-manieth row of those in the span, if there are so many. */
async function positionAt(
  db: Kysely<Schema>,
  table: OwnedTable,
  span: Span,
  count: number,
): Promise<Position | undefined> {
  const { rows } = await sql<Position>`
    select ${span.key}::text as key, id from ${sql.table(table)}
    where ${within(span)} order by ${orderOf(span)} limit 1 offset ${count - 1}`.execute(db);
  return rows[0];
}
