/** What a case's items say about each entity. */
import type { ItemShape } from '../api/client';
import { keyOf, type Key } from './state';

export interface Marks {
  verdict: ItemShape | null;
  alias: ItemShape | null;
  tags: ItemShape[];
  notes: ItemShape[];
}

/** Items about entities, by entity; what is about the case itself or a relationship is left out. */
export function marksOf(items: readonly ItemShape[]): ReadonlyMap<Key, Marks> {
  const found = new Map<Key, Marks>();
  for (const item of items) {
    if (!item.target || item.target.relation) continue;
    const key = keyOf(item.target);
    const marks = found.get(key) ?? { verdict: null, alias: null, tags: [], notes: [] };
    if (item.type === 'verdict') marks.verdict = item;
    else if (item.type === 'alias') marks.alias = item;
    else if (item.type === 'tag') marks.tags.push(item);
    else if (item.type === 'note') marks.notes.push(item);
    found.set(key, marks);
  }
  return found;
}
