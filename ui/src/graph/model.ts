/** The client's graph: everything fetched so far, and what of it a state shows. No renderer in here. */
import { MultiDirectedGraph } from 'graphology';
import type { EdgeShape, NodeShape } from '../api/client';
import { hopKey } from '../state/actions';
import {
  foldKey,
  groupKey,
  keyOf,
  refOf,
  type DrawnHop,
  type Fold,
  type Group,
  type Key,
  type Noise,
  type Ref,
  type State,
} from '../state/state';
import { fromIso } from '../time/format';

export interface NodeData {
  key: Key;
  kind: string;
  id: string;
  label: string;
  /** The telemetry's name when the case calls the entity something else. */
  renamed: string | null;
  detail: string;
  first: number | null;
  last: number | null;
  noise: string | null;
  stub: boolean;
  /** What the analytics make of it; 0 without any. */
  rank: number;
}

export interface EdgeData {
  key: Key;
  start: Key;
  end: Key;
  relation: string;
  relationships: number;
  events: number | null;
  first: number | null;
  last: number | null;
  logonTypes: number[];
}

export interface DrawnNode extends NodeData {
  faded: boolean;
  onPath: boolean;
}

export interface DrawnFold {
  key: Key;
  fold: Fold;
  label: string;
}

export interface DrawnGroup {
  key: Key;
  group: Group;
  faded: boolean;
}

export interface DrawnEdge extends EdgeData {
  faded: boolean;
  hop: DrawnHop | null;
  step: number;
  /** The edges that this one stands for when it begins or ends at a group. */
  bundle: DrawnEdge[] | null;
}

/** What is on screen, and what is not: every hidden thing is counted. */
export interface Drawing {
  nodes: DrawnNode[];
  folds: DrawnFold[];
  groups: DrawnGroup[];
  edges: DrawnEdge[];
  hidden: { noise: Partial<Record<Noise, number>>; window: number };
}

/** Edges inside the window by key. */
export type Windowed = ReadonlyMap<Key, { first: number | null; last: number | null }>;

const SERVICE_LOGONS = new Set([0, 5]);

export class Model {
  /** What the open case calls entities. */
  aliases: ReadonlyMap<Key, string> = new Map();
  private readonly graph = new MultiDirectedGraph<NodeData, EdgeData>();

  has(key: Key): boolean {
    return this.graph.hasNode(key);
  }

  node(key: Key): NodeData | null {
    if (!this.graph.hasNode(key)) return null;
    const data = this.graph.getNodeAttributes(key);
    const alias = this.aliases.get(key);
    return alias === undefined ? data : { ...data, label: alias, renamed: data.label };
  }

  edge(key: Key): EdgeData | null {
    return this.graph.hasEdge(key) ? this.graph.getEdgeAttributes(key) : null;
  }

  /** The keys of `keys` that have not been fetched. */
  missing(keys: readonly Key[]): Key[] {
    return keys.filter((key) => !this.graph.hasNode(key));
  }

  addNode(shape: NodeShape): Key {
    const key = keyOf(shape);
    const data: NodeData = {
      key,
      kind: shape.kind,
      id: shape.id,
      label: shape.label,
      renamed: null,
      detail: shape.detail ?? '',
      first: fromIso(shape.first_seen),
      last: fromIso(shape.last_seen),
      noise: shape.noise ?? null,
      stub: shape.stub ?? false,
      rank: shape.rank ?? 0,
    };
    this.graph.mergeNode(key, data);
    return key;
  }

  /** Stands in for an entity that a URL names and the graph does not have. */
  addMissing(ref: Ref): void {
    this.addNode({ ...ref, label: ref.id, detail: 'not in this graph', stub: true } as NodeShape);
  }

  /** Forgets all edges: those of another graph come in their place. */
  clearEdges(): void {
    this.graph.clearEdges();
  }

  addEdge(shape: EdgeShape): void {
    const [start, end] = [keyOf(shape.start), keyOf(shape.end)];
    if (!this.graph.hasNode(start) || !this.graph.hasNode(end)) return;
    const key = `edge:${start}|${shape.relation}|${end}`;
    const data: EdgeData = {
      key,
      start,
      end,
      relation: shape.relation,
      relationships: shape.relationships,
      events: shape.events,
      first: fromIso(shape.first),
      last: fromIso(shape.last),
      logonTypes: shape.logon_types ?? [],
    };
    this.graph.mergeEdgeWithKey(key, start, end, data);
  }

