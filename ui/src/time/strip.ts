/** Where times lie on a strip that leaves out the silences between stretches. */

/** A stretch on the strip: its time, and the share of the strip's width before and behind it. */
export interface Piece {
  start: number;
  end: number;
  left: number;
  right: number;
}

/** Room between two stretches, as a share of the strip's width. */
const GAP = 0.006;

/** Lays stretches side by side, each as wide as it has bars. */
export function pieces(stretches: readonly { start: number; end: number; bars: number }[]): Piece[] {
  const bars = stretches.reduce((sum, one) => sum + one.bars, 0);
  const room = 1 - GAP * Math.max(0, stretches.length - 1);
  let left = 0;
  return stretches.map(({ start, end, bars: own }) => {
    const right = left + (room * own) / bars;
    const piece = { start, end, left, right };
    left = right + GAP;
    return piece;
  });
}

/** The time at a share of the strip's width; between two stretches it is the nearer one's end. */
export function timeAt(laid: readonly Piece[], share: number): number | null {
  let nearest: Piece | null = null;
  let distance = Infinity;
  for (const piece of laid) {
    const away = Math.max(piece.left - share, share - piece.right, 0);
    if (away < distance) [nearest, distance] = [piece, away];
  }
  if (!nearest) return null;
  const { start, end, left, right } = nearest;
  const within = Math.min(1, Math.max(0, (share - left) / (right - left)));
  return Math.round(start + within * (end - start));
}

/** The share of the strip's width at a time; a time of silence lies where the next stretch begins. */
export function shareAt(laid: readonly Piece[], time: number): number {
  for (const { start, end, left, right } of laid) {
    if (time < start) return left;
    if (time <= end) return left + ((time - start) / Math.max(1, end - start)) * (right - left);
  }
  return laid.at(-1)?.right ?? 0;
}
