/** The open case: its items, and what they say about each entity. Kept by the server, never in the telemetry. */
import {
  api,
  ApiError,
  type CaseShape,
  type ItemBody,
  type ItemsAnswer,
  type ItemShape,
} from '../api/client';
import { marksOf, type Marks } from './marks';
import { refOf, type Key } from './state';
import { workspace } from './workspace.svelte';

const STORE = 'graphhunt.case';
export const VERDICTS = ['malicious', 'benign', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];
/** A sign beside each verdict, so that colour never says it alone. */
export const SIGNS: Record<Verdict, string> = { malicious: '▲', benign: '✓', unknown: '?' };

const NONE: Marks = { verdict: null, alias: null, tags: [], notes: [] };

class Casework {
  cases: CaseShape[] = $state.raw([]);
  current: CaseShape | null = $state.raw(null);
  items: ItemShape[] = $state.raw([]);
  ready = $state(false);

  readonly byEntity: ReadonlyMap<Key, Marks> = $derived(marksOf(this.items));
  readonly pinned: ReadonlySet<string> = $derived(
    new Set(this.of('pin').flatMap((item) => (item.body.event_ids ?? []) as string[])),
  );

  of(type: ItemShape['type']): ItemShape[] {
    return this.items.filter((item) => item.type === type);
  }

  marks(key: Key): Marks {
    return this.byEntity.get(key) ?? NONE;
  }

  verdictOf(key: Key): Verdict | null {
    return (this.byEntity.get(key)?.verdict?.body.verdict as Verdict | undefined) ?? null;
  }

  /** What the case calls its entities. */
  readonly aliases: ReadonlyMap<Key, string> = $derived(
    new Map(
      [...this.byEntity].flatMap(([key, { alias }]) => (alias ? [[key, String(alias.body.alias)]] : [])),
    ),
  );

  async start(): Promise<void> {
    const found = await workspace.run(() => api.cases());
    this.cases = found?.items ?? [];
    this.ready = true;
    const kept = localStorage.getItem(STORE);
    const wanted =
      this.cases.find((one) => one.id === kept) ?? this.cases.find((one) => one.status === 'open');
    if (wanted) await this.choose(wanted);
  }

  async choose(wanted: CaseShape | null): Promise<void> {
    this.current = wanted;
    this.items = [];
    if (!wanted) return;
    localStorage.setItem(STORE, wanted.id);
    await this.refresh();
  }

  /** Reads the case anew: others may have written in it. */
  async refresh(): Promise<void> {
    const of = this.current;
    if (!of) return;
    const all: ItemShape[] = [];
    let cursor: string | null = null;
    do {
      const after: string | null = cursor;
      const page: ItemsAnswer | null = await workspace.run(() => api.items(of.id, after));
      if (!page || this.current?.id !== of.id) return;
      all.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    this.items = all;
  }

  async open(title: string): Promise<CaseShape | null> {
    const made = await workspace.run(() => api.openCase(title));
    if (!made) return null;
    this.cases = [made, ...this.cases];
    await this.choose(made);
    return made;
  }

  async change(change: Parameters<typeof api.editCase>[1]): Promise<boolean> {
    const one = this.current;
    if (!one) return false;
    try {
      this.take(await api.editCase(one, change));
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) return this.failed(error);
      const now = error.current as CaseShape;
      this.take(now);
      workspace.tell(`${now.changed_by} changed the case meanwhile; it shows their version now.`, true);
      return false;
    }
  }

  private take(changed: CaseShape): void {
    this.current = changed;
    this.cases = this.cases.map((one) => (one.id === changed.id ? changed : one));
  }

  private failed(error: unknown): false {
    void workspace.run(() => Promise.reject(error as Error));
    return false;
  }

  /** Puts something into the case; the first thing opens one. */
  async add(body: ItemBody, about: Key | null = null): Promise<ItemShape | null> {
    const one = this.current ?? (await this.open('Investigation'));
    if (!one) return null;
    try {
      const made = await api.addItem(one.id, body, about ? { ...refOf(about) } : null);
      this.items = [...this.items.filter((item) => item.id !== made.id), made];
      return made;
    } catch (error) {
      const there =
        error instanceof ApiError && error.status === 409 ? (error.current as ItemShape | null) : null;
      if (!there) this.failed(error);
      else this.items = [...this.items.filter((item) => item.id !== there.id), there];
      return there;
    }
  }

  /** Replaces an item's body. Gives what another analyst wrote meanwhile; null when the edit went through. */
  async edit(item: ItemShape, body: ItemBody): Promise<ItemShape | null> {
    try {
      const made = await api.editItem(item, body);
      this.items = this.items.map((other) => (other.id === made.id ? made : other));
      return null;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) {
        this.failed(error);
        return null;
      }
      const theirs = error.current as ItemShape;
      this.items = this.items.map((other) => (other.id === theirs.id ? theirs : other));
      return theirs;
    }
  }

  async remove(item: ItemShape): Promise<void> {
    const done = await workspace.run(async () => {
      await api.deleteItem(item);
      return true;
    });
    if (done) this.items = this.items.filter((other) => other.id !== item.id);
    else await this.refresh();
  }

  /** One verdict per entity: the first is added, later ones edit it; the same again takes it back. */
  async judge(key: Key, verdict: Verdict): Promise<void> {
    const there = this.marks(key).verdict;
    if (there?.body.verdict === verdict) return this.remove(there);
    const body = { type: 'verdict', verdict, reason: String(there?.body.reason ?? '') } as const;
    if (!there) {
      const made = await this.add(body, key);
      if (made && made.body.verdict !== verdict) await this.edit(made, body);
    } else {
      const theirs = await this.edit(there, body);
      if (theirs)
        workspace.tell(`${theirs.changed_by} judged this meanwhile: ${String(theirs.body.verdict)}.`, true);
    }
    workspace.say(`Verdict: ${verdict}.`);
  }

  /** Calls an entity something in this case; nothing takes the name back. */
  async rename(key: Key, alias: string): Promise<void> {
    const there = this.marks(key).alias;
    if (!alias) {
      if (there) await this.remove(there);
      return;
    }
    const body = { type: 'alias', alias } as const;
    const mine = there ?? (await this.add(body, key));
    if (!mine || mine.body.alias === alias) return;
    const theirs = await this.edit(mine, body);
    if (theirs)
      workspace.tell(`${theirs.changed_by} renamed this meanwhile: ${String(theirs.body.alias)}.`, true);
  }

  async pin(eventId: string): Promise<void> {
    const there = this.of('pin').find((item) => ((item.body.event_ids ?? []) as string[]).includes(eventId));
    if (there) await this.remove(there);
    else if (await this.add({ type: 'pin', event_ids: [eventId], comment: '' }))
      workspace.tell('Record pinned to the case.');
  }
}

export const casework = new Casework();
