/** The state in the URL's fragment: short ones as they are, long ones by the id under which the server keeps them. */
import {
  EMPTY,
  MEASURES,
  NOISES,
  type DrawnHop,
  type Fold,
  type Group,
  type Measure,
  type Noise,
  type State,
  type View,
} from './state';

/** Fragments longer than this are kept by the server. */
export const MAX_FRAGMENT = 2000;

const VIEWS: readonly View[] = ['graph', 'table', 'timeline', 'tree', 'map', 'compare', 'query'];

/** Writes what differs from an empty investigation; equal states give equal text. */
export function encode(state: State): string {
  const short: Record<string, unknown> = {};
  for (const name of Object.keys(EMPTY).sort() as (keyof State)[]) {
    const value = state[name];
    if (JSON.stringify(value) !== JSON.stringify(EMPTY[name])) short[name] = value;
  }
  return Object.keys(short).length ? JSON.stringify(short) : '';
}

/** Reads what `encode` wrote. A URL is anyone's text: what does not fit is left out, never trusted. */
export function decode(text: string): State {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return EMPTY;
  }
  if (typeof raw !== 'object' || raw === null) return EMPTY;
  const value = raw as Record<string, unknown>;
  return {
    nodes: strings(value.nodes),
    folds: list(value.folds, isFold),
    groups: list(value.groups, isGroup),
    path: Array.isArray(value.path) ? list(value.path, isHop) : null,
    window: isWindow(value.window) ? value.window : null,
    outside: value.outside === 'hide' ? 'hide' : 'fade',
    noise: strings(value.noise).filter((name): name is Noise => NOISES.includes(name as Noise)),
    selection: typeof value.selection === 'string' ? value.selection : null,
    view: VIEWS.includes(value.view as View) ? (value.view as View) : 'graph',
    treeOf: typeof value.treeOf === 'string' ? value.treeOf : null,
    size: measureOf(value.size),
    colour: measureOf(value.colour),
  };
}

/** The fragment for a state, or null when it is too long for a URL. */
export function toFragment(state: State): string | null {
  const text = encode(state);
  const fragment = text ? `#s=${encodeURIComponent(text)}` : '';
  return fragment.length <= MAX_FRAGMENT ? fragment : null;
}

/** What a fragment holds: a state, or the id of one the server keeps. */
export function fromFragment(fragment: string): { state: State } | { view: string } {
  const parts = new URLSearchParams(fragment.replace(/^#/, ''));
  const view = parts.get('v');
  if (view && /^[0-9a-f]{24}$/.test(view)) return { view };
  return { state: decode(parts.get('s') ?? '') };
}

/** A short hash of a state, for tests and for telling two of them apart (FNV-1a, 52 bits). */
export function stateHash(state: State): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(encode(state))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

function measureOf(value: unknown): Measure {
  return MEASURES.includes(value as Measure) ? (value as Measure) : 'none';
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function list<T>(value: unknown, fits: (item: unknown) => item is T): T[] {
  return Array.isArray(value) ? value.filter(fits) : [];
}

function isWindow(value: unknown): value is { since: number; until: number } {
  const window = value as { since?: unknown; until?: unknown } | null;
  return (
    typeof window === 'object' &&
    window !== null &&
    Number.isSafeInteger(window.since) &&
    Number.isSafeInteger(window.until)
  );
}

function isFold(value: unknown): value is Fold {
  const fold = value as Partial<Fold> | null;
  return (
    typeof fold?.of === 'string' &&
    typeof fold.relation === 'string' &&
    typeof fold.outgoing === 'boolean' &&
    typeof fold.neighbour_kind === 'string' &&
    typeof fold.total === 'number'
  );
}

function isGroup(value: unknown): value is Group {
  const group = value as Partial<Group> | null;
  return (
    typeof group?.id === 'string' &&
    typeof group.name === 'string' &&
    Array.isArray(group.keys) &&
    group.keys.every((key) => typeof key === 'string')
  );
}

function isTime(value: unknown): value is number | null {
  return value === null || Number.isSafeInteger(value);
}

function isHop(value: unknown): value is DrawnHop {
  const hop = value as Partial<DrawnHop> | null;
  return (
    typeof hop?.from === 'string' &&
    typeof hop.to === 'string' &&
    typeof hop.user === 'string' &&
    typeof hop.id === 'string' &&
    isTime(hop.start) &&
    isTime(hop.end) &&
    Array.isArray(hop.ids) &&
    Array.isArray(hop.reasons) &&
    [hop.against, hop.others].every((texts) => texts === undefined || Array.isArray(texts)) &&
    (hop.cause === undefined || typeof hop.cause?.text === 'string')
  );
}
