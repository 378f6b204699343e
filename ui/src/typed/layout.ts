/** Where boxes stand: the column by kind, the row by what a box is tied to at first; it stays there, whatever is added. */

export const COLUMNS = ['came', 'account', 'machine', 'thing', 'process', 'called'] as const;
export type Column = (typeof COLUMNS)[number];

/** Height of a row and of a box in it, pixels. */
export const ROW = 54;
export const TALL = 42;
/** Narrowest the picture gets, pixels: below that it scrolls. */
export const NARROWEST = 1264;

/** Shares of the width: a gap before each column, the column, and a gap at the end. */
const SHARES: readonly (readonly [number, number])[] = [
  [1, 7.8],
  [2.4, 11.8],
  [5.6, 10.4],
  [4.6, 15],
  [4.8, 26.4],
  [3, 9],
];
const END = 1;
const WHOLE = END + SHARES.reduce((sum, [gap, own]) => sum + gap + own, 0);

export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Standing {
  id: string;
  column: string;
}

/** Left edge and width of each column in a picture so wide. */
export function tracks(width: number): Map<string, { x: number; w: number }> {
  const unit = width / WHOLE;
  const found = new Map<string, { x: number; w: number }>();
  let at = 0;
  COLUMNS.forEach((column, n) => {
    const [gap, own] = SHARES[n] ?? [0, 0];
    found.set(column, { x: (at + gap) * unit, w: own * unit });
    at += gap + own;
  });
  return found;
}

/** The row of each box: those of the beginning near what they are tied to, each later one as near as there is room. */
export function rowsOf(
  first: readonly Standing[],
  edges: readonly { from: string; to: string }[],
  fresh: readonly { anchor: string; ids: readonly Standing[] }[],
  least: number,
): Map<string, number> {
  const columns = ordered(first, edges);
  const rows = Math.max(least, ...[...columns.values()].map((ids) => ids.length));
  const found = new Map<string, number>();
  const taken = new Map<string, Set<number>>(COLUMNS.map((column) => [column, new Set()]));
  for (const [column, ids] of columns)
    ids.forEach((id, n) => {
      const row = Math.floor(((n + 0.5) * rows) / ids.length);
      found.set(id, row);
      taken.get(column)?.add(row);
    });
  for (const { anchor, ids } of fresh)
    for (const { id, column } of ids) {
      const own = taken.get(column) ?? new Set<number>();
      const row = nearest(own, found.get(anchor) ?? 0);
      found.set(id, row);
      own.add(row);
    }
  return found;
}

function nearest(taken: ReadonlySet<number>, wanted: number): number {
  for (let far = 0; ; far += 1)
    for (const row of [wanted + far, wanted - far]) if (row >= 0 && !taken.has(row)) return row;
}

const SWEEPS = 6;

/** Orders columns so that few lines cross: each box by the middle of those it is tied to; what is left out is last. */
function ordered(
  first: readonly Standing[],
  edges: readonly { from: string; to: string }[],
): Map<string, string[]> {
  const columns = new Map<string, string[]>(COLUMNS.map((column) => [column, []]));
  for (const { id, column } of first) columns.get(column)?.push(id);
  const of = new Map(first.map(({ id, column }) => [id, column]));
  const near = new Map<string, string[]>();
  for (const { from, to } of edges)
    if (of.get(from) !== of.get(to)) {
      near.set(from, [...(near.get(from) ?? []), to]);
      near.set(to, [...(near.get(to) ?? []), from]);
    }
  const place = new Map<string, number>();
  const note = (ids: readonly string[]): void =>
    ids.forEach((id, n) => place.set(id, (n + 0.5) / ids.length));
  for (const ids of columns.values()) note(ids);
  const middle = (id: string): number => {
    if (id.startsWith('rest|')) return Infinity;
    const ties = near.get(id) ?? [];
    return ties.length
      ? ties.reduce((sum, tie) => sum + (place.get(tie) ?? 0.5), 0) / ties.length
      : (place.get(id) ?? 0.5);
  };
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const way = sweep % 2 ? [...columns.values()].reverse() : [...columns.values()];
    for (const ids of way) {
      const middles = new Map(ids.map((id) => [id, middle(id)]));
      const at = new Map(ids.map((id, n) => [id, n]));
      ids.sort(
        (a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0) || (at.get(a) ?? 0) - (at.get(b) ?? 0) || 0,
      );
      note(ids);
    }
  }
  return columns;
}

/** Where each box stands in a picture so wide. */
export function rects(
  standing: readonly Standing[],
  rows: ReadonlyMap<string, number>,
  width: number,
): Map<string, Rect> {
  const across = tracks(width);
  return new Map(
    standing.map(({ id, column }) => {
      const { x, w } = across.get(column) ?? { x: 0, w: 0 };
      return [id, { x, y: (rows.get(id) ?? 0) * ROW + (ROW - TALL) / 2, w, h: TALL }];
    }),
  );
}

export const meet = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
