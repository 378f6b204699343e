/** Undo and redo: states before and after the present one. */
import { isQuiet, reduce, type Action } from './actions';
import { EMPTY, type State } from './state';

export interface History {
  past: readonly State[];
  present: State;
  future: readonly State[];
}

export function begin(present: State): History {
  return { past: [], present, future: [] };
}

/** Whether two states show the same: an action that changes nothing must not cost a step back. */
function same(one: State, other: State): boolean {
  return (Object.keys(EMPTY) as (keyof State)[]).every(
    (name) => one[name] === other[name] || JSON.stringify(one[name]) === JSON.stringify(other[name]),
  );
}

/** Applies an action; a quiet one changes the present entry instead of making a new one. */
export function act(history: History, action: Action): History {
  const next = reduce(history.present, action);
  if (same(next, history.present)) return history;
  if (isQuiet(action)) return { ...history, present: next };
  return { past: [...history.past, history.present], present: next, future: [] };
}

/** Goes to entry `index` of past, present and future; stays when there is none. */
export function goTo(history: History, index: number): History {
  const all = [...history.past, history.present, ...history.future];
  const present = all[index];
  if (!present) return history;
  return { past: all.slice(0, index), present, future: all.slice(index + 1) };
}

export function undo(history: History): History {
  return goTo(history, history.past.length - 1);
}

export function redo(history: History): History {
  return goTo(history, history.past.length + 1);
}
