/** The map without a renderer: addresses gathered by place, arcs, and the part of the world on screen. */
import type { MapAnswer } from '../api/client';

export type PlaceShape = MapAnswer['places'][number];

/** A spot of the map: all addresses that the database puts at the same coordinates. */
export interface Spot {
  key: string;
  name: string;
  x: number;
  y: number;
  acts: number;
  addresses: PlaceShape[];
}

/** The part of the world on screen: degrees, x east and y south. */
export interface View {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const WORLD: View = { x: -180, y: -84, width: 360, height: 162 };
/** Where arcs begin: the machines are somewhere, but no log says where. */
export const HERE = { x: -28, y: 44 };
const CLOSEST = 12;

/** Spots, busiest first; the smaller are drawn last, on top of the larger. */
export function spots(places: readonly PlaceShape[]): Spot[] {
  const found = new Map<string, Spot>();
  for (const place of places) {
    const key = `${place.latitude},${place.longitude}`;
    const spot = found.get(key) ?? {
      key,
      name: place.name,
      x: place.longitude,
      y: -place.latitude,
      acts: 0,
      addresses: [],
    };
    spot.acts += place.acts;
    spot.addresses.push(place);
    found.set(key, spot);
  }
  return [...found.values()].sort((a, b) => b.acts - a.acts || (a.key < b.key ? -1 : 1));
}

/** How large a spot is drawn, in degrees at full view: it grows with the logarithm of what happened. */
export function radius(acts: number, most: number): number {
  return 1.1 + 2.6 * (Math.log1p(acts) / Math.log1p(Math.max(1, most)));
}

/** A flat arc to a spot, bent to the north. */
export function arc(to: { x: number; y: number }, from = HERE): string {
  const [mx, my] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const lift = Math.hypot(to.x - from.x, to.y - from.y) / 5;
  return `M${from.x} ${from.y}Q${mx} ${my - lift} ${to.x} ${to.y}`;
}

/** The view nearer to or further from a point that stays where it is. */
export function zoomed(view: View, factor: number, at = centre(view)): View {
  const width = Math.min(WORLD.width, Math.max(CLOSEST, view.width / factor));
  const scale = width / view.width;
  return held({
    x: at.x - (at.x - view.x) * scale,
    y: at.y - (at.y - view.y) * scale,
    width,
    height: view.height * scale,
  });
}

export function moved(view: View, dx: number, dy: number): View {
  return held({ ...view, x: view.x + dx, y: view.y + dy });
}

function centre(view: View): { x: number; y: number } {
  return { x: view.x + view.width / 2, y: view.y + view.height / 2 };
}

function held(view: View): View {
  const within = (at: number, size: number, low: number, whole: number): number =>
    Math.min(Math.max(at, low), low + whole - size);
  return {
    ...view,
    x: within(view.x, view.width, WORLD.x, WORLD.width),
    y: within(view.y, view.height, WORLD.y, WORLD.height),
  };
}
