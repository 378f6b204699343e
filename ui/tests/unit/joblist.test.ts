import { describe, expect, test } from 'vitest';
import type { JobShape } from '../../src/api/client';
import {
  bytes,
  ended,
  outcome,
  progressWords,
  share,
  stateWord,
  withJob,
  withList,
} from '../../src/state/joblist';

function job(given: Partial<JobShape> = {}): JobShape {
  return {
    id: 'a',
    kind: 'load',
    title: 'load a.json',
    author: 'ada',
    state: 'running',
    sequence: 1,
    created: '2026-03-02T10:00:00.000000Z',
    started: null,
    ended: null,
    phase: 'read',
    done: 0,
    total: 0,
    unit: '',
    events: 0,
    rate: null,
    eta: null,
    cancelling: false,
    warnings: [],
    warned: 0,
    summary: '',
    result: null,
    error: null,
    ...given,
  };
}

describe('a job is known by its newest state', () => {
  test.each([
    ['a later event', { sequence: 5 }, { sequence: 6 }, 6],
    ['an answer that comes late', { sequence: 6 }, { sequence: 5 }, 6],
    [
      'the end before the answer that began it',
      { state: 'succeeded', sequence: 9 },
      { state: 'queued', sequence: 0 },
      9,
    ],
    ['the end as a restarted server knows it', { sequence: 9 }, { state: 'failed', sequence: 4 }, 4],
  ] as [string, Partial<JobShape>, Partial<JobShape>, number][])('%s', (_, known, said, sequence) => {
    expect(withJob([job(known)], job(said)).map((one) => one.sequence)).toEqual([sequence]);
    expect(withList([job(known)], [job(said)]).map((one) => one.sequence)).toEqual([sequence]);
  });

  test('a new one comes first, and what the server has forgotten goes', () => {
    expect(withJob([job()], job({ id: 'b' })).map((one) => one.id)).toEqual(['b', 'a']);
    expect(withList([job(), job({ id: 'b' })], [job({ id: 'c' }), job()]).map((one) => one.id)).toEqual([
      'c',
      'a',
    ]);
  });

  test('those that ran before, or began since, and do not run now have ended', () => {
    const before = [job(), job({ id: 'b', state: 'queued' }), job({ id: 'c', state: 'failed' })];
    const after = [
      job({ state: 'succeeded' }),
      job({ id: 'b' }),
      job({ id: 'c', state: 'failed' }),
      job({ id: 'd', state: 'succeeded' }),
    ];
    expect(ended(before, after).map((one) => one.id)).toEqual(['a', 'd']);
  });
});

describe('words', () => {
  test.each([
    [{ state: 'queued' }, 'waiting'],
    [{}, 'running'],
    [{ cancelling: true }, 'stopping'],
    [{ state: 'cancelled', cancelling: true }, 'cancelled'],
    [{ state: 'succeeded' }, 'done'],
    [{ state: 'failed' }, 'failed'],
  ] as [Partial<JobShape>, string][])('%j is %s', (given, word) => {
    expect(stateWord(job(given))).toBe(word);
  });

  test.each([
    [{ state: 'succeeded', summary: '3 events loaded' }, 'load a.json: done – 3 events loaded.'],
    [{ state: 'succeeded' }, 'load a.json: done.'],
    [{ state: 'failed', error: 'the disk is full' }, 'load a.json: the disk is full.'],
    [{ state: 'cancelled' }, 'load a.json: cancelled.'],
  ] as [Partial<JobShape>, string][])('%j', (given, words) => {
    expect(outcome(job(given))).toBe(words);
  });

  const half = { unit: 'bytes', done: 20_000_000, total: 40_000_000 };
  test.each([
    [{ state: 'queued', phase: '' }, 'waits for its turn'],
    [{}, 'reading'],
    [{ ...half, events: 12_300 }, 'reading · 20.0 MB of 40.0 MB · 12,300 events'],
    [
      { ...half, rate: 1_250_000, eta: 16 },
      'reading · 20.0 MB of 40.0 MB · 1.3 MB per second · about 16 s left',
    ],
    [{ ...half, rate: 1_250_000, eta: 0.4 }, 'reading · 20.0 MB of 40.0 MB · 1.3 MB per second'],
    [{ ...half, rate: 0, eta: 0 }, 'reading · 20.0 MB of 40.0 MB'],
    [{ phase: 'correlate', unit: 'steps', total: 1, rate: 51_580_698, eta: 3 }, 'putting the graph together'],
    [
      { phase: 'write', unit: 'rows', done: 500, total: 9000, rate: 204.4, eta: 3725 },
      'writing the graph · 500 rows of 9,000 rows · 204 rows per second · about 1 h 2 min left',
    ],
    [{ ...half, total: 0, done: 0, rate: 2000 }, 'reading · 2.0 kB per second'],
  ] as [Partial<JobShape>, string][])('%j says %s', (given, words) => {
    expect(progressWords(job(given))).toBe(words);
  });

  test('a share is known when more than one thing is counted', () => {
    expect([
      share(job()),
      share(job({ total: 1 })),
      share(job({ done: 1, total: 4 })),
      share(job({ done: 9, total: 4 })),
    ]).toEqual([undefined, undefined, 0.25, 1]);
  });

  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [3_456_789_012, '3.5 GB'],
    [5e15, '5,000 TB'],
  ])('%d is %s', (n, words) => {
    expect(bytes(n)).toBe(words);
  });
});
