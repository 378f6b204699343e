import { describe, expect, test } from 'vitest';
import { arc, HERE, moved, radius, spots, WORLD, zoomed, type PlaceShape } from '../../src/map/map';

const place = (id: string, latitude: number, longitude: number, acts: number): PlaceShape => ({
  id,
  acts,
  latitude,
  longitude,
  name: id,
  relations: ['CONNECTED'],
  first: null,
  last: null,
});

describe('spots', () => {
  test('addresses at the same coordinates are one spot, the busiest first; north is up', () => {
    const found = spots([place('a', 47, 8, 3), place('b', -33, 18, 7), place('c', 47, 8, 5)]);
    expect(found.map((spot) => [spot.x, spot.y, spot.acts, spot.addresses.map((one) => one.id)])).toEqual([
      [8, -47, 8, ['a', 'c']],
      [18, 33, 7, ['b']],
    ]);
  });

  test('size grows with what happened and stays between two bounds', () => {
    expect(radius(0, 100)).toBeCloseTo(1.1);
    expect(radius(100, 100)).toBeCloseTo(3.7);
    expect(radius(10, 100)).toBeGreaterThan(radius(5, 100));
    expect(radius(0, 0)).toBeCloseTo(1.1);
  });

  test('an arc begins at the machines and ends at the spot', () => {
    expect(arc({ x: 8, y: -47 })).toMatch(new RegExp(`^M${HERE.x} ${HERE.y}Q.* 8 -47$`));
  });
});

describe('view', () => {
  const inside = (view: typeof WORLD): boolean =>
    view.x >= WORLD.x &&
    view.y >= WORLD.y &&
    view.x + view.width <= WORLD.x + WORLD.width + 1e-9 &&
    view.y + view.height <= WORLD.y + WORLD.height + 1e-9;

  test('the point under the pointer stays where it is', () => {
    const at = { x: 10, y: -20 };
    const near = zoomed(WORLD, 2, at);
    expect(near.width).toBeCloseTo(180);
    expect((at.x - near.x) / near.width).toBeCloseTo((at.x - WORLD.x) / WORLD.width);
    expect((at.y - near.y) / near.height).toBeCloseTo((at.y - WORLD.y) / WORLD.height);
  });

  test('nothing leads out of the world, nor closer than it makes sense', () => {
    let view = WORLD;
    for (let step = 0; step < 40; step += 1) {
      view = moved(zoomed(view, step % 3 ? 1.6 : 0.5), step * 37 - 500, 300 - step * 29);
      expect(inside(view)).toBe(true);
      expect(view.width).toBeGreaterThanOrEqual(12);
    }
    expect(zoomed(view, 1e-6)).toEqual(WORLD);
  });
});
