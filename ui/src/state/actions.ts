/** Every change of an investigation is one of these actions, applied by a pure function. */
import {
  EMPTY,
  foldKey,
  NOISES,
  type DrawnHop,
  type Fold,
  type Key,
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
  | { type: 'showPath'; hops: readonly DrawnHop[] }
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
      const kept = new Set(action.keys);
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
    case 'showPath':
      return showPath(state, action.hops);
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

function without(state: State, gone: ReadonlySet<Key>): State {
  const nodes = state.nodes.filter((key) => !gone.has(key));
  const folds = state.folds.filter((fold) => !gone.has(foldKey(fold)) && !gone.has(fold.of));
  if (nodes.length === state.nodes.length && folds.length === state.folds.length) return state;
  const broken = state.path?.some((hop) => gone.has(hop.from) || gone.has(hop.to)) ?? false;
  const lost = state.selection !== null && gone.has(state.selection);
  return {
    ...state,
    nodes,
    folds,
    path: broken ? null : state.path,
    selection: lost || broken ? null : state.selection,
  };
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
