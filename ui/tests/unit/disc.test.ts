import { expect, test } from 'vitest';
import { disc, MANY, newcomers } from '../../src/graph/disc';

const keys = Array.from({ length: MANY }, (_, index) => `n${index}`);
const star = keys.map((key): [string, string] => ['hub', key]);
const nodes = [{ key: 'hub', at: { x: 0, y: 0 } }, ...keys.map((key) => ({ key }))];

test('newcomers on one placed entity are told from all else', () => {
  expect(newcomers(nodes, star)).toEqual({ anchor: 'hub', keys });
  expect(newcomers(nodes.slice(0, -1), star.slice(0, -1)), 'too few').toBeNull();
  expect(newcomers(nodes, star.slice(1)), 'one hangs on nothing').toBeNull();
  expect(newcomers(nodes, [...star, ['n1', 'n2']]), 'two of them know each other').toBeNull();
  const two = [...nodes, { key: 'other', at: { x: 9, y: 9 } }];
  expect(newcomers(two, [...star, ['n1', 'other']]), 'one hangs on two').toBeNull();
  expect(newcomers(two, [...star, ['hub', 'other']])).toEqual({ anchor: 'hub', keys });
});

test('a disc leaves room between its members and keeps off what is there', () => {
  const others = [
    { x: 0, y: 0 },
    { x: 600, y: 0 },
    { x: 500, y: 100 },
  ];
  const placed = disc({ x: 0, y: 0 }, 200, others);
  expect(placed).toHaveLength(200);
  const apart = placed.flatMap((one, index) =>
    [...placed.slice(0, index), ...others].map((other) => Math.hypot(one.x - other.x, one.y - other.y)),
  );
  expect(Math.min(...apart)).toBeGreaterThan(40);
});
