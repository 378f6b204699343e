/** The statements that the story of a machine or account offers. */
import type { StatementRequest, StatementShape } from '../api/client';
import type { Story } from '../state/place';

const entity = (kind: Story): 'machine' | 'account' => (kind === 'machine' ? 'machine' : 'account');

/** That a spelling is another one; nothing where it is the only one, as nothing would be left. */
export function apart(kind: Story, spellings: readonly string[], spelling: string): StatementRequest | null {
  const kept = spellings.find((one) => one.toLowerCase() !== spelling.toLowerCase());
  if (kept === undefined) return null;
  return { verdict: 'apart', a: kept, b: spelling, entity: entity(kind), reason: '' };
}

/** That another spelling is this one, which keeps its name. */
export function sameAs(
  kind: Story,
  id: string,
  spellings: readonly string[],
  other: string,
): StatementRequest {
  return { verdict: 'join', a: spellings[0] ?? id, b: other.trim(), entity: entity(kind), reason: '' };
}

/** A statement in words. */
export function stated(one: StatementShape): string {
  if (one.verdict === 'join') return `${one.a} and ${one.b ?? ''} are one`;
  if (one.verdict === 'apart') return `${one.b ?? ''} is not ${one.a}`;
  const ends = [one.start ? `from ${one.start}` : '', one.end ? `until ${one.end}` : ''].filter(Boolean);
  return `${one.a} is another one ${ends.join(' ')}`;
}
