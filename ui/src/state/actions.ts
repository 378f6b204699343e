/** Every change of an investigation is one of these actions, applied by a pure function. */
import {
  EMPTY,
  foldKey,
  groupKey,
  NOISES,
  type DrawnHop,
  type Fold,
  type Group,
  type Key,
  type Measure,
  type Noise,
  type State,
  type TimeWindow,
  type View,
} from './state';

export type Action =
  | { type: 'add'; keys: readonly Key[]; select?: Key }
  | { type: 'hide'; keys: readonly Key[] }
  | { type: 'keep'; keys: readonly Key[] }
  | { type: 'collapse'; keys: readonly Key[]; folds: readonly Fold[] }
  | { type: 'fold'; fold: Fold }
  | { type: 'unfold'; key: Key; keys: readonly Key[]; rest: Fold | null }
  | { type: 'group'; group: Group }
  | { type: 'ungroup'; id: string }
  | { type: 'size'; size: Measure }
  | { type: 'colour'; colour: Measure }
  | { type: 'showPath'; hops: readonly DrawnHop[] }
  | { type: 'restore'; state: State }
  | { type: 'clear' }
  | { type: 'window'; window: TimeWindow | null }
  | { type: 'outside'; outside: State['outside'] }
  | { type: 'noise'; noise: Noise; hidden: boolean }
  | { type: 'view'; view: View; treeOf?: Key }
  | { type: 'select'; key: Key | null };

/** Actions that go into the same history entry as the one before: looking is not changing. */
export function isQuiet(action: Action): boolean {
  return action.type === 'select';
}

/** The next state; the same object when nothing changes. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'add':
      return add(state, action.keys, action.select);
    case 'hide':
      return without(state, new Set(action.keys));
    case 'keep': {
      const kept = members(state, new Set(action.keys));
      return without(
        state,
        new Set([...state.nodes, ...state.folds.map(foldKey)].filter((key) => !kept.has(key))),
      );
    }
    case 'collapse':
      return collapse(state, action.keys, action.folds);
    case 'fold':
      return withFolds(state, [action.fold]);
    case 'unfold':
      return unfold(state, action.key, action.keys, action.rest);
    case 'group':
      return group(state, action.group);
    case 'ungroup':
      return ungroup(state, action.id);
    case 'colour':
      return state.colour === action.colour ? state : { ...state, colour: action.colour };
    case 'size':
      return state.size === action.size ? state : { ...state, size: action.size };
    case 'showPath':
      return showPath(state, action.hops);
    case 'restore':
      return action.state;
    case 'clear':
      return { ...EMPTY, noise: state.noise, outside: state.outside };
    case 'window':
      return { ...state, window: action.window };
    case 'outside':
      return state.outside === action.outside ? state : { ...state, outside: action.outside };
    case 'noise':
      return toggleNoise(state, action.noise, action.hidden);
    case 'view':
      return { ...state, view: action.view, treeOf: action.treeOf ?? state.treeOf };
    case 'select':
      return state.selection === action.key ? state : { ...state, selection: action.key };
  }
}

function add(state: State, keys: readonly Key[], select?: Key): State {
  const shown = new Set(state.nodes);
  const fresh = [...new Set(keys)].filter((key) => !shown.has(key));
  const selection = select ?? state.selection;
  if (fresh.length === 0 && selection === state.selection) return state;
  return { ...state, nodes: fresh.length ? [...state.nodes, ...fresh] : state.nodes, selection };
}

/** Hiding a group hides everything in it. */
function members(state: State, keys: ReadonlySet<Key>): ReadonlySet<Key> {
  const inside = state.groups.filter(({ id }) => keys.has(groupKey(id))).flatMap((one) => one.keys);
  return inside.length ? new Set([...keys, ...inside]) : keys;
}

function without(state: State, some: ReadonlySet<Key>): State {
  const gone = members(state, some);
  const nodes = state.nodes.filter((key) => !gone.has(key));
  const folds = state.folds.filter((fold) => !gone.has(foldKey(fold)) && !gone.has(fold.of));
  if (nodes.length === state.nodes.length && folds.length === state.folds.length) return state;
  const broken = state.path?.some((hop) => gone.has(hop.from) || gone.has(hop.to)) ?? false;
  const lost = state.selection !== null && gone.has(state.selection);
  return {
    ...state,
    nodes,
    folds,
    groups: tidy(state.groups, (key) => !gone.has(key)),
    path: broken ? null : state.path,
    selection: lost || broken ? null : state.selection,
  };
}

/** Groups with the members that stay; what is left alone needs no group. */
function tidy(groups: readonly Group[], stays: (key: Key) => boolean): readonly Group[] {
  if (groups.length === 0) return groups;
  return groups.map((one) => ({ ...one, keys: one.keys.filter(stays) })).filter((one) => one.keys.length > 1);
}

/** An entity is in one group at most, and a machine of the path in none. */
function group(state: State, wanted: Group): State {
  const onPath = new Set(state.path?.flatMap((hop) => [hop.from, hop.to]) ?? []);
  const shown = new Set(state.nodes);
  const keys = [...new Set(wanted.keys)].filter((key) => shown.has(key) && !onPath.has(key));
  if (keys.length < 2) return state;
  const taken = new Set(keys);
  const others = tidy(
    state.groups.filter((one) => one.id !== wanted.id),
    (key) => !taken.has(key),
  );
  return { ...state, groups: [...others, { ...wanted, keys }], selection: groupKey(wanted.id) };
}

function ungroup(state: State, id: string): State {
  const groups = state.groups.filter((one) => one.id !== id);
  if (groups.length === state.groups.length) return state;
  return { ...state, groups, selection: state.selection === groupKey(id) ? null : state.selection };
}

function withFolds(state: State, folds: readonly Fold[]): State {
  const fresh = new Map(folds.map((fold) => [foldKey(fold), fold]));
  const kept = state.folds.filter((fold) => !fresh.has(foldKey(fold)));
  return { ...state, folds: [...kept, ...fresh.values()] };
}

function collapse(state: State, keys: readonly Key[], folds: readonly Fold[]): State {
  if (keys.length === 0) return state;
  return withFolds(without(state, new Set(keys)), folds);
}

function unfold(state: State, key: Key, keys: readonly Key[], rest: Fold | null): State {
  const folds = state.folds.filter((fold) => foldKey(fold) !== key);
  const opened = add({ ...state, folds: rest ? [...folds, rest] : folds }, keys);
  return opened.selection === key && !rest ? { ...opened, selection: null } : opened;
}

function showPath(state: State, hops: readonly DrawnHop[]): State {
  const nodes = [...new Set(hops.flatMap((hop) => [hop.from, hop.to]))];
  const first = hops[0];
  return {
    ...EMPTY,
    noise: state.noise,
    outside: state.outside,
    window: state.window,
    nodes,
    path: hops,
    selection: first ? hopKey(first) : null,
  };
}

/** Key of a hop's edge in the drawn graph. */
export function hopKey(hop: DrawnHop): Key {
  return `hop:${hop.from}|${hop.to}|${hop.id}`;
}

function toggleNoise(state: State, noise: Noise, hidden: boolean): State {
  if (state.noise.includes(noise) === hidden) return state;
  const noises = NOISES.filter((other) => (other === noise ? hidden : state.noise.includes(other)));
  return { ...state, noise: noises };
}
