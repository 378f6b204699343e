/** Makes room: nodes that the force layout left on top of each other, or under each other's names, move apart. */
import type { Point } from './layout';

/** The room of a node with its name below it. */
const WIDTH = 118;
const HEIGHT = 66;
const ROUNDS = 250;
/** Pairs grow with the square: beyond this the force layout alone has to do. */
export const MOST = 400;

/** Moves the nodes of `free` until none needs the room of another; the others stay. Equal input gives equal places. */
export function spread(at: Record<string, Point>, free: ReadonlySet<string>): Record<string, Point> {
  const keys = Object.keys(at).sort();
  const found = Object.fromEntries(keys.map((key) => [key, { ...at[key]! }]));
  if (keys.length > MOST) return found;
  for (let round = 0; round < ROUNDS; round += 1) {
    let moved = false;
    keys.forEach((one, index) => {
      for (const other of keys.slice(index + 1)) {
        if (free.has(one) || free.has(other)) moved = apart(found, one, other, free) || moved;
      }
    });
    if (!moved) break;
  }
  return found;
}

/** Moves one pair along the axis on which they are nearer to being clear; tells whether they needed it. */
function apart(found: Record<string, Point>, one: string, other: string, free: ReadonlySet<string>): boolean {
  const [a, b] = [found[one]!, found[other]!];
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const [across, down] = [WIDTH - Math.abs(dx), HEIGHT - Math.abs(dy)];
  if (across <= 0.5 || down <= 0.5) return false;
  const both = free.has(one) && free.has(other);
  const [mine, theirs] = both ? [-0.5, 0.5] : free.has(one) ? [-1, 0] : [0, 1];
  if (down <= across) {
    const step = down * (dy < 0 ? -1 : 1);
    a.y += step * mine;
    b.y += step * theirs;
  } else {
    const step = across * (dx < 0 ? -1 : 1);
    a.x += step * mine;
    b.x += step * theirs;
  }
  return true;
}
