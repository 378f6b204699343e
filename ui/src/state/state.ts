/** What an investigation shows, as one plain value: everything the URL keeps and undo restores. */

/** `Kind:id` of an entity. */
export type Key = string;

export interface Ref {
  kind: string;
  id: string;
}

export function keyOf(ref: Ref): Key {
  return `${ref.kind}:${ref.id}`;
}

export function refOf(key: Key): Ref {
  const colon = key.indexOf(':');
  return { kind: key.slice(0, colon), id: key.slice(colon + 1) };
}

/** One way from an entity: relationship type, direction, kind at the other end. */
export interface Way {
  relation: string;
  outgoing: boolean;
  neighbour_kind: string;
}

/** Neighbours of an entity drawn as one node with a count. */
export interface Fold extends Way {
  of: Key;
  total: number;
}

export function foldKey(fold: Way & { of: Key }): Key {
  return `fold:${fold.of}|${fold.relation}|${fold.outgoing ? 'out' : 'in'}|${fold.neighbour_kind}`;
}

/** Entities that the analyst put together, drawn as one. */
export interface Group {
  id: string;
  name: string;
  keys: readonly Key[];
}

export function groupKey(id: string): Key {
  return `group:${id}`;
}

/** One hop of the drawn attack path. Times are microseconds. */
export interface DrawnHop {
  from: Key;
  to: Key;
  user: string;
  userKey: Key | null;
  technique: string | null;
  logonType: number | null;
  /** Null for a hop that a right allows and no logon shows. */
  start: number | null;
  end: number | null;
  id: string;
  confidence: string | null;
  /** All logons of this act; `id` is the telling one. */
  ids: readonly string[];
  /** The process that the hop started on the far side. */
  process: Key | null;
  reasons: readonly string[];
  /** What led to it, as far as records tell, and whether by another account's credentials. */
  cause?: { text: string; how: 'proved' | 'inferred'; switched: boolean };
  /** What speaks against the technique, and what else it may have been. */
  against?: readonly string[];
  others?: readonly string[];
  /** Records that a right rests on; a logon's are found through its id. */
  evidence?: readonly string[];
}

export type View = 'graph' | 'table' | 'timeline' | 'tree' | 'map' | 'compare' | 'query';
/** What a node's size, and its colour, may stand for. */
export type Measure = 'none' | 'relations' | 'neighbours' | 'rank';
export const MEASURES: readonly Measure[] = ['none', 'relations', 'neighbours', 'rank'];
export type Noise = 'machine-account' | 'service-account' | 'loopback' | 'service-logon';
export const NOISES: readonly Noise[] = ['machine-account', 'service-account', 'loopback', 'service-logon'];

export interface TimeWindow {
  since: number;
  until: number;
}

export interface State {
  nodes: readonly Key[];
  folds: readonly Fold[];
  groups: readonly Group[];
  path: readonly DrawnHop[] | null;
  window: TimeWindow | null;
  outside: 'fade' | 'hide';
  noise: readonly Noise[];
  selection: Key | null;
  view: View;
  treeOf: Key | null;
  size: Measure;
  colour: Measure;
}

export const EMPTY: State = {
  nodes: [],
  folds: [],
  groups: [],
  path: null,
  window: null,
  outside: 'fade',
  noise: [],
  selection: null,
  view: 'graph',
  treeOf: null,
  size: 'none',
  colour: 'none',
};
