import type { ComponentChildren } from 'preact';
import { Scroll } from './scroll.tsx';

export interface Column<Row> {
  readonly title: string;
  /** Stands on the right, as figures do. */
  readonly isFigure?: boolean;
  /** Left out where the screen is narrow. */
  readonly isExtra?: boolean;
  /** The title is for those who do not see what stands beneath it. */
  readonly isUntitled?: boolean;
  cell(row: Row): ComponentChildren;
}

interface TableProps<Row> {
  /** For those who do not see it. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  keyOf(row: Row): string | number;
}

const kindOf = <Row,>({ isFigure, isExtra }: Column<Row>) =>
  `${isFigure ? 'figure ' : ''}${isExtra ? 'extra' : ''}`;

/** Its first column names the row. */
export function Table<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <Scroll label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={kindOf(column)}>
                {column.isUntitled ? <span class="hidden">{column.title}</span> : column.title}
              </th>
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
