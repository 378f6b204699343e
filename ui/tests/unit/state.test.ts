import { describe, expect, test } from 'vitest';
import { hopKey, reduce, type Action } from '../../src/state/actions';
import { act, begin, goTo, redo, undo, type History } from '../../src/state/history';
import {
  EMPTY,
  foldKey,
  keyOf,
  NOISES,
  refOf,
  type DrawnHop,
  type Fold,
  type State,
} from '../../src/state/state';
import { decode, encode, fromFragment, MAX_FRAGMENT, stateHash, toFragment } from '../../src/state/url';

const fold: Fold = { of: 'Machine:a', relation: 'RAN', outgoing: true, neighbour_kind: 'Process', total: 70 };
const hop = (from: string, to: string, start: number): DrawnHop => ({
  from: `Machine:${from}`,
  to: `Machine:${to}`,
  user: 'ada',
  userKey: 'User:ada',
  technique: null,
  logonType: 3,
  start,
  end: start + 5,
  id: `${from}${to}`,
  confidence: 'observed',
  ids: [`${from}${to}`],
  process: null,
  reasons: [],
});

function after(...actions: Action[]): State {
  return actions.reduce(reduce, EMPTY);
}

describe('keys', () => {
  test.each([
    { kind: 'IP', id: 'fe80::1' },
    { kind: 'URL', id: 'http://a:8/?x=1|y' },
    { kind: 'User', id: '' },
  ])('$kind $id comes back', (ref) => {
    expect(refOf(keyOf(ref))).toEqual(ref);
  });
});

describe('actions', () => {
  test('adding keeps order and adds nothing twice', () => {
    const state = after({ type: 'add', keys: ['b', 'a'] }, { type: 'add', keys: ['a', 'c', 'c'] });
    expect(state.nodes).toEqual(['b', 'a', 'c']);
    expect(reduce(state, { type: 'add', keys: ['a'] })).toBe(state);
  });

  test('hiding takes the groups and the selection of what goes', () => {
    const state = after(
      { type: 'add', keys: ['Machine:a', 'Machine:b'], select: 'Machine:a' },
      { type: 'fold', fold },
      { type: 'hide', keys: ['Machine:a'] },
    );
    expect(state).toEqual({ ...EMPTY, nodes: ['Machine:b'] });
  });

  test('a path ends when one of its machines is hidden', () => {
    const hops = [hop('a', 'b', 1), hop('b', 'c', 2)];
    const shown = after({ type: 'showPath', hops });
    expect(shown.nodes).toEqual(['Machine:a', 'Machine:b', 'Machine:c']);
    expect(shown.selection).toBe(hopKey(hops[0]!));
    const cut = reduce(shown, { type: 'hide', keys: ['Machine:c'] });
    expect(cut.path).toBeNull();
    expect(cut.nodes).toEqual(['Machine:a', 'Machine:b']);
  });

  test('keep only leaves one', () => {
    const state = after(
      { type: 'add', keys: ['Machine:a', 'x', 'y'] },
      { type: 'fold', fold },
      { type: 'keep', keys: ['x'] },
    );
    expect(state.nodes).toEqual(['x']);
    expect(state.folds).toEqual([]);
  });

  test('a group opens in part and then whole', () => {
    const closed = after({ type: 'add', keys: ['Machine:a'] }, { type: 'fold', fold });
    const part = reduce(closed, {
      type: 'unfold',
      key: foldKey(fold),
      keys: ['p1', 'p2'],
      rest: { ...fold, total: 68 },
    });
    expect(part.folds).toEqual([{ ...fold, total: 68 }]);
    expect(part.nodes).toEqual(['Machine:a', 'p1', 'p2']);
    const whole = reduce(part, { type: 'unfold', key: foldKey(fold), keys: ['p3'], rest: null });
    expect(whole.folds).toEqual([]);
  });

  test('collapsing puts leaves into groups', () => {
    const state = after(
      { type: 'add', keys: ['Machine:a', 'p1', 'p2'] },
      { type: 'collapse', keys: ['p1', 'p2'], folds: [{ ...fold, total: 2 }] },
    );
    expect(state.nodes).toEqual(['Machine:a']);
    expect(state.folds).toEqual([{ ...fold, total: 2 }]);
  });

  test('clearing keeps what the analyst set for the eye', () => {
    const state = after(
      { type: 'noise', noise: 'loopback', hidden: true },
      { type: 'add', keys: ['a'] },
      { type: 'clear' },
    );
    expect(state).toEqual({ ...EMPTY, noise: ['loopback'] });
  });
});

