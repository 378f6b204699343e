/** The typed graph: no two boxes meet, no line runs behind a box, places stay, and what is expanded is taken back whole. */
import { render, screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { BoxShape, ExpansionAnswer, RestShape, TypedAnswer, TypedEdge } from '../../src/api/client';
import { drawnOf, restOf, room, type Step } from '../../src/typed/drawn';
import { COLUMNS, meet, rects, ROW, rowsOf, tracks } from '../../src/typed/layout';
import { lines } from '../../src/typed/lines';
import Picture from '../../src/typed/Picture.svelte';
import { details, restTitle, said, times, title } from '../../src/typed/words';

const HOSTILE = '<img src=x onerror=window.__xss=1>\u202egnp.exe';

function box(id: string, column: string, more: Partial<BoxShape> = {}): BoxShape {
  return {
    id,
    column,
    kind: column === 'came' || column === 'called' ? 'address' : column === 'thing' ? 'file' : column,
    label: 'Process',
    entity: id,
    name: id,
    count: 1,
    of: 1,
    machines: [{ id: 'a', name: 'ALPHA' }],
    account: { id: 'u', name: 'ann' },
    start: '2026-03-02T10:00:00.000000Z',
    end: '2026-03-02T10:00:40.000000Z',
    weight: 0,
    leads: [],
    notes: [],
    left: null,
    evidence: { ids: ['e'], total: 1 },
    ...more,
  };
}

function edge(from: string, to: string, text = ''): TypedEdge {
  return {
    id: `on|${from}|${to}`,
    kind: 'on',
    from,
    to,
    verb: 'acted on',
    text: text ? [{ value: text }] : null,
    count: 1,
    lead: false,
    confidence: 'observed',
    evidence: { ids: ['e'], total: 1 },
  };
}

function rest(node: string, relation: string, column: string, boxes: number, offset: number): RestShape {
  const id = restOf(node, relation);
  return { id, column, node, relation, offset, boxes, entities: boxes, leads: 0, what: 'other processes' };
}

function graph(): TypedAnswer {
  const boxes = COLUMNS.flatMap((column, n) =>
    Array.from({ length: [1, 3, 3, 5, 11, 1][n] ?? 0 }, (_, at) => box(`${column}|${at}`, column)),
  );
  const edges = [
    ...boxes
      .filter((one) => one.column === 'process')
      .map((one, n) => edge(`machine|${n % 3}`, one.id, 'ran')),
    edge('came|0', 'machine|1', 'RDP · ann'),
    edge('machine|0', 'machine|2', '21 logons, 5 techniques'),
    edge('thing|1', 'process|4', 'loaded'),
    edge('process|2', 'thing|3', 'wrote'),
    edge('machine|2', 'called|0'),
    edge('process|0', 'process|9', 'through cmd.exe'),
  ];
  return {
    id: 'i',
    rank: 1,
    title: { id: 'title', parts: [], lead: null, confidence: 'observed', evidence: ['e'], total: 1 },
    account_ids: ['account|0'],
    columns: COLUMNS.map((id) => ({ id, title: id, drawn: 1, left: id === 'process' ? 40 : 0 })),
    boxes,
    edges,
    rests: [rest('rest|process', 'more', 'process', 40, 0)],
    entities: boxes.length,
    first: 25,
    click: 12,
    most: 60,
    outside_window: 0,
  };
}

/** What an expansion of a box may answer. */
function added(node: string, n: number, left: number): ExpansionAnswer {
  const boxes = Array.from({ length: n }, (_, at) => box(`process|${node}${at}`, 'process', { left: at }));
  return {
    boxes,
    edges: boxes.map((one) => edge(node, one.id)),
    rest: left ? rest(node, 'ran', 'process', left, n) : null,
    total: n + left,
  };
}

const step = (node: string, n: number, left: number): Step => ({
  node,
  relation: 'ran',
  added: added(node, n, left),
});

function laid(base: TypedAnswer, steps: Step[], width: number) {
  const drawn = drawnOf(base, steps);
  const rows = rowsOf([...base.boxes, ...base.rests], base.edges, drawn.fresh, 11);
  const standing = [...drawn.boxes, ...drawn.rests];
  const places = rects(standing, rows, width);
  const column = new Map(standing.map((one) => [one.id, one.column]));
  const ties = drawn.edges.map((one) => ({ id: one.id, from: one.from, to: one.to, text: said(one) }));
  const ground = {
    rects: places,
    column: (id: string) => column.get(id) ?? '',
    tracks: tracks(width),
    width,
  };
  return { drawn, rows, places, ties, drawnLines: lines(ties, ground) };
}

describe('places', () => {
  const base = graph();
  const steps = [step('machine|0', 11, 30), step('machine|1', 11, 3), step('process|4', 9, 0)];

  for (const width of [1264, 1280, 1920])
    test(`no boxes meet, and no words stand on any, ${width}`, () => {
      const { places, drawnLines } = laid(base, steps, width);
      const taken = [...places.values(), ...drawnLines.flatMap((line) => line.label ?? [])];
      for (const [n, one] of taken.entries())
        for (const other of taken.slice(n + 1)) expect(meet(one, other)).toBe(false);
      for (const one of taken) {
        expect(one.x).toBeGreaterThanOrEqual(0);
        expect(one.x + one.w).toBeLessThanOrEqual(width);
      }
    });

  test('what is drawn stays where it is, and what is taken back leaves no trace', () => {
    const before = laid(base, [], 1280);
    const one = laid(base, steps.slice(0, 1), 1280);
    const all = laid(base, steps, 1280);
    for (const [id, place] of before.places) expect(all.places.get(id)).toEqual(place);
    for (const [id, place] of one.places) expect(all.places.get(id)).toEqual(place);
    expect(laid(base, [], 1280)).toEqual(before);
  });

  test('no line runs behind a box that it does not belong to', () => {
    const { places, drawnLines, ties } = laid(base, steps, 1280);
    for (const line of drawnLines) {
      const tie = ties.find((one) => one.id === line.id);
      const middle = [...line.d.matchAll(/C([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)/g)].at(1);
      if (!middle) continue;
      const [x, y] = [Number(middle[5]), Number(middle[6])];
      for (const [id, place] of places)
        if (id !== tie?.from && id !== tie?.to)
          expect(x > place.x && x < place.x + place.w && y > place.y && y < place.y + place.h).toBe(false);
    }
  });

  test('boxes of one column are ordered by what they are tied to', () => {
    const rows = rowsOf(
      ['a', 'b', 'c'].flatMap((name) => [
        { id: `m${name}`, column: 'machine' },
        { id: `t${{ a: 'c', b: 'b', c: 'a' }[name] ?? ''}`, column: 'thing' },
      ]),
      ['a', 'b', 'c'].map((name) => ({ from: `m${name}`, to: `t${name}` })),
      [],
      3,
    );
    for (const name of ['a', 'b', 'c']) expect(rows.get(`m${name}`)).toBe(rows.get(`t${name}`));
    expect(ROW).toBeGreaterThan(0);
  });
});

describe('what is drawn', () => {
  test('the rest counts what other expansions drew of it', () => {
    const base = graph();
    expect(drawnOf(base, []).rests[0]?.boxes).toBe(40);
    const after = drawnOf(base, [step('machine|0', 11, 0)]);
    expect(after.rests[0]?.boxes).toBe(29);
    expect(restTitle(after.rests[0] as RestShape)).toBe('+ 29 other processes');
  });

  test('there is never room for more than a click, nor than the most', () => {
    const base = graph();
    expect(room(base, drawnOf(base, []), 'machine|0', 'ran')).toBe(12);
    const steps = [step('a', 11, 5), step('b', 11, 5), step('c', 9, 0)];
    const full = drawnOf(base, steps);
    expect(full.boxes.length + full.rests.length).toBe(58);
    expect(room(base, full, 'machine|0', 'ran')).toBe(2);
    expect(room(base, full, 'a', 'ran')).toBe(3);
  });

  test('an edge waits for both of its ends', () => {
    const base = graph();
    const first: Step = { ...step('machine|0', 1, 0) };
    first.added.edges.push(edge('process|b0', 'process|machine|00'));
    expect(drawnOf(base, [first]).edges.some((one) => one.from === 'process|b0')).toBe(false);
    const both = drawnOf(base, [first, step('b', 1, 0)]);
    expect(both.edges.some((one) => one.from === 'process|b0')).toBe(true);
  });
});

describe('words', () => {
  test('a process says its machine, account and time', () => {
    expect(details(box('p', 'process'))).toEqual(['ALPHA', 'ann', '2 Mar 10:00']);
    expect(details(box('p', 'process', { account: null, start: null, end: null }))).toEqual([
      'ALPHA',
      'account unknown',
      'time not recorded',
    ]);
    expect(times('2026-03-02T10:00:00Z', '2026-03-02T11:30:00Z')).toBe('2 Mar 10:00 – 11:30');
    expect(times('2026-03-02T10:00:00Z', '2026-04-03T11:30:00Z')).toBe('2 Mar 10:00 – 3 Apr 11:30');
  });

  test('an address has its port where it is one', () => {
    expect(title(box('10.0.0.9', 'called', { notes: ['port 80'] }))).toBe('10.0.0.9:80');
    expect(title(box('fe80::1', 'called', { notes: ['port 80'] }))).toBe('[fe80::1]:80');
    expect(title(box('10.0.0.9', 'called', { notes: ['port 80', 'port 443'] }))).toBe('10.0.0.9');
    expect(title(box('p.exe', 'process', { count: 1204 }))).toBe('p.exe ×1,204');
  });

  test('hostile names are text', () => {
    const base = graph();
    base.boxes = base.boxes.map((one) => (one.id === 'process|0' ? { ...one, name: HOSTILE } : one));
    const select = () => undefined;
    render(Picture, { base, drawn: drawnOf(base, []), selected: null, onselect: select, onmore: select });
    const shown = screen.getByRole('button', { name: /^process.*onerror/ });
    expect(shown.querySelector('img')).toBeNull();
    expect(shown.querySelector('[data-code="U+202E"]')).not.toBeNull();
    expect(shown.getAttribute('title')).not.toContain('\u202e');
  });
});
