/** Stories and rows of processes: the axis of tracks, sorting, sentences in parts, and what rows fold. */
import { render, screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { ProcessRow, SentenceShape } from '../../src/api/client';
import Row from '../../src/process/Row.svelte';
import { bands, foldedWords, shownRows } from '../../src/process/rows';
import { columnsOf, MOST, placeOf } from '../../src/story/axis';
import Sentence from '../../src/story/Sentence.svelte';
import { pressed, sorted } from '../../src/story/sort';
import { clockOf, moment, partsOf, plainOf } from '../../src/story/words';

const HOSTILE = '<img src=x onerror=window.__xss=1>\u202egnp.exe';

function sentence(...parts: Record<string, unknown>[]): SentenceShape {
  return { id: 'came', parts, lead: null, confidence: 'observed', evidence: ['e1'], total: 1 };
}

function process(id: string, more: Partial<ProcessRow> = {}): ProcessRow {
  return {
    id,
    parent: null,
    depth: 0,
    time: `2026-03-02T10:00:0${id.length}.000000Z`,
    end: null,
    name: `${id}.exe`,
    path: null,
    pid: 7,
    integrity: null,
    machine: null,
    account: null,
    session: null,
    remote_session: null,
    parent_path: null,
    command_line: null,
    decoded: null,
    effects: [],
    leads: [],
    folded: null,
    evidence: { ids: ['e1'], total: 1 },
    ...more,
  };
}

const props = { depth: 0, band: null, machine: false, day: null, onopen: () => undefined };

describe('words', () => {
  test('parts of a sentence, with a capital at its beginning', () => {
    const said = sentence(
      { text: 'from ' },
      { entity: { label: 'Machine', id: 'a', name: 'ALPHA' } },
      { text: ' ' },
      { number: 1204 },
      { time: '2026-03-02T10:00:05.000000Z' },
      { value: HOSTILE },
    );
    expect(partsOf(said).map((part) => part.kind)).toEqual([
      'text',
      'entity',
      'text',
      'number',
      'time',
      'value',
    ]);
    expect(plainOf(said)).toBe(`From ALPHA 1,2042 Mar 2026 10:00:05${HOSTILE}`);
  });

  test('times', () => {
    expect(moment('2020-09-20T06:57:46.000000Z')).toBe('20 Sep 2020 06:57:46');
    expect(moment('yesterday')).toBe('–');
    expect(clockOf('2020-09-20T06:57:46.123000Z')).toBe('06:57:46.123');
  });
});

describe('axis', () => {
  const stretch = (from: number, to: number) => ({
    start: `2026-03-02T${String(from).padStart(2, '0')}:00:00.000000Z`,
    end: `2026-03-02T${String(to).padStart(2, '0')}:00:00.000000Z`,
    records: 5,
  });
  const hour = 3600 * 1e6;

  test('a moment stands in its stretch, one in a pause at the nearest end', () => {
    const columns = columnsOf([stretch(1, 2), stretch(10, 12)]);
    const start = columns[1]?.start ?? 0;
    expect(placeOf(columns, start + hour)).toEqual({ column: 1, along: 0.5 });
    expect(placeOf(columns, start - hour)).toEqual({ column: 1, along: 0 });
    expect(placeOf(columns, start - 7 * hour)).toEqual({ column: 0, along: 1 });
  });

  test('beyond some columns, those with the shortest pause become one', () => {
    const many = [...Array(MOST).keys()].map((n) => stretch(2 * n, 2 * n + 1));
    const columns = columnsOf([...many, { ...stretch(22, 23), start: '2026-03-02T21:30:00.000000Z' }]);
    expect(columns).toHaveLength(MOST);
    expect(columns.at(-1)?.records).toBe(10);
  });
});

test('sorting keeps what is unknown last, and the third press gives the first order back', () => {
  const rows = [{ n: 2 }, { n: null }, { n: 10 }];
  expect(sorted(rows, (row) => row.n, false).map((row) => row.n)).toEqual([2, 10, null]);
  expect(sorted(rows, (row) => row.n, true).map((row) => row.n)).toEqual([10, 2, null]);
  const up = pressed(null, 1);
  expect(up).toEqual({ column: 1, down: false });
  expect(pressed(pressed(up, 1), 1)).toBeNull();
});

describe('rows of processes', () => {
  const rows = [
    process('a', { folded: 'system' }),
    process('bb', { parent: 'a', session: 's' }),
    process('cccc', { parent: 'bb', folded: 'console' }),
    process('ddd', { parent: 'cccc', session: 's' }),
  ];

  test('what tells nothing is folded and said; depth counts what is shown', () => {
    expect(shownRows(rows, false, false).map(({ row, depth }) => [row.id, depth])).toEqual([
      ['bb', 0],
      ['ddd', 1],
    ]);
    expect(shownRows(rows, true, false).map(({ depth }) => depth)).toEqual([0, 1, 2, 3]);
    expect(shownRows(rows, true, true).map(({ row }) => row.id)).toEqual(['a', 'bb', 'ddd', 'cccc']);
    expect(foldedWords(rows)).toBe(
      '1 parent of everything without records, 1 window of a console (conhost.exe)',
    );
    expect(bands(rows).get('s')).toBe(0);
  });

  test('a decoded command says what it does, and a long command line is folded with its length', async () => {
    const line = `powershell -enc ${'A'.repeat(500)}`;
    const decoded = {
      text: 'IEX $x',
      length: 6,
      facts: ['runs what it is given'],
      urls: ['http://evil.example/a'],
      reason: null,
    };
    render(Row, { ...props, row: process('a', { command_line: line, decoded }) });
    expect(screen.getByText(/runs what it is given/).textContent).toContain('http://evil.example/a');
    expect(screen.queryByText(line)).toBeNull();
    expect(screen.getByText(/516 characters/)).toBeTruthy();
    screen.getByRole('button', { name: 'show all' }).click();
    expect(await screen.findByText(line)).toBeTruthy();
    screen.getByRole('button', { name: /whole text/ }).click();
    expect(await screen.findByText('IEX $x')).toBeTruthy();
  });

  test('text of records is text, with what hides in it shown', () => {
    const effect = {
      kind: 'file',
      sentence: sentence({ text: 'wrote ' }, { value: HOSTILE }),
      count: 1,
      start: null,
      end: null,
      outside: false,
      evidence: { ids: [], total: 0 },
    };
    const row = process('a', { name: HOSTILE, command_line: HOSTILE, effects: [effect] });
    const { container } = render(Row, { ...props, row });
    expect(container.querySelector('img')).toBeNull();
    expect(container.querySelectorAll('[title="U+202E"]')).toHaveLength(3);
    const alone = render(Sentence, { sentence: sentence({ value: HOSTILE }) });
    expect(alone.container.querySelector('img')).toBeNull();
  });
});
