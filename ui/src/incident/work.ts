/** Words for what is stated of a whole incident. */
import type { ChangeShape, WorkShape } from '../api/client';

export const STATUSES: [WorkShape['status'], string][] = [
  ['new', 'new'],
  ['in_work', 'in work'],
  ['closed', 'closed'],
];
export const VERDICTS = ['malicious', 'benign', 'unclear'] as const;
/** A sign beside each verdict, so that colour never says it alone. */
export const SIGNS: Record<string, string> = { malicious: '▲', benign: '✓', unclear: '?' };

const WORDS = Object.fromEntries(STATUSES) as Record<string, string>;

/** `in work · ann`; empty where nobody has begun. */
export function progress(work: WorkShape): string {
  const parts = work.status === 'new' ? [] : [WORDS[work.status] ?? work.status];
  return [...parts, ...(work.assignee ? [work.assignee] : [])].join(' · ');
}

/** What a statement says, field by field; an empty text took something back. */
export function told(change: ChangeShape): string[] {
  return Object.entries(change.said).map(([field, text]) =>
    text ? `${field}: ${WORDS[text] ?? text}` : `no ${field}`,
  );
}

/** What of a form differs from what is stated, which is all that is sent: the rest is left as it is. */
export function changed(work: WorkShape, form: Record<string, string>): Record<string, string> {
  const before = work as unknown as Record<string, string | null>;
  const different = Object.entries(form).filter(([field, text]) => text.trim() !== (before[field] ?? ''));
  const found = Object.fromEntries(different.map(([field, text]) => [field, text.trim()]));
  return 'verdict' in found && form.note ? { ...found, note: form.note.trim() } : found;
}
