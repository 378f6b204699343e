/** Where elements go: what of the canvas changes, and places for what comes in. */
import type cytoscape from 'cytoscape';
import type { DrawnHop } from '../state/state';
import type { Layouts, Point } from './layout';

export const isNode = (one: cytoscape.ElementDefinition): boolean => one.group === 'nodes';

const idOf = (one: cytoscape.ElementDefinition): string => one.data.id as string;

/** Takes out what is not wanted, changes what has changed, and gives what is new. */
export function refresh(
  core: cytoscape.Core,
  wanted: readonly cytoscape.ElementDefinition[],
): cytoscape.ElementDefinition[] {
  const ids = new Set(wanted.map(idOf));
  const fresh: cytoscape.ElementDefinition[] = [];
  core.batch(() => {
    core
      .elements()
      .filter((element) => !ids.has(element.id()))
      .remove();
    for (const one of wanted) {
      const known = core.getElementById(idOf(one));
      if (known.empty()) {
        fresh.push({ ...one, scratch: { _classes: one.classes } });
        continue;
      }
      // Each change costs a styling, so what says the same is left alone.
      const now = known.data() as Record<string, unknown>;
      if (Object.entries(one.data).some(([name, value]) => now[name] !== value)) known.data(one.data);
      const classes = one.classes as string;
      if (known.scratch('_classes') !== classes) known.classes(classes).scratch('_classes', classes);
    }
  });
  return fresh;
}

interface Wish {
  /** The path gets a new place even where it stands. */
  anew: boolean;
  /** Everything gets a new place. */
  all: boolean;
  path: readonly DrawnHop[] | null;
  layouts: Layouts;
}

/** Places for new nodes, and new ones for the path; null when something newer is being placed. */
export async function placed(
  core: cytoscape.Core,
  fresh: readonly cytoscape.ElementDefinition[],
  { anew, all, path, layouts }: Wish,
): Promise<Map<string, Point> | null> {
  const found = new Map<string, Point>();
  const comers = fresh.filter(isNode).map(idOf);
  const loose = new Set(all ? [...core.nodes().map((node) => node.id()), ...comers] : comers);
  const onPath = new Set(path?.flatMap((hop) => [hop.from, hop.to]) ?? []);
  const isThere = (key: string): boolean => loose.has(key) || core.getElementById(key).nonempty();
  if (path && (anew || [...loose].some((key) => onPath.has(key)))) {
    const nodes = [...onPath].filter(isThere).map((key) => ({ key }));
    // After a reload some of the path may not be known yet.
    const hops = path
      .filter((hop) => isThere(hop.from) && isThere(hop.to))
      .map((hop): [string, string] => [hop.from, hop.to]);
    const at = await layouts.place({ mode: 'layered', nodes, edges: hops });
    if (!at) return null;
    for (const { key } of nodes) {
      loose.delete(key);
      if (at[key]) found.set(key, at[key]);
    }
  }
  if (loose.size === 0) return found;
  const pointOf = (key: string): Point | undefined => {
    if (loose.has(key)) return undefined;
    const node = core.getElementById(key);
    return (
      found.get(key) ?? (node.nonempty() ? { ...(node as cytoscape.NodeSingular).position() } : undefined)
    );
  };
  const keys = new Set([...core.nodes().map((node) => node.id()), ...comers]);
  const nodes = [...keys].map((key) => {
    const at = pointOf(key);
    return at ? { key, at } : { key };
  });
  const lines = [
    ...core.edges().map((edge): [string, string] => [edge.source().id(), edge.target().id()]),
    ...fresh
      .filter((one) => !isNode(one))
      .map((one): [string, string] => [one.data.source as string, one.data.target as string]),
  ];
  const at = await layouts.place({ mode: 'force', nodes: [...nodes, ...texts(path, pointOf)], edges: lines });
  if (!at) return null;
  const row = rowOf([...onPath].flatMap((key) => pointOf(key) ?? []));
  for (const key of loose) {
    const point = at[key];
    if (point) found.set(key, row ? aside(row, point) : point);
  }
  return found;
}

/** The text on a hop takes room too: a fixed stand-in keeps newcomers off it. */
function texts(
  path: readonly DrawnHop[] | null,
  pointOf: (key: string) => Point | undefined,
): { key: string; at: Point }[] {
  return (path ?? []).flatMap((hop) => {
    const [from, to] = [pointOf(hop.from), pointOf(hop.to)];
    return from && to
      ? [{ key: `text:${hop.id}`, at: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 } }]
      : [];
  });
}

/** The height of a path that lies in one row; null for any other. */
function rowOf(points: readonly Point[]): number | null {
  const heights = points.map((point) => point.y);
  const [top, bottom] = [Math.min(...heights), Math.max(...heights)];
  return heights.length < 2 || bottom - top > 10 ? null : top;
}

/** A path's arrows carry text above them and names below: newcomers make room on both sides of its row. */
function aside(row: number, point: Point): Point {
  return { x: point.x, y: point.y + (point.y < row ? -85 : 60) };
}

/** The middle of everything that is there or comes in, and the zoom at which it fits. */
export function frame(
  core: cytoscape.Core,
  coming: ReadonlyMap<string, Point> = new Map(),
): Point & { zoom: number } {
  const points = [...core.nodes().map((node) => node.position()), ...coming.values()];
  const [xs, ys] = [points.map((point) => point.x), points.map((point) => point.y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const zoom = Math.min(
    (core.width() - 120) / (right - left + 100),
    (core.height() - 120) / (bottom - top + 100),
  );
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    zoom: Math.max(core.minZoom(), Math.min(1.25, zoom)),
  };
}
