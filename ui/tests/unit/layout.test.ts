import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Layouts } from '../../src/graph/layout';

/** A worker that answers when told to, or dies. */
class Slow {
  static all: Slow[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;
  asked: { id: number }[] = [];

  constructor() {
    Slow.all.push(this);
  }

  postMessage(request: { id: number }): void {
    this.asked.push(request);
  }

  terminate(): void {
    this.onmessage = null;
  }
}

beforeEach(() => {
  Slow.all = [];
  vi.stubGlobal('Worker', Slow);
});
afterEach(() => vi.unstubAllGlobals());

const request = { mode: 'force' as const, nodes: [], edges: [] };

test('a worker that dies lets its caller go on, and the next call opens another', async () => {
  const layouts = new Layouts();
  const first = layouts.place(request);
  Slow.all[0]?.onerror?.();
  expect(await first).toBeNull();
  const second = layouts.place(request);
  expect(Slow.all).toHaveLength(2);
  const id = Slow.all[1]?.asked[0]?.id;
  Slow.all[1]?.onmessage?.({ data: { id, positions: { a: { x: 1, y: 2 } } } });
  expect(await second).toEqual({ a: { x: 1, y: 2 } });
});

test('a newer request overtakes an older one', async () => {
  const layouts = new Layouts();
  const first = layouts.place(request);
  void layouts.place(request);
  expect(await first).toBeNull();
});
