/** Bins and ranges of times; pure, shared by the brush, the lanes and their tests. */
import type { Drawing } from '../graph/model';

export interface Range {
  from: number;
  to: number;
}

/** The time that what is drawn covers, a little wider so that nothing sits on the rim; null without times. */
export function extent(drawing: Drawing): Range | null {
  let from = Infinity;
  let to = -Infinity;
  for (const item of drawing.edges) {
    if (item.first !== null && item.first < from) from = item.first;
    if (item.last !== null && item.last > to) to = item.last;
  }
  if (from > to) {
    for (const node of drawing.nodes) {
      if (node.first !== null && node.first < from) from = node.first;
      if (node.last !== null && node.last > to) to = node.last;
    }
  }
  if (from > to) return null;
  const margin = Math.max((to - from) * 0.03, 1_000_000);
  return { from: Math.floor(from - margin), to: Math.ceil(to + margin) };
}

/** Counts times per bin of equal width over a range. */
export function histogram(times: readonly number[], range: Range, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  const width = (range.to - range.from) / bins;
  for (const time of times) {
    const bin = Math.floor((time - range.from) / width);
    if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