  /** Which of the shown nodes hang on `key` alone, and so go into a fold when it is collapsed. */
  leavesOf(key: Key, state: State): Key[] {
    const shown = new Set(state.nodes);
    const onPath = new Set(state.path?.flatMap((hop) => [hop.from, hop.to]) ?? []);
    if (!this.graph.hasNode(key)) return [];
    return this.graph.neighbors(key).filter((leaf) => {
      if (!shown.has(leaf) || leaf === key || onPath.has(leaf)) return false;
      return this.graph
        .neighbors(leaf)
        .every((other) => other === key || other === leaf || !shown.has(other));
    });
  }

  /** The folds that stand for `leaves` beside `key`, each with how many it holds. */
  foldsOf(key: Key, leaves: readonly Key[]): Fold[] {
    const folds = new Map<Key, Fold>();
    for (const leaf of leaves) {
      const edge = this.graph.edges(key, leaf)[0] ?? this.graph.edges(leaf, key)[0];
      if (!edge) continue;
      const data = this.graph.getEdgeAttributes(edge);
      const way = { relation: data.relation, outgoing: data.start === key, neighbour_kind: refOf(leaf).kind };
      const fold = { of: key, ...way, total: 0 };
      const found = folds.get(foldKey(fold)) ?? fold;
      folds.set(foldKey(fold), { ...found, total: found.total + 1 });
    }
    return [...folds.values()];
  }

  /**
   * What a state shows of the graph. `windowed` holds the edges that have a relationship inside the window;
   * without it, an edge's first and last relationship decide.
   */
  draw(state: State, windowed: Windowed | null = null): Drawing {
    const drawing: Drawing = {
      nodes: [],
      folds: [],
      groups: [],
      edges: [],
      hidden: { noise: {}, window: 0 },
    };
    const onPath = new Set(state.path?.flatMap((hop) => [hop.from, hop.to]) ?? []);
    const hide = (noise: Noise) => (drawing.hidden.noise[noise] = (drawing.hidden.noise[noise] ?? 0) + 1);
    const drawn = new Map<Key, DrawnNode>();
    for (const key of state.nodes) {
      const data = this.node(key);
      if (!data) continue;
      const noise = data.noise as Noise | null;
      if (noise && state.noise.includes(noise) && !onPath.has(key)) {
        hide(noise);
        continue;
      }
      drawn.set(key, { ...data, faded: false, onPath: onPath.has(key) });
    }
    this.drawEdges(state, drawn, drawing, { hide, windowed: state.window ? windowed : null });
    this.fadeNodes(state, drawn, drawing);
    const inside = gather(state.groups, drawn, drawing);
    drawing.nodes = [...drawn.values()].filter((node) => !inside.has(node.key));
    for (const fold of state.folds) {
      if (drawn.has(fold.of) && !inside.has(fold.of))
        drawing.folds.push({ key: foldKey(fold), fold, label: foldLabel(fold) });
    }
    return drawing;
  }

  private drawEdges(
    state: State,
    drawn: Map<Key, DrawnNode>,
    drawing: Drawing,
    { hide, windowed }: { hide: (noise: Noise) => void; windowed: Windowed | null },
  ): void {
    const hops = state.path ?? [];
    const covered = new Set(hops.map((hop) => `edge:${hop.from}|REMOTE_LOGON|${hop.to}`));
    for (const key of drawn.keys()) {
      for (const edge of this.graph.outEdges(key)) {
        const data = this.graph.getEdgeAttributes(edge);
        if (!drawn.has(data.end) || covered.has(data.key)) continue;
        if (isServiceLogon(data) && state.noise.includes('service-logon')) {
          hide('service-logon');
          continue;
        }
        const faded = isOutside(data, state.window) || (windowed !== null && !windowed.has(data.key));
        if (faded) drawing.hidden.window += 1;
        if (!faded || state.outside === 'fade')
          drawing.edges.push({ ...data, faded, hop: null, step: 0, bundle: null });
      }
    }
    hops.forEach((hop, index) => {
      if (!drawn.has(hop.from) || !drawn.has(hop.to)) return;
      const edge = drawHop(hop, index + 1, state);
      if (edge.faded) drawing.hidden.window += 1;
      if (!edge.faded || state.outside === 'fade') drawing.edges.push(edge);
    });
  }

