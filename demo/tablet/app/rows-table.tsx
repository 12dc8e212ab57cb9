/** The rows on the screen. Rows and cells of the last change are highlighted. */

import type { Row } from '@freshet/client';
import type { Order } from './find-rows.ts';
import type { LastChange } from './hooks.ts';
import type { Column, Listing, Named } from './listings.ts';
import { number } from './words.ts';

interface Shown {
  listing: Listing;
  rows: readonly Named[];
  order: Order;
  setOrder(order: Order): void;
  change: LastChange | null;
}

export function RowsTable({ listing: { label, columns }, rows, order, setOrder, change }: Shown) {
  return (
    <div className="scroll">
      <table>
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.name} column={column} order={order} setOrder={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, row }) => {
            const isFresh = change?.fresh.has(id) ?? false;
            return (
              <tr key={id} className={isFresh ? 'fresh' : undefined}>
                {columns.map((column, at) => (
                  <Cell
                    key={column.name}
                    column={column}
                    row={row}
                    before={change?.fresh.get(id)}
                    below={at === 0 ? columns.filter(({ isSmall }) => isSmall) : []}
                  />
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Heading({ column, order, setOrder }: { column: Column } & Pick<Shown, 'order' | 'setOrder'>) {
  const { name, label } = column;
  const isOrder = order.column === name;
  const sorted = isOrder ? (order.isDown ? 'descending' : 'ascending') : undefined;
  return (
    <th scope="col" className={classOf(column)} aria-sort={sorted}>
      <button type="button" onClick={() => setOrder({ column: name, isDown: isOrder && !order.isDown })}>
        {label}
        <span className="arrow" aria-hidden="true" />
      </button>
    </th>
  );
}

interface CellShown {
  column: Column;
  row: Row;
  before: Row | undefined;
  /** Columns whose values are shown below this one on a phone. */
  below: readonly Column[];
}

function Cell({ column, row, before, below }: CellShown) {
  const value = row[column.name];
  const old = before?.[column.name];
  const isChanged = before !== undefined && old !== value;
  const small = below.filter(({ name }) => row[name] != null).map(({ name, unit = '' }) => number(row[name]) + unit);
  return (
    <td className={classOf(column)}>
      {isChanged ? <mark title={`${number(old)} before`}>{number(value)}</mark> : number(value)}
      {small.length > 0 && <span className="below">{small.join(' · ')}</span>}
    </td>
  );
}

function classOf({ isNumber, isSmall }: Column): string | undefined {
  return [isNumber && 'number', isSmall && 'small'].filter(Boolean).join(' ') || undefined;
}
