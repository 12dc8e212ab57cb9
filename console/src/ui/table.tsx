import type { ComponentChildren } from 'preact';
import { query, setQuery } from '../shell/router.ts';
import { common } from '../texts/common.ts';

/** A column of rows of `T`. */
export interface Column<T> {
  /** Names it in the address. */
  name: string;
  label: string;
  show: (row: T) => ComponentChildren;
  /** The sort key of a row; without it the column cannot be sorted. */
  by?: (row: T) => string | number | null;
  numeric?: boolean;
}

interface TableProps<T> {
  /** Description of the rows for users who cannot see the heading above. */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** Query member with the order: a column, preceded by `-` for descending. */
  sortName?: string;
  /** Text that is shown if there are no rows. */
  empty: string;
}

/** A table with sortable columns; the order is in the address. */
export function Table<T>({ label, columns, rows, keyOf, sortName = 'sort', empty }: TableProps<T>) {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  const order = query.value.get(sortName) ?? '';
  return (
    // A table wider than the screen scrolls, also by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must take the focus (WCAG 2.1.1)
    <section class="scroll" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.name} column={column} order={order} sortName={sortName} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, columns, order).map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, label: heading, numeric, show }) => (
                <td key={name} class={numeric ? 'number' : undefined} data-label={heading}>
                  {show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface HeadingProps<T> {
  column: Column<T>;
  order: string;
  sortName: string;
}

function Heading<T>({ column: { name, label, by, numeric }, order, sortName }: HeadingProps<T>) {
  const direction = order === name ? 'ascending' : order === `-${name}` ? 'descending' : undefined;
  const style = numeric ? 'number' : undefined;
  if (by === undefined) {
    return (
      <th scope="col" class={style}>
        {label}
      </th>
    );
  }
  const next = direction === 'ascending' ? `-${name}` : direction === 'descending' ? undefined : name;
  return (
    <th scope="col" class={style} aria-sort={direction}>
      <button type="button" class="sort" title={common().sortedHere} onClick={() => setQuery({ [sortName]: next })}>
        {label}
      </button>
    </th>
  );
}

/** Rows without a value come last in both directions. */
function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], order: string): readonly T[] {
  const by = columns.find(({ name }) => name === order.replace(/^-/, ''))?.by;
  if (by === undefined) return rows;
  const sign = order.startsWith('-') ? -1 : 1;
  return rows.toSorted((first, second) => {
    const [a, b] = [by(first), by(second)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)));
  });
}
