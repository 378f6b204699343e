/** What the workbench shows: the answer to the question in the address, and the pages of it that were fetched. */
import { api, ApiError, type RecordItem, type RecordsAnswer } from '../api/client';
import { route } from '../state/route.svelte';
import { describeError } from '../state/workspace.svelte';

type First = Pick<
  RecordsAnswer,
  'total' | 'searched' | 'hidden' | 'facets' | 'histogram' | 'without' | 'noise' | 'milliseconds'
>;
export type Groups = NonNullable<RecordsAnswer['groups']>;

export interface Fault {
  text: string;
  hint: string | null;
  place: { at: number; length: number } | null;
}

/** Most records of a file that the page saves. */
export const MOST_SAVED = 20_000;
const PAGE = 500;

class Workbench {
  /** By their places; where nobody looked yet there is none, unless they are grouped. */
  items: RecordItem[] = $state.raw([]);
  groups: Groups = $state.raw({});
  first: First | null = $state.raw(null);
  fault: Fault | null = $state.raw(null);
  busy = $state(false);
  /** Which row is selected, by its place among the items. */
  selected = $state(-1);
  private next: string | null = null;
  private call: AbortController | null = null;
  private fetching = false;
  private readonly reaching = new Set<number>();

  readonly q = $derived(route.query.get('q') ?? '');
  readonly quiet = $derived(route.query.get('noise') !== '1');
  readonly grouped = $derived(route.query.get('group') === 'session');
  readonly since = $derived(route.query.get('since'));
  readonly until = $derived(route.query.get('until'));

  private asked(): {
    q: string;
    quiet: boolean;
    group: 'session' | null;
    since: string | null;
    until: string | null;
  } {
    return {
      q: this.q,
      quiet: this.quiet,
      group: this.grouped ? 'session' : null,
      since: this.since,
      until: this.until,
    };
  }

  /** Asks what the address says; an older question is called off. */
  async look(): Promise<void> {
    this.call?.abort();
    const mine = new AbortController();
    this.call = mine;
    this.busy = true;
    this.reaching.clear();
    try {
      const found = await api.records({ ...this.asked(), limit: PAGE }, mine.signal);
      if (this.call !== mine) return;
      this.items = found.items;
      this.groups = found.groups ?? {};
      this.first = found;
      this.next = found.next_cursor;
      this.fault = null;
      this.selected = this.middle(found.items);
    } catch (error) {
      if (this.call !== mine || mine.signal.aborted) return;
      this.fault =
        error instanceof ApiError
          ? { text: error.message, hint: error.hint, place: error.place }
          : { text: describeError(error), hint: null, place: null };
    } finally {
      if (this.call === mine) this.busy = false;
    }
  }

  /** The row that a window of time is around; none without one. */
  private middle(items: readonly RecordItem[]): number {
    const found = /(?:^|\s)around:([^±\s]+)±/.exec(this.q);
    if (!found || this.grouped) return -1;
    const at = Date.parse(/Z$|[+-]\d\d:\d\d$/.test(found[1]!) ? found[1]! : `${found[1]}Z`);
    return items.findIndex((item) => item.time !== null && Date.parse(item.time) >= at);
  }

  /** Fetches the next page, if there is one. */
  async more(): Promise<void> {
    const mine = this.call;
    if (!this.next || this.fetching || !mine) return;
    this.fetching = true;
    try {
      const found = await api.records({ ...this.asked(), limit: PAGE, cursor: this.next }, mine.signal);
      if (this.call !== mine) return;
      this.items = [...this.items, ...found.items];
      this.groups = { ...this.groups, ...found.groups };
      this.next = found.next_cursor;
    } catch {
      // The rows that are there stay; scrolling asks again.
    } finally {
      this.fetching = false;
    }
  }

  /** Fetches the page that a row is in which is not there yet, wherever it is; rows between stay empty. */
  async reach(row: number): Promise<void> {
    const mine = this.call;
    const page = Math.floor(row / PAGE);
    if (!mine || this.items[row] || this.reaching.has(page)) return;
    this.reaching.add(page);
    try {
      const found = await api.records({ ...this.asked(), limit: PAGE, offset: page * PAGE }, mine.signal);
      if (this.call !== mine) return;
      const items = this.items.slice();
      found.items.forEach((item, place) => (items[page * PAGE + place] = item));
      this.items = items;
    } catch {
      // The rows stay empty; scrolling there asks again.
    } finally {
      this.reaching.delete(page);
    }
  }

  /** All records found, as far as a file holds them. */
  async whole(): Promise<RecordItem[]> {
    const asked = this.asked();
    const all: RecordItem[] = [];
    let cursor: string | null = null;
    do {
      const page: RecordsAnswer = await api.records({ ...asked, limit: PAGE, cursor });
      all.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor && all.length < MOST_SAVED);
    return all;
  }

  /** Asks another query; Back leads to this one. */
  ask(q: string): void {
    if (q !== this.q) route.ask({ q }, 'push');
    else void this.look();
  }
}

export const workbench = new Workbench();
