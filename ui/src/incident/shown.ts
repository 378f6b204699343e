/** What the incident room says of times, accounts and lanes. */
import type { CardShape, FoldShape, LaneShape, SentenceShape, StoryboardAnswer } from '../api/client';
import { fromIso, toIso } from '../time/format';

/** One part of a sentence: our words, an entity, a number, or text of a record. */
export type Piece =
  | { kind: 'text'; text: string }
  /** Without its secrets where it has any; `whole` is then the text as it is written. */
  | { kind: 'value'; text: string; whole?: string }
  | { kind: 'entity'; label: string; id: string; name: string };

interface RawPart {
  text?: string;
  value?: unknown;
  masked?: string;
  number?: unknown;
  time?: string;
  entity?: { label: string; id: string; name: string };
}

const numbers = new Intl.NumberFormat('en-GB');

/** The parts of a sentence; our own words begin with a capital where `capital` asks for it. */
export function pieces(sentence: SentenceShape, capital = true): Piece[] {
  return (sentence.parts as RawPart[]).map((part, at): Piece => {
    if (part.entity) return { kind: 'entity', ...part.entity };
    if (part.text !== undefined) {
      const text = part.text;
      return {
        kind: 'text',
        text: capital && at === 0 ? text.charAt(0).toUpperCase() + text.slice(1) : text,
      };
    }
    if (typeof part.number === 'number') return { kind: 'text', text: numbers.format(part.number) };
    if (part.masked !== undefined) return { kind: 'value', text: part.masked, whole: String(part.value) };
    return { kind: 'value', text: String(part.value ?? part.number ?? part.time ?? '') };
  });
}

/** A sentence as plain text. */
export function plain(sentence: SentenceShape, capital = true): string {
  return pieces(sentence, capital)
    .map((piece) => (piece.kind === 'entity' ? piece.name : piece.text))
    .join('');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `20 Sep`, UTC. */
export function day(iso: string): string {
  const text = toIso(fromIso(iso) ?? 0);
  return `${Number(text.slice(8, 10))} ${MONTHS[Number(text.slice(5, 7)) - 1] ?? ''}`;
}

/** `06:57:46`, UTC. */
export function seconds(iso: string): string {
  return toIso(fromIso(iso) ?? 0).slice(11, 19);
}

/** `20 · 06:57`; without the day where it is that of the time before. */
export function short(iso: string, before?: string): string {
  const minutes = seconds(iso).slice(0, 5);
  return before && day(before) === day(iso) ? minutes : `${day(iso).split(' ')[0] ?? ''} · ${minutes}`;
}

/** `20–22 Sep`, or one day. */
export function days(start: string, end: string): string {
  const [from, to] = [day(start), day(end)];
  if (from === to) return from;
  const [first, month] = from.split(' ');
  return to.endsWith(` ${month ?? ''}`) ? `${first ?? ''}–${to}` : `${from} – ${to}`;
}

/** A score as a whole number with a real minus sign. */
export function score(value: number): string {
  return String(Math.round(value)).replace('-', '−');
}

/** `4.5` */
export function weight(value: number): string {
  return value.toFixed(1);
}

/** Which colour an account has: its place among the incident's, the last for any other. */
export function colour(board: StoryboardAnswer | null, account: string | null | undefined): number {
  const at = board?.account_ids.indexOf(account ?? '') ?? -1;
  return at < 0 || at > 2 ? 3 : at;
}

/** The lane in which what is folded away is shown. */
export const REST = 'rest';

/** The columns: one a lane, those of the rest as one unless they are unfolded. */
export function columns(lanes: readonly LaneShape[], all: boolean): { id: string; lanes: LaneShape[] }[] {
  const own = lanes.filter((lane) => all || !lane.rest).map((lane) => ({ id: lane.id, lanes: [lane] }));
  const rest = all ? [] : lanes.filter((lane) => lane.rest);
  return rest.length ? [...own, { id: REST, lanes: rest }] : own;
}

/** How wide columns are to each other: what has much to show gets room. */
export function widths(
  board: StoryboardAnswer,
  ids: readonly string[],
  lane: (id: string) => string,
): number[] {
  const cards = new Map<string, number>();
  for (const card of board.cards) {
    const id = lane(card.lane);
    cards.set(id, (cards.get(id) ?? 0) + (card.leads.length ? 1 : 0));
  }
  const widest = Math.max(0, ...cards.values());
  return ids.map((id) => {
    const n = cards.get(id) ?? 0;
    if (n === 0) return id === 'outside' ? 0.8 : 0.95;
    return n === widest ? 1.9 : 1.35;
  });
}

/** A row of the storyboard: a card, or a fold with its cards. */
export type Row = { id: string; card: CardShape } | { id: string; fold: FoldShape; cards: CardShape[] };

/** The rows in order; folds that are unfolded are their cards. */
export function rowsOf(board: StoryboardAnswer, unfolded: boolean): Row[] {
  const cards = new Map(board.cards.map((card) => [card.id, card]));
  const folds = new Map(board.folds.map((fold) => [fold.id, fold]));
  const found: Row[] = [];
  for (const id of board.rows) {
    const fold = folds.get(id);
    const own = (fold ? fold.acts : [id]).flatMap((act) => cards.get(act) ?? []);
    if (fold && !unfolded) found.push({ id, fold, cards: own });
    else found.push(...own.map((card) => ({ id: card.id, card })));
  }
  return unfolded ? found.sort((a, b) => time(a) - time(b)) : found;
}

function time(row: Row): number {
  return fromIso('card' in row ? row.card.time : (row.cards[0]?.time ?? '')) ?? 0;
}
