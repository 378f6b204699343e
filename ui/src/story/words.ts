/** Words of stories: times to the second, kinds of leads, and the parts that sentences are made of. */
import type { NamedShape, SentenceShape } from '../api/client';
import type { Story } from '../state/place';

/** A part of a sentence: our words, an entity, a moment, a number, or text of a record. */
export type Part =
  | { kind: 'text' | 'value' | 'number'; text: string }
  | { kind: 'time'; text: string; time: string }
  | { kind: 'entity'; text: string; entity: NamedShape };

const numbers = new Intl.NumberFormat('en-GB');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Reads the parts of a sentence; the first of our own words begins with a capital. */
export function partsOf(sentence: SentenceShape): Part[] {
  return sentence.parts.map((part, at): Part => {
    const own = part as Record<string, unknown>;
    if (own.entity) {
      const entity = own.entity as NamedShape;
      return { kind: 'entity', text: entity.name, entity };
    }
    if (typeof own.time === 'string') return { kind: 'time', text: moment(own.time), time: own.time };
    if (typeof own.number === 'number') return { kind: 'number', text: numbers.format(own.number) };
    if (own.value !== undefined) return { kind: 'value', text: String(own.value) };
    const text = String(own.text ?? '');
    return { kind: 'text', text: at === 0 ? text.charAt(0).toUpperCase() + text.slice(1) : text };
  });
}

/** A sentence as plain text, for titles and labels. */
export function plainOf(sentence: SentenceShape): string {
  return partsOf(sentence)
    .map((part) => part.text)
    .join('');
}

/** `20 Sep 2020 06:57:46`, UTC, from the server's ISO time. */
export function moment(iso: string | null | undefined): string {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(iso ?? '');
  return found ? `${Number(found[3])} ${MONTHS[Number(found[2]) - 1]} ${found[1]} ${found[4]}` : '–';
}

/** `20 Sep 06:57`, without the year. */
export function shortMoment(iso: string): string {
  const found = /^\d{4}-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(iso);
  return found ? `${Number(found[2])} ${MONTHS[Number(found[1]) - 1]} ${found[3]}` : '–';
}

/** `06:57:46.123`, UTC. */
export function clockOf(iso: string | null): string {
  const found = /T(\d\d:\d\d:\d\d)(?:\.(\d{3}))?/.exec(iso ?? '');
  return found ? found[1] + (found[2] && found[2] !== '000' ? `.${found[2]}` : '') : '–';
}

/** `remote service` from the name of a kind of lead. */
export function leadWords(kind: string): string {
  return kind.replaceAll('_', ' ');
}

/** `3 records` */
export function many(n: number, noun: string): string {
  return `${numbers.format(n)} ${noun}${n === 1 ? '' : 's'}`;
}

const STORY: Record<string, Story> = { Machine: 'machine', User: 'user', IP: 'ip' };

/** The story of an entity's kind, if it has one. */
export function storyOf(label: string): Story | null {
  return STORY[label] ?? null;
}
