/** The strip of recorded time: by hand, two stretches of four bars each. */
import { expect, test } from 'vitest';
import { pieces, shareAt, timeAt } from '../../src/time/strip';

const laid = pieces([
  { start: 0, end: 100, bars: 4 },
  { start: 1000, end: 1100, bars: 4 },
]);

test('stretches lie side by side from end to end', () => {
  expect(laid[0]!.left).toBe(0);
  expect(laid[1]!.right).toBeCloseTo(1);
  expect(laid[0]!.right).toBeLessThan(laid[1]!.left);
});

test('a time is found where it is drawn', () => {
  for (const time of [0, 50, 100, 1000, 1025, 1100]) expect(timeAt(laid, shareAt(laid, time))).toBe(time);
});

test('a silence is no time: between stretches it is the nearer end', () => {
  expect(timeAt(laid, laid[0]!.right + 0.001)).toBe(100);
  expect(timeAt(laid, laid[1]!.left - 0.001)).toBe(1000);
  expect(shareAt(laid, 500)).toBe(laid[1]!.left);
  expect(shareAt(laid, 5000)).toBeCloseTo(1);
});

test('without a stretch there is no time', () => {
  expect(pieces([])).toEqual([]);
  expect(timeAt([], 0.5)).toBeNull();
  expect(shareAt([], 5)).toBe(0);
});

test('a stretch of a single moment has a width', () => {
  const [one] = pieces([{ start: 7, end: 7, bars: 4 }]);
  expect(one).toEqual({ start: 7, end: 7, left: 0, right: 1 });
  expect(timeAt([one!], 0.4)).toBe(7);
  expect(shareAt([one!], 7)).toBe(0);
});