describe('history', () => {
  const random = (seed: number) => () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;

  function anyAction(draw: () => number): Action {
    const pick = <T>(items: readonly T[]): T => items[Math.floor(draw() * items.length)]!;
    const keys = ['Machine:a', 'Machine:b', 'User:u', 'IP:1', 'Process:p'];
    return pick<Action>([
      { type: 'add', keys: [pick(keys), pick(keys)] },
      { type: 'hide', keys: [pick(keys)] },
      { type: 'keep', keys: [pick(keys), pick(keys)] },
      { type: 'fold', fold: { ...fold, of: pick(keys), total: Math.floor(draw() * 100) } },
      { type: 'showPath', hops: [hop('a', 'b', 1), hop('b', 'c', 2)] },
      { type: 'window', window: draw() < 0.3 ? null : { since: 1, until: 2 + Math.floor(draw() * 50) } },
      { type: 'noise', noise: pick(NOISES), hidden: draw() < 0.5 },
      { type: 'view', view: pick(['graph', 'table', 'timeline', 'tree', 'query'] as const) },
      { type: 'outside', outside: pick(['fade', 'hide'] as const) },
      { type: 'clear' },
    ]);
  }

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'random actions undone and redone give equal states (seed %i)',
    (seed) => {
      const draw = random(seed);
      let history: History = begin(EMPTY);
      const hashes = [stateHash(EMPTY)];
      while (hashes.length <= 50) {
        const next = act(history, anyAction(draw));
        if (next === history) continue;
        history = next;
        hashes.push(stateHash(history.present));
        expect(hashes.at(-1), 'a step that changes nothing is none').not.toBe(hashes.at(-2));
      }
      for (let at = 49; at >= 0; at -= 1) {
        history = undo(history);
        expect(stateHash(history.present)).toBe(hashes[at]);
      }
      expect(history.present).toEqual(EMPTY);
      for (let at = 1; at <= 50; at += 1) {
        history = redo(history);
        expect(stateHash(history.present)).toBe(hashes[at]);
      }
    },
  );

  test('selecting makes no entry, acting after undo forgets the future', () => {
    let history = act(begin(EMPTY), { type: 'add', keys: ['a'] });
    history = act(history, { type: 'select', key: 'a' });
    expect(history.past).toHaveLength(1);
    history = act(undo(history), { type: 'add', keys: ['b'] });
    expect(history.future).toEqual([]);
    expect(history.present.nodes).toEqual(['b']);
    expect(goTo(history, 99)).toBe(history);
    expect(undo(begin(EMPTY)).present).toBe(EMPTY);
  });
});

describe('address', () => {
  test('a state comes back from its fragment', () => {
    const state = after(
      { type: 'showPath', hops: [hop('a', 'b', 1_600_000_000_000_000)] },
      { type: 'add', keys: ['URL:http://x/?a=1&b=#ü\u202e'] },
      { type: 'window', window: { since: 1_600_000_000_000_001, until: 1_600_000_000_000_002 } },
      { type: 'noise', noise: 'loopback', hidden: true },
    );
    const found = fromFragment(toFragment(state)!);
    expect(found).toEqual({ state });
    expect(decode(encode(state))).toEqual(state);
  });

  test('an empty investigation has no fragment, a long one none that fits', () => {
    expect(toFragment(EMPTY)).toBe('');
    const long = after({ type: 'add', keys: Array.from({ length: 300 }, (_, n) => `Process:bravo|${n}`) });
    expect(toFragment(long)).toBeNull();
    const shorter = after({ type: 'add', keys: ['Machine:a'] });
    expect(toFragment(shorter)!.length).toBeLessThan(MAX_FRAGMENT);
  });

  test.each([
    '#s=%7B',
    '#s=null',
    '#s=[]',
    '#s=7',
    '#v=../../x',
    '#v=ABC',
    '#',
    '',
    '#/paths',
    `#s=${encodeURIComponent('{"nodes":7,"path":[{"from":1}],"window":{"since":"x"},"view":"<b>","noise":["x"],"folds":[{}]}')}`,
  ])('nonsense (%s) is an empty state', (fragment) => {
    const found = fromFragment(fragment);
    expect('state' in found && { ...found.state, path: null }).toEqual(EMPTY);
  });

  test('a kept view is named by its id', () => {
    expect(fromFragment(`#v=${'0a'.repeat(12)}`)).toEqual({ view: '0a'.repeat(12) });
  });

  test('different states have different hashes', () => {
    const hashes = new Set(
      Array.from({ length: 500 }, (_, n) => stateHash({ ...EMPTY, nodes: [`IP:${n}`] })),
    );
    expect(hashes.size).toBe(500);
  });
});
