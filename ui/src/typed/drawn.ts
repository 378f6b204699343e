/** What is drawn: what is drawn at first, and what each expansion added; the last of them can be taken back. */
import type { BoxShape, ExpansionAnswer, RestShape, TypedAnswer, TypedEdge } from '../api/client';

/** One expansion: of which box, over what, and what came of it. */
export interface Step {
  node: string;
  relation: string;
  added: ExpansionAnswer;
}

export interface Drawn {
  boxes: BoxShape[];
  edges: TypedEdge[];
  rests: RestShape[];
  /** What each step put into the picture, in order. */
  fresh: { anchor: string; ids: { id: string; column: string }[] }[];
}

/** The id of the box for what is left of an expansion. */
export const restOf = (node: string, relation: string): string => `rest|${node}|${relation}`;

/** Puts steps on top of what is drawn at first. An edge is drawn once both of its ends are. */
export function drawnOf(base: TypedAnswer, steps: readonly Step[]): Drawn {
  const boxes = new Map(base.boxes.map((box) => [box.id, box]));
  const edges = new Map(base.edges.map((edge) => [edge.id, edge]));
  const rests = new Map(base.rests.map((rest) => [rest.id, rest]));
  const fresh: Drawn['fresh'] = [];
  for (const { node, relation, added } of steps) {
    const id = restOf(node, relation);
    const news = added.boxes.filter((box) => !boxes.has(box.id));
    const ids = news.map((box) => ({ id: box.id, column: box.column }));
    for (const box of news) boxes.set(box.id, box);
    for (const edge of added.edges) if (!edges.has(edge.id)) edges.set(edge.id, edge);
    if (added.rest && !rests.has(id)) ids.push({ id, column: added.rest.column });
    if (added.rest) rests.set(id, added.rest);
    else rests.delete(id);
    fresh.push({ anchor: rests.has(node) || boxes.has(node) ? node : id, ids });
  }
  return {
    boxes: [...boxes.values()],
    edges: [...edges.values()].filter((edge) => boxes.has(edge.from) && boxes.has(edge.to)),
    rests: [...rests.values()].flatMap((rest) => without(rest, [...boxes.values()]) ?? []),
    fresh,
  };
}

/** What is left of a column without what other expansions drew of it; nothing where they drew all of it. */
function without(rest: RestShape, boxes: readonly BoxShape[]): RestShape | null {
  if (!rest.node.startsWith('rest|')) return rest;
  const own = boxes.filter((box) => box.column === rest.column && (box.left ?? -1) >= rest.offset);
  if (own.length >= rest.boxes) return null;
  const processes = rest.column === 'process' ? own.reduce((sum, box) => sum + box.of, 0) : own.length;
  return {
    ...rest,
    boxes: rest.boxes - own.length,
    entities: rest.entities - processes,
    leads: rest.leads - own.filter((box) => box.leads.length).length,
  };
}

/** How many boxes an expansion may add: the box for what is left of it, if there is one, makes room for its next. */
export function room(base: TypedAnswer, drawn: Drawn, node: string, relation: string): number {
  const known = drawn.rests.some((rest) => rest.id === restOf(node, relation));
  const free = base.most - drawn.boxes.length - drawn.rests.length + (known ? 1 : 0);
  return Math.max(0, Math.min(base.click, free));
}
