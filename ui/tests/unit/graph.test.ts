import { describe, expect, test } from 'vitest';
import type { EdgeShape, NodeShape } from '../../src/api/client';
import { asCsv, asGraphml, asJson, asSvg, cell, csv, xml } from '../../src/graph/export';
import { edgeLabel, elements, plain, summary } from '../../src/graph/elements';
import { kindName } from '../../src/graph/icons';
import { Model } from '../../src/graph/model';
import { EMPTY, type DrawnHop, type State } from '../../src/state/state';
import { clock, dateTime, duration, fromIso, span, toIso } from '../../src/time/format';
import { extent, histogram } from '../../src/time/scale';

const node = (kind: string, id: string, more: Partial<NodeShape> = {}): NodeShape => ({
  kind,
  id,
  label: id,
  detail: '',
  first_seen: null,
  last_seen: null,
  noise: null,
  stub: false,
  machine_id: null,
  ...more,
});
const edge = (
  start: [string, string],
  relation: string,
  end: [string, string],
  hour: number,
  more: Partial<EdgeShape> = {},
): EdgeShape => ({
  start: { kind: start[0], id: start[1] },
  relation,
  end: { kind: end[0], id: end[1] },
  relationships: 1,
  events: 1,
  first: `2026-03-02T${String(hour).padStart(2, '0')}:00:00.000000Z`,
  last: `2026-03-02T${String(hour).padStart(2, '0')}:30:00.000000Z`,
  logon_types: [],
  ...more,
});
const at = (hour: number): number => Date.UTC(2026, 2, 2, hour) * 1000;

function model(): { model: Model; state: State } {
  const found = new Model();
  const shapes = [
    node('Machine', 'a'),
    node('Machine', 'b'),
    node('User', 'u'),
    node('User', 'b$', { noise: 'machine-account' }),
    node('Process', 'p1'),
    node('Process', 'p2'),
    node('IP', '127.0.0.1', { noise: 'loopback' }),
  ];
  const nodes = shapes.map((shape) => found.addNode(shape));
  found.addEdge(edge(['Machine', 'a'], 'REMOTE_LOGON', ['Machine', 'b'], 9));
  found.addEdge(edge(['User', 'u'], 'LOGGED_ON', ['Machine', 'b'], 10, { logon_types: [3] }));
  found.addEdge(edge(['User', 'b$'], 'LOGGED_ON', ['Machine', 'b'], 11, { logon_types: [5] }));
  found.addEdge(edge(['Machine', 'b'], 'RAN', ['Process', 'p1'], 12));
  found.addEdge(edge(['Machine', 'b'], 'RAN', ['Process', 'p2'], 13));
  found.addEdge(edge(['Process', 'p1'], 'CONNECTED', ['IP', '127.0.0.1'], 14));
  return { model: found, state: { ...EMPTY, nodes } };
}

const hop: DrawnHop = {
  from: 'Machine:a',
  to: 'Machine:b',
  user: 'LAB\\ada',
  userKey: 'User:u',
  technique: 'RDP',
  logonType: 10,
  start: at(9),
  end: at(10),
  id: 'r1',
  confidence: 'correlated',
  ids: ['r1'],
  process: null,
  reasons: [],
};