  /** A node none of whose edges is inside the window fades or goes; one without edges stays. */
  private fadeNodes(state: State, drawn: Map<Key, DrawnNode>, drawing: Drawing): void {
    if (!state.window) return;
    const alive = new Set<Key>();
    for (const edge of drawing.edges) if (!edge.faded) alive.add(edge.start).add(edge.end);
    for (const [key, node] of drawn) {
      if (alive.has(key) || node.onPath || this.graph.degree(key) === 0) continue;
      if (state.outside === 'hide') drawn.delete(key);
      else node.faded = true;
    }
    drawing.edges = drawing.edges.filter((edge) => drawn.has(edge.start) && drawn.has(edge.end));
  }
}

/** Draws groups in place of their members; edges between the same ends become one bundle. Gives group by member. */
function gather(
  groups: readonly Group[],
  drawn: ReadonlyMap<Key, DrawnNode>,
  drawing: Drawing,
): ReadonlyMap<Key, Key> {
  const inside = new Map<Key, Key>();
  for (const group of groups) {
    const here = group.keys.flatMap((key) => drawn.get(key) ?? []);
    if (here.length === 0) continue;
    const key = groupKey(group.id);
    for (const node of here) inside.set(node.key, key);
    drawing.groups.push({ key, group, faded: here.every((node) => node.faded) });
  }
  if (inside.size === 0) return inside;
  const bundles = new Map<Key, DrawnEdge>();
  drawing.edges = drawing.edges.filter((edge) => {
    const [start, end] = [inside.get(edge.start) ?? edge.start, inside.get(edge.end) ?? edge.end];
    if (start === edge.start && end === edge.end) return true;
    if (start !== end) {
      const key = `bundle:${start}|${edge.relation}|${end}`;
      bundles.set(key, bundled(bundles.get(key), { ...edge, key, start, end, bundle: [edge] }));
    }
    return false;
  });
  drawing.edges.push(...bundles.values());
  return inside;
}

function bundled(one: DrawnEdge | undefined, other: DrawnEdge): DrawnEdge {
  if (!one) return other;
  const times = (values: (number | null)[]): number[] => values.filter((value) => value !== null);
  const first = times([one.first, other.first]);
  const last = times([one.last, other.last]);
  return {
    ...one,
    relationships: one.relationships + other.relationships,
    events: one.events === null ? other.events : one.events + (other.events ?? 0),
    first: first.length ? Math.min(...first) : null,
    last: last.length ? Math.max(...last) : null,
    logonTypes: [...new Set([...one.logonTypes, ...other.logonTypes])],
    faded: one.faded && other.faded,
    bundle: [...(one.bundle ?? []), ...(other.bundle ?? [])],
  };
}

function drawHop(hop: DrawnHop, step: number, state: State): DrawnEdge {
  const data = { first: hop.start, last: hop.end };
  return {
    key: hopKey(hop),
    start: hop.from,
    end: hop.to,
    relation: 'REMOTE_LOGON',
    relationships: 1,
    events: null,
    ...data,
    logonTypes: hop.logonType === null ? [] : [hop.logonType],
    faded: isOutside(data, state.window),
    hop,
    step,
    bundle: null,
  };
}

function isOutside(data: { first: number | null; last: number | null }, window: State['window']): boolean {
  if (!window || data.first === null || data.last === null) return false;
  return data.last < window.since || data.first >= window.until;
}

function isServiceLogon(data: EdgeData): boolean {
  return (
    data.relation === 'LOGGED_ON' &&
    data.logonTypes.length > 0 &&
    data.logonTypes.every((t) => SERVICE_LOGONS.has(t))
  );
}

function foldLabel(fold: Fold): string {
  return `${fold.total.toLocaleString('en-GB')} ${fold.neighbour_kind}`;
}

/** `LOGGED_ON` as `logged on`. */
export function words(relation: string): string {
  return relation.toLowerCase().replaceAll('_', ' ');
}
