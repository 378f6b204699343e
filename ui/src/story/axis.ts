/** The axis of tracks: only what was recorded, one column per stretch, however long the pauses between. */
import { fromIso, type Micros } from '../time/format';

export interface Column {
  start: Micros;
  end: Micros;
  records: number;
}

/** Columns that are still told apart; beyond, neighbours with the shortest pauses become one. */
export const MOST = 11;

/** The columns of the stretches in which something was recorded. */
export function columnsOf(stretches: readonly { start: string; end: string; records: number }[]): Column[] {
  const found = stretches.map((one) => ({
    start: fromIso(one.start) ?? 0,
    end: fromIso(one.end) ?? 0,
    records: one.records,
  }));
  while (found.length > MOST) {
    const pauses = found.slice(1).map((next, at) => next.start - (found[at]?.end ?? 0));
    const at = pauses.indexOf(Math.min(...pauses));
    const [left, right] = [found[at], found[at + 1]];
    if (!left || !right) break;
    found.splice(at, 2, { start: left.start, end: right.end, records: left.records + right.records });
  }
  return found;
}

/** Where a moment stands: its column, and how far along it, 0 to 1; what lies in a pause is at the nearest end. */
export function placeOf(columns: readonly Column[], time: Micros): { column: number; along: number } {
  let best = { column: 0, along: 0 };
  let distance = Number.POSITIVE_INFINITY;
  columns.forEach(({ start, end }, column) => {
    const away = time < start ? start - time : time > end ? time - end : 0;
    if (away >= distance) return;
    distance = away;
    const along = end > start ? (Math.min(Math.max(time, start), end) - start) / (end - start) : 0.5;
    best = { column, along };
  });
  return best;
}
