/** Where many newcomers around one entity go: a disc beside it, in the direction with the most room. */
import type { Point } from './layout';

/** Newcomers from which on a disc is drawn instead of asking the force layout, which takes longer than an eye waits. */
export const MANY = 40;
/** Distance of neighbours on the disc. */
const STEP = 62;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

export interface Newcomers {
  anchor: string;
  keys: string[];
}

/** The newcomers, if every one of them hangs on the same placed entity and on nothing else that is placed. */
export function newcomers(
  nodes: readonly { key: string; at?: Point }[],
  edges: readonly (readonly [string, string])[],
): Newcomers | null {
  const placed = new Set(nodes.filter((node) => node.at).map((node) => node.key));
  const keys = nodes.filter((node) => !node.at).map((node) => node.key);
  if (keys.length < MANY || placed.size === 0) return null;
  const anchors = new Map<string, string>();
  for (const [from, to] of edges) {
    for (const [here, there] of [
      [from, to],
      [to, from],
    ] as const) {
      if (placed.has(here) || here === there) continue;
      if (!placed.has(there) || (anchors.get(here) ?? there) !== there) return null;
      anchors.set(here, there);
    }
  }
  const anchor = anchors.get(keys[0] ?? '');
  if (anchor === undefined || keys.some((key) => anchors.get(key) !== anchor)) return null;
  return { anchor, keys };
}

/** Places of `count` newcomers beside `anchor`, where the disc covers the fewest of the others. */
export function disc(anchor: Point, count: number, others: readonly Point[]): Point[] {
  const radius = STEP * Math.sqrt(count / Math.PI) + STEP;
  const far = radius + 110;
  let best = { x: anchor.x + far, y: anchor.y, covered: Infinity };
  for (let step = 0; step < 24; step += 1) {
    const turn = (step * Math.PI) / 12;
    const [x, y] = [anchor.x + far * Math.cos(turn), anchor.y + far * Math.sin(turn)];
    const covered = others.filter((other) => Math.hypot(other.x - x, other.y - y) < radius + 50).length;
    if (covered < best.covered) best = { x, y, covered };
  }
  const scale = STEP / Math.sqrt(Math.PI);
  return Array.from({ length: count }, (_, index) => {
    const r = scale * Math.sqrt(index + 0.5);
    return { x: best.x + r * Math.cos(index * GOLDEN), y: best.y + r * Math.sin(index * GOLDEN) };
  });
}
