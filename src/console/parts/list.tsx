import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useLoad } from '../api.ts';
import { place, requery } from '../router.ts';
import { t } from '../texts/index.ts';
import { Pager, usePaging } from './pager.tsx';
import { Shown } from './shown.tsx';
import { type Column, Table } from './table.tsx';

const PAGE_ITEMS = 50;
const NEWEST_FIRST = '-created_at';
/** So often the service, which looks through a share of a long list at a time, is asked on while it finds nothing. */
const MAX_EMPTY = 20;
/** Nobody types slower within a word. */
const TYPING_MS = 250;

export interface ListQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly q?: string;
  readonly sort?: string;
}

interface Filter {
  readonly name: string;
  readonly title: string;
  /** Titles by value. */
  readonly values: Readonly<Record<string, string>>;
}

interface ListPage<Row> {
  readonly items: readonly Row[];
  readonly next_cursor: string | null;
}

interface ListProps<Row> {
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  readonly filters?: readonly Filter[];
  /** Where there is nothing at all. */
  readonly empty: ComponentChildren;
  /** Something in it changes by itself; it is looked at again after so many milliseconds. */
  refreshMs?(rows: readonly Row[]): number | undefined;
  load(query: ListQuery & Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<ListPage<Row>>;
  keyOf(row: Row): string;
  isHidden?(row: Row): boolean;
}

/** The first page that is not empty. */
async function firstFound<Row>(
  load: (cursor: string | undefined) => Promise<ListPage<Row>>,
  cursor: string | undefined,
): Promise<ListPage<Row>> {
  let page = await load(cursor);
  for (let i = 0; i < MAX_EMPTY && page.items.length === 0 && page.next_cursor !== null; i++)
    page = await load(page.next_cursor);
  return page;
}

/** A list of the service: searched, ordered and paged by it. What is asked for stands in the address. */
export function List<Row>(props: ListProps<Row>) {
  const { title, columns, filters = [], empty, refreshMs, load, keyOf, isHidden } = props;
  const { sort = NEWEST_FIRST, ...wanted } = place.value.query;
  const asked = JSON.stringify([sort, wanted]);
  const paging = usePaging(asked);
  const { cursor } = paging;
  const list = useLoad(
    (signal) =>
      firstFound(
        (from) => load({ ...wanted, limit: PAGE_ITEMS, sort, ...(from && { cursor: from }) }, signal),
        cursor,
      ),
    [cursor, asked],
  );
  useEffect(() => {
    const ms = list.data && refreshMs?.(list.data.items);
    if (ms === undefined) return undefined;
    const timer = setTimeout(list.reload, ms);
    return () => clearTimeout(timer);
  }, [list.data]);
  const isAll = Object.keys(wanted).length === 0;
  /** What a link has asked for, and no field shows. */
  const others = Object.keys(wanted).filter(
    (name) => name !== 'q' && !filters.some((one) => one.name === name),
  );
  return (
    <Shown of={list}>
      {({ items, next_cursor }) =>
        items.length === 0 && isAll && paging.number === 1 ? (
          empty
        ) : (
          <div class="card flush">
            <search class="list-head">
              <SearchField value={wanted['q'] ?? ''} onSearch={(q) => requery({ q })} />
              {filters.map((filter) => (
                <FilterField
                  key={filter.name}
                  of={filter}
                  value={wanted[filter.name] ?? ''}
                  onChoose={(value) => requery({ [filter.name]: value })}
                />
              ))}
              {others.map((name) => (
                <button
                  key={name}
                  type="button"
                  aria-label={t().list.clear(name)}
                  onClick={() => requery({ [name]: undefined })}
                >
                  {name} ×
                </button>
              ))}
            </search>
            <Table
              caption={title}
              columns={columns}
              rows={isHidden ? items.filter((row) => !isHidden(row)) : items}
              keyOf={keyOf}
              sort={sort}
              onSort={(by) => requery({ sort: by === NEWEST_FIRST ? undefined : by })}
              isBusy={list.isLoading}
            />
            {items.length === 0 && (
              <p class="nothing muted" role="status">
                {next_cursor === null ? t().list.nothing : t().list.nothingYet}
              </p>
            )}
            <Pager paging={paging} next={next_cursor} />
          </div>
        )
      }
    </Shown>
  );
}

function SearchField({ value, onSearch }: { readonly value: string; onSearch(text: string): void }) {
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onSearch(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      aria-label={t().list.search}
      placeholder={t().list.search}
      maxLength={256}
      value={text}
      onInput={({ currentTarget }) => setText(currentTarget.value)}
    />
  );
}

function FilterField({
  of: { title, values },
  value,
  onChoose,
}: {
  readonly of: Filter;
  readonly value: string;
  onChoose(value: string): void;
}) {
  return (
    <select aria-label={title} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
      <option value="">{t().list.all(title)}</option>
      {Object.entries(values).map(([each, name]) => (
        <option key={each} value={each}>
          {name}
        </option>
      ))}
    </select>
  );
}