describe('drawing', () => {
  test('shows what the state names and the edges among it', () => {
    const { model: graph, state } = model();
    expect(graph.draw({ ...state, nodes: ['Machine:a', 'Machine:b'] }).edges.map((e) => e.relation)).toEqual([
      'REMOTE_LOGON',
    ]);
    expect(graph.draw(state).edges).toHaveLength(6);
    expect(graph.draw({ ...EMPTY, nodes: ['Machine:zzz'] }).nodes).toEqual([]);
  });

  test('a name of the case stands in for the one in the logs, which is kept', () => {
    const { model: graph, state } = model();
    graph.aliases = new Map([['Machine:b', 'jump host']]);
    const drawn = graph.draw(state);
    const named = drawn.nodes.find((one) => one.id === 'b');
    expect([named?.label, named?.renamed]).toEqual(['jump host', 'b']);
    const exported = JSON.parse(asJson(drawn)) as { nodes: { label: string; name_in_logs?: string }[] };
    expect(exported.nodes.filter((one) => one.name_in_logs).map((one) => one.label)).toEqual(['jump host']);
    graph.aliases = new Map();
    expect(graph.node('Machine:b')).toMatchObject({ label: 'b', renamed: null });
  });

  test('noise is hidden and counted', () => {
    const { model: graph, state } = model();
    const drawn = graph.draw({ ...state, noise: ['machine-account', 'loopback'] });
    expect(drawn.nodes.map((n) => n.id)).toEqual(['a', 'b', 'u', 'p1', 'p2']);
    expect(drawn.hidden.noise).toEqual({ 'machine-account': 1, loopback: 1 });
    expect(graph.draw({ ...state, noise: ['service-logon'] }).hidden.noise).toEqual({ 'service-logon': 1 });
  });

  test('outside the window fades or goes', () => {
    const { model: graph, state } = model();
    const window = { since: at(12), until: at(13) };
    const faded = graph.draw({ ...state, window });
    expect(faded.edges.filter((e) => !e.faded).map((e) => e.end)).toEqual(['Process:p1']);
    expect(faded.hidden.window).toBe(5);
    expect(faded.nodes.filter((n) => !n.faded).map((n) => n.id)).toEqual(['b', 'p1']);
    const gone = graph.draw({ ...state, window, outside: 'hide' });
    expect(gone.nodes.map((n) => n.id)).toEqual(['b', 'p1']);
    expect(gone.edges).toHaveLength(1);
  });

  test('the server knows better than first and last which edges are inside', () => {
    const { model: graph, state } = model();
    const window = { since: at(8), until: at(15) };
    const drawn = graph.draw(
      { ...state, window },
      new Map([['edge:Machine:b|RAN|Process:p1', { first: 0, last: 0 }]]),
    );
    expect(drawn.edges.filter((e) => !e.faded)).toHaveLength(1);
  });

  test('a hop stands in for the edge it is part of, and names time, account and technique', () => {
    const { model: graph, state } = model();
    const drawn = graph.draw({ ...state, nodes: ['Machine:a', 'Machine:b'], path: [hop] });
    expect(drawn.edges).toHaveLength(1);
    expect(edgeLabel(drawn.edges[0]!)).toBe('1 · 09:00:00\nLAB\\ada\nRDP');
    expect(elements(drawn).at(-1)!.classes).toContain('correlated');
    expect(summary(drawn)).toBe('2 entities and 1 relations, attack path of 1 hops from 2026-03-02 09:00:00');
  });

  test('leaves go into groups per relation', () => {
    const { model: graph, state } = model();
    const shown = {
      ...state,
      nodes: ['Machine:a', 'Machine:b', 'User:u', 'Process:p1', 'Process:p2', 'IP:127.0.0.1'],
    };
    const leaves = graph.leavesOf('Machine:b', shown);
    expect(leaves.sort()).toEqual(['Machine:a', 'Process:p2', 'User:u']);
    expect(
      graph
        .foldsOf('Machine:b', leaves)
        .map((f) => [f.relation, f.outgoing, f.neighbour_kind, f.total])
        .sort(),
    ).toEqual([
      ['LOGGED_ON', false, 'User', 1],
      ['RAN', true, 'Process', 1],
      ['REMOTE_LOGON', false, 'Machine', 1],
    ]);
  });

  test('a group is drawn beside its entity only', () => {
    const { model: graph } = model();
    const fold = { of: 'Machine:b', relation: 'RAN', outgoing: true, neighbour_kind: 'Process', total: 1204 };
    expect(graph.draw({ ...EMPTY, nodes: ['Machine:b'], folds: [fold] }).folds[0]!.label).toBe(
      '1,204 Process',
    );
    expect(graph.draw({ ...EMPTY, nodes: ['Machine:a'], folds: [fold] }).folds).toEqual([]);
  });
});

