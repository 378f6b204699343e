/** The browser's history: one entry for each state of the picture and for each room that was opened. */
import { fromIso } from '../time/format';
import type { TimeWindow } from './state';

/** What an entry keeps: which state of which visit was shown there. */
interface Entry {
  index: number;
  session: string;
}

export type How = 'push' | 'replace';

export class Address {
  private readonly session = Math.random().toString(36).slice(2);
  /** States between these have entries one after the other, without another room between them. */
  private floor = 0;
  private ceiling = 0;

  write(how: How, index: number, fragment: string): void {
    const entry: Entry = { index, session: this.session };
    const url = window.location.pathname + fragment;
    if (how === 'push') window.history.pushState(entry, '', url);
    else window.history.replaceState(entry, '', url);
  }

  /** A new state has an entry after the one before it. */
  grew(index: number): void {
    this.ceiling = index;
  }

  /** The picture is shown anew: what was before lies behind another room. */
  began(index: number): void {
    this.floor = this.ceiling = index;
  }

  /** The state that an entry shows; null for an entry of another visit. */
  indexOf(entry: unknown): number | null {
    const { index, session } = (entry ?? {}) as Partial<Entry>;
    return session === this.session && index !== undefined ? index : null;
  }

  /** Whether Back leads to the state before `index`; `tip` is the last state that there is. */
  leadsBack(index: number, tip: number): boolean {
    return index > Math.max(this.floor, oldest(tip));
  }

  leadsForward(index: number, tip: number): boolean {
    return index >= Math.max(this.floor, oldest(tip)) && index < this.ceiling;
  }
}

/** The oldest state that Back still reaches: browsers keep some fifty entries and forget the first ones. */
function oldest(tip: number): number {
  return tip - (window.history.length - 1);
}

/** The window that an address names; both ends, or none. */
export function windowOf(query: URLSearchParams): TimeWindow | null {
  const [since, until] = [fromIso(query.get('since')), fromIso(query.get('until'))];
  return since !== null && until !== null && since < until ? { since, until } : null;
}
