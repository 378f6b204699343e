import { describe, expect, test } from 'vitest';
import type { Point } from '../../src/graph/layout';
import { spread } from '../../src/graph/spread';

function clear(at: Record<string, Point>, pairs: (a: string, b: string) => boolean): boolean {
  const keys = Object.keys(at);
  return keys.every((a) =>
    keys.every(
      (b) =>
        a >= b || !pairs(a, b) || Math.abs(at[a]!.x - at[b]!.x) >= 117 || Math.abs(at[a]!.y - at[b]!.y) >= 65,
    ),
  );
}

describe('spread', () => {
  test('newcomers make room for each other and for what stands already, which stays', () => {
    const at: Record<string, Point> = { home: { x: 0, y: 0 }, away: { x: 400, y: 0 } };
    for (let n = 0; n < 12; n += 1) at[`new${n}`] = { x: (n % 4) * 20, y: Math.floor(n / 4) * 10 };
    const found = spread(at, new Set(Object.keys(at).filter((key) => key.startsWith('new'))));
    expect([found.home, found.away]).toEqual([at.home, at.away]);
    expect(clear(found, () => true)).toBe(true);
    expect(spread(at, new Set(Object.keys(at).filter((key) => key.startsWith('new'))))).toEqual(found);
  });

  test('what has room is not moved', () => {
    const at = { a: { x: 0, y: 0 }, b: { x: 130, y: 0 }, c: { x: 0, y: 80 } };
    expect(spread(at, new Set(['a', 'b', 'c']))).toEqual(at);
  });
});
