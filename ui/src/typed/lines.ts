/** The lines between boxes, none of which runs behind another box, and their words, which stand on nothing. */
import { COLUMNS, meet, ROW, type Rect } from './layout';

export interface Tie {
  id: string;
  from: string;
  to: string;
  text: string;
}

export interface Line {
  id: string;
  d: string;
  /** Where its words stand; null where there is no room, or nothing to say. */
  label: Rect | null;
}

type Point = readonly [number, number];
type Curve = readonly [Point, Point, Point, Point];

/** How far lines between boxes of one column bulge, pixels. */
const BULGE = 34;
/** How far lines between the same boxes are from each other, pixels. */
const BESIDE = 9;
/** How near a line may come to a box that it passes, pixels. */
const NEAR = 4;
const LETTER = 6.6;
const HIGH = 16;
const ALONG = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];

/** What lines run among: the boxes, and the columns that they stand in. */
export interface Ground {
  rects: ReadonlyMap<string, Rect>;
  column: (id: string) => string;
  tracks: ReadonlyMap<string, { x: number; w: number }>;
  width: number;
}

/** Draws ties; the words of the first ones find room first. */
export function lines(ties: readonly Tie[], ground: Ground): Line[] {
  const seen = new Map<string, number>();
  const placed: Rect[] = [...ground.rects.values()];
  const boxes = [...placed];
  const found: { tie: Tie; curves: Curve[] }[] = [];
  for (const tie of ties) {
    const [a, b] = [ground.rects.get(tie.from), ground.rects.get(tie.to)];
    if (!a || !b) continue;
    const pair = [tie.from, tie.to].sort().join('\n');
    const nth = seen.get(pair) ?? 0;
    seen.set(pair, nth + 1);
    found.push({ tie, curves: way(tie, a, b, nth * BESIDE, boxes, ground) });
  }
  return found.map(({ tie, curves }) => {
    const label = tie.text ? room(tie.text, curves, placed, ground.width) : null;
    if (label) placed.push(label);
    return { id: tie.id, d: path(curves), label };
  });
}

function path(curves: readonly Curve[]): string {
  const text = ([x, y]: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const first = curves[0];
  if (!first) return '';
  return `M${text(first[0])}${curves.map((one) => `C${one.slice(1).map(text).join(' ')}`).join('')}`;
}

function way(tie: Tie, a: Rect, b: Rect, shift: number, boxes: readonly Rect[], ground: Ground): Curve[] {
  const [from, to] = [ground.column(tie.from), ground.column(tie.to)];
  const [ya, yb] = [a.y + a.h / 2 + shift, b.y + b.h / 2 + shift];
  if (from === to) {
    const right = from === 'process';
    const [xa, xb] = right ? [a.x + a.w, b.x + b.w] : [a.x, b.x];
    const far = right ? xa + BULGE : xa - BULGE;
    return [
      [
        [xa, ya],
        [far, ya],
        [far, yb],
        [xb, yb],
      ],
    ];
  }
  const right = b.x > a.x;
  const [start, end]: [Point, Point] = right
    ? [
        [a.x + a.w, ya],
        [b.x, yb],
      ]
    : [
        [a.x, ya],
        [b.x + b.w, yb],
      ];
  const [m, n] = [COLUMNS.indexOf(from as never), COLUMNS.indexOf(to as never)].sort((x, y) => x - y);
  const between = COLUMNS.slice((m ?? 0) + 1, n).flatMap((column) => ground.tracks.get(column) ?? []);
  if (!between.length) return [bend(start, end)];
  const left = Math.min(...between.map((track) => track.x)) - NEAR;
  const last = Math.max(...between.map((track) => track.x + track.w)) + NEAR;
  const [enter, leave] = right ? [left, last] : [last, left];
  const y = lane(ya, yb, { x: left, w: last - left }, boxes);
  return [
    bend(start, [enter, y]),
    [
      [enter, y],
      [enter, y],
      [leave, y],
      [leave, y],
    ],
    bend([leave, y], end),
  ];
}

/** The height at which a line passes columns between: that of its end or beginning if no box is there, else between rows. */
function lane(ya: number, yb: number, across: { x: number; w: number }, boxes: readonly Rect[]): number {
  const free = (y: number): boolean =>
    !boxes.some((box) => meet(box, { x: across.x, y: y - NEAR, w: across.w, h: 2 * NEAR }));
  if (free(yb)) return yb;
  if (free(ya)) return ya;
  const row = Math.round(yb / ROW);
  return row * ROW;
}

function bend(a: Point, b: Point): Curve {
  const half = (a[0] + b[0]) / 2;
  return [a, [half, a[1]], [half, b[1]], b];
}

/** The first place along a line where words fit. */
function room(text: string, curves: Curve[], placed: readonly Rect[], width: number): Rect | null {
  const w = Math.ceil(text.length * LETTER) + 14;
  for (const curve of [...curves].sort((a, b) => length(b) - length(a)))
    for (const t of ALONG) {
      const [x, y] = at(curve, t);
      for (const [across, down] of [
        [0, 0],
        [w / 2 + 2, 0],
        [-w / 2 - 2, 0],
        [0, HIGH / 2 + 2],
        [0, -HIGH / 2 - 2],
      ] as const) {
        const left = Math.min(Math.max(2, x + across - w / 2), width - w - 2);
        const rect = { x: left, y: y + down - HIGH / 2, w, h: HIGH };
        if (rect.y >= 0 && !placed.some((other) => meet(rect, other))) return rect;
      }
    }
  return null;
}

const length = ([a, , , b]: Curve): number => Math.hypot(b[0] - a[0], b[1] - a[1]);

function at(points: Curve, t: number): Point {
  const part = (n: 0 | 1): number => {
    const [a, b, c, d] = [points[0][n], points[1][n], points[2][n], points[3][n]];
    const s = 1 - t;
    return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
  };
  return [part(0), part(1)];
}
