import type { ComponentChildren } from 'preact';
import { t } from '../texts/index.ts';
import { Scroll } from './scroll.tsx';

export interface Column<Row> {
  readonly title: string;
  /** Stands on the right, as figures do. */
  readonly isFigure?: boolean;
  /** Left out where the screen is narrow. */
  readonly isExtra?: boolean;
  /** The title is for those who do not see what stands beneath it. */
  readonly isUntitled?: boolean;
  /** What the service calls it, where it can order by it. */
  readonly sort?: string;
  cell(row: Row): ComponentChildren;
}

interface TableProps<Row> {
  /** For those who do not see it. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** What it is ordered by; with a `-` in front, the greatest first. */
  readonly sort?: string;
  readonly isBusy?: boolean;
  onSort?(sort: string): void;
  keyOf(row: Row): string | number;
}

const kindOf = <Row,>({ isFigure, isExtra }: Column<Row>) =>
  `${isFigure ? 'figure ' : ''}${isExtra ? 'extra' : ''}`;

/** Its first column names the row. */
export function Table<Row>({ caption, columns, rows, keyOf, sort, onSort, isBusy = false }: TableProps<Row>) {
  return (
    <Scroll label={caption}>
      <table aria-busy={isBusy}>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.title} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, i) =>
                i === 0 ? (
                  <th key={column.title} scope="row" class={kindOf(column)}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.title} class={kindOf(column)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

interface HeadingProps<Row> {
  readonly column: Column<Row>;
  readonly sort: string | undefined;
  readonly onSort: ((sort: string) => void) | undefined;
}

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>) {
  const { title, isUntitled, sort: by } = column;
  if (by === undefined || onSort === undefined)
    return (
      <th scope="col" class={kindOf(column)}>
        {isUntitled ? <span class="hidden">{title}</span> : title}
      </th>
    );
  const isUp = sort === by;
  const isDown = sort === `-${by}`;
  return (
    <th scope="col" class={kindOf(column)} aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <button
        type="button"
        class="sort"
        title={`${t().list.sort} ${title}`}
        onClick={() => onSort(isDown ? by : `-${by}`)}
      >
        {title} <span aria-hidden="true">{isUp ? '↑' : isDown ? '↓' : '↕'}</span>
      </button>
    </th>
  );
}