describe('names', () => {
  test('control and direction characters do not reach the canvas', () => {
    expect(plain('a\u202eb\u0000c\nd')).toBe('a·b·c·d');
    expect(plain('x'.repeat(100), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  test('kinds are written as words', () => {
    expect([
      kindName('ScheduledTask'),
      kindName('Process', 2),
      kindName('IP', 2),
      kindName('Machine', 2),
    ]).toEqual(['Scheduled task', 'Processes', 'IP addresses', 'Machines']);
  });
});

describe('exports', () => {
  test.each([
    '=1+1',
    '+1',
    '-1',
    '@x',
    '\t=1',
    '\r=1',
    ' =1',
    '"=1',
    "'=1",
    '\u0000=1',
    '＝1',
    '\n=1',
    '%0A=1',
    '|x',
  ])('a cell that begins like a formula (%j) is text', (value) => {
    const written = cell(value).replace(/^"/, '');
    expect(written.startsWith("'")).toBe(true);
    expect(written).not.toContain('\u0000');
  });

  test('ordinary cells stay as they are, commas and quotes are quoted', () => {
    expect(csv([['a', 'b,c', 'd"e', '2026-03-02']])).toBe('a,"b,c","d""e",2026-03-02\r\n');
  });

  test('hostile names stay text in every format', () => {
    const graph = new Model();
    const bad = '<script>x</script>&"\u0000\ud800';
    const key = graph.addNode(node('User', 'x', { label: bad, detail: bad }));
    const drawn = graph.draw({ ...EMPTY, nodes: [key] });
    for (const text of [asSvg(drawn, new Map([[key, { x: 0, y: 0 }]]), true), asGraphml(drawn)]) {
      expect(text).not.toContain('<script');
      expect(text).not.toContain('\u0000');
      expect(new DOMParser().parseFromString(text, 'application/xml').querySelector('script')).toBeNull();
    }
    expect(JSON.parse(asJson(drawn)).nodes[0].label).toBe(bad);
    expect(xml('\ud83d\ude00')).toBe('\ud83d\ude00');
  });

  test('relations as rows', () => {
    const { model: graph, state } = model();
    const rows = asCsv(graph.draw({ ...state, nodes: ['Machine:a', 'Machine:b'], path: [hop] })).split(
      '\r\n',
    );
    expect(rows[1]).toBe(
      'a,Machine:a,REMOTE_LOGON,b,Machine:b,1,2026-03-02T09:00:00.000000Z,2026-03-02T10:00:00.000000Z,LAB\\ada,RDP',
    );
  });
});

describe('times', () => {
  test.each(['2020-09-20T06:57:47.123456Z', '1969-12-31T23:59:59.999999Z', '2026-03-02T00:00:00.000000Z'])(
    '%s comes back',
    (text) => {
      expect(toIso(fromIso(text)!)).toBe(text);
    },
  );

  test.each(['', 'yesterday', '2026-03-02', '2026-13-02T00:00:00Z', null, undefined])(
    '%s is no time',
    (text) => {
      expect(fromIso(text)).toBeNull();
    },
  );

  test('written for reading', () => {
    const time = fromIso('2026-03-02T10:05:07.9Z')!;
    expect([dateTime(time), clock(time), dateTime(null)]).toEqual(['2026-03-02 10:05:07', '10:05:07', '–']);
    expect(span(time, time + 60_000_000)).toBe('2026-03-02 10:05:07 – 10:06:07');
    expect(span(time, time + 86_400_000_000)).toBe('2026-03-02 10:05:07 – 2026-03-03 10:05:07');
    expect([duration(500_000), duration(90_000_000), duration(90_061_000_000)]).toEqual([
      '500 ms',
      '1 min 30 s',
      '1 d 1 h',
    ]);
  });

  test('bins hold every time once', () => {
    expect(histogram([0, 1, 5, 9, 10, -1], { from: 0, to: 10 }, 5)).toEqual([2, 0, 1, 0, 1]);
    const { model: graph, state } = model();
    const range = extent(graph.draw(state))!;
    expect(range.from).toBeLessThan(at(9));
    expect(range.to).toBeGreaterThan(at(14.5));
    expect(extent(graph.draw(EMPTY))).toBeNull();
  });
});
