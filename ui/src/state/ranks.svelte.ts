/** How the analytics rank entities, from 0 to 1; empty until the server has ranked something. */
import type { Key } from './state';

class Ranks {
  private shares: ReadonlyMap<Key, number> = $state.raw(new Map());

  share(key: Key): number {
    return this.shares.get(key) ?? 0;
  }

  take(shares: ReadonlyMap<Key, number>): void {
    this.shares = shares;
  }
}

export const ranks = new Ranks();
