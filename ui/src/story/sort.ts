/** Sorting of tables by what a column holds; what is unknown comes last, and equals keep their order. */

export type Cell = string | number | null;

export interface Order {
  column: number;
  down: boolean;
}

/** Rows in an order; as they came where there is none. */
export function sorted<Row>(rows: readonly Row[], of: (row: Row) => Cell, down: boolean): Row[] {
  return [...rows].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    const order =
      typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en');
    return down ? -order : order;
  });
}

/** The next order when a column's head is pressed: up, down, then as it came. */
export function pressed(order: Order | null, column: number): Order | null {
  if (order?.column !== column) return { column, down: false };
  return order.down ? null : { column, down: true };
}
