import { describe, expect, test } from 'vitest';
import type { EdgeShape, ItemShape, NodeShape } from '../../src/api/client';
import { elements, sizes } from '../../src/graph/elements';
import { Model } from '../../src/graph/model';
import { reduce, type Action } from '../../src/state/actions';
import { marksOf } from '../../src/state/marks';
import { EMPTY, groupKey, type State } from '../../src/state/state';
import { decode, encode } from '../../src/state/url';

const KEYS = ['Machine:a', 'Process:p', 'Process:q', 'Process:r'];
const group = { id: 'g1', name: 'two', keys: ['Process:p', 'Process:q'] };

function after(...actions: Action[]): State {
  return actions.reduce(reduce, reduce(EMPTY, { type: 'add', keys: KEYS }));
}

function model(): Model {
  const found = new Model();
  for (const key of KEYS) {
    const [kind = '', id = ''] = key.split(':');
    found.addNode({ kind, id, label: id, detail: '', stub: false } as NodeShape);
  }
  ['p', 'q', 'r'].forEach((id, index) =>
    found.addEdge({
      start: { kind: 'Machine', id: 'a' },
      relation: 'RAN',
      end: { kind: 'Process', id },
      relationships: index + 1,
      events: null,
      first: `2026-03-02T10:0${index}:00Z`,
      last: `2026-03-02T11:0${index}:00Z`,
      logon_types: [],
    } as EdgeShape),
  );
  return found;
}

describe('groups', () => {
  test('need two shown entities, and take them from other groups', () => {
    expect(
      after({ type: 'group', group: { ...group, keys: ['Process:p', 'Process:unknown'] } }).groups,
    ).toEqual([]);
    const state = after(
      { type: 'group', group },
      { type: 'group', group: { id: 'g2', name: 'other', keys: ['Process:q', 'Process:r'] } },
    );
    expect(state.groups.map((one) => one.keys)).toEqual([['Process:q', 'Process:r']]);
  });

  test('are hidden, kept and opened as a whole', () => {
    const grouped = after({ type: 'group', group });
    expect(grouped.selection).toBe(groupKey('g1'));
    expect(reduce(grouped, { type: 'hide', keys: [groupKey('g1')] }).nodes).toEqual([
      'Machine:a',
      'Process:r',
    ]);
    expect(reduce(grouped, { type: 'keep', keys: [groupKey('g1')] }).nodes).toEqual([
      'Process:p',
      'Process:q',
    ]);
    const open = reduce(grouped, { type: 'ungroup', id: 'g1' });
    expect([open.groups, open.nodes, open.selection]).toEqual([[], KEYS, null]);
  });

  test('bundle the edges of their members', () => {
    const drawing = model().draw(after({ type: 'group', group }));
    expect(drawing.nodes.map((node) => node.key)).toEqual(['Machine:a', 'Process:r']);
    const bundle = drawing.edges.find((edge) => edge.bundle);
    expect(bundle?.key).toBe('bundle:Machine:a|RAN|group:g1');
    expect(bundle?.relationships).toBe(3);
    expect(bundle?.first).toBe(Date.parse('2026-03-02T10:00:00Z') * 1000);
    expect(bundle?.last).toBe(Date.parse('2026-03-02T11:01:00Z') * 1000);
    expect(bundle?.bundle).toHaveLength(2);
  });

  test('survive the address', () => {
    const state = after({ type: 'group', group }, { type: 'size', size: 'relations' });
    expect(decode(encode(state))).toEqual(state);
    expect(decode('{"groups":[{"id":1},{"id":"x","name":"y","keys":[2]}],"size":"huge"}').groups).toEqual([]);
  });
});

test('sizes grow with the measure and are equal without one', () => {
  const drawing = model().draw(after());
  const equal = sizes(drawing, 'none', () => 0);
  expect(KEYS.map(equal)).toEqual([34, 34, 34, 34]);
  const neighbours = sizes(drawing, 'neighbours', () => 0);
  expect(neighbours('Machine:a')).toBe(64);
  expect(neighbours('Process:p')).toBe(neighbours('Process:r'));
  const relations = sizes(drawing, 'relations', () => 0);
  expect(relations('Process:r')).toBeGreaterThan(relations('Process:p'));
});

test('colour grades from nothing to the most in the picture, only where asked', () => {
  const drawing = model().draw(after());
  const heat = (colour: 'none' | 'relations'): unknown[] =>
    elements(drawing, { size: 'none', colour })
      .slice(0, 4)
      .map((one) => one.data.heat as number);
  expect(heat('none')).toEqual([-1, -1, -1, -1]);
  const [machine, p, q, r] = heat('relations') as number[];
  expect(machine).toBe(1);
  expect([p, q, r]).toEqual([...[p, q, r]].sort());
  expect(after({ type: 'colour', colour: 'rank' }).colour).toBe('rank');
  expect(decode(encode(after({ type: 'colour', colour: 'rank' }))).colour).toBe('rank');
  expect(decode('{"colour":"huge"}').colour).toBe('none');
});

test('marks are what the items say about entities', () => {
  const target = { kind: 'Machine', id: 'a' };
  const item = (type: string, body: object, about: object | null = target): ItemShape =>
    ({ id: type, type, body, target: about }) as unknown as ItemShape;
  const marks = marksOf([
    item('verdict', { verdict: 'malicious' }),
    item('tag', { tag: 'x' }),
    item('note', { text: 'y' }),
    item('note', { text: 'about the case' }, null),
    item('note', { text: 'about an edge' }, { ...target, relation: 'RAN', relationship_id: '1' }),
  ]);
  expect([...marks.keys()]).toEqual(['Machine:a']);
  const mine = marks.get('Machine:a');
  expect([mine?.verdict?.body.verdict, mine?.tags.length, mine?.notes.length]).toEqual(['malicious', 1, 1]);
});
