/** Processes as rows: which are shown, how deep they stand among those, and what was folded. */
import type { ProcessRow } from '../api/client';

export interface Shown {
  row: ProcessRow;
  /** How deep it stands below those that are shown. */
  depth: number;
}

/** Characters of a command line beyond which it is folded. */
export const LONG = 400;

/** The rows to show, in the order of their trees; what tells next to nothing only if all are wanted. */
export function shownRows(rows: readonly ProcessRow[], all: boolean, byTime: boolean): Shown[] {
  const depths = new Map<string, number>();
  const found: Shown[] = [];
  for (const row of rows) {
    const above = row.parent === null ? undefined : depths.get(row.parent);
    const shown = all || row.folded === null;
    const depth = above ?? 0;
    depths.set(row.id, shown ? depth + 1 : depth);
    if (shown) found.push({ row, depth });
  }
  if (!byTime) return found;
  const time = ({ row }: Shown): string => row.time ?? '~';
  return found.sort((a, b) => time(a).localeCompare(time(b))).map(({ row }) => ({ row, depth: 0 }));
}

const WORDS: Record<string, [string, string]> = {
  console: ['window of a console (conhost.exe)', 'windows of consoles (conhost.exe)'],
  system: ['parent of everything without records', 'parents of everything without records'],
  mention: ['other without a recorded start', 'others without a recorded start'],
};

/** `9 windows of consoles (conhost.exe), 53 parents of everything without records` */
export function foldedWords(rows: readonly ProcessRow[]): string {
  const counts = new Map<string, number>();
  for (const row of rows) if (row.folded !== null) counts.set(row.folded, (counts.get(row.folded) ?? 0) + 1);
  return [...counts]
    .map(([why, n]) => `${n.toLocaleString('en-GB')} ${WORDS[why]?.[n === 1 ? 0 : 1] ?? why}`)
    .join(', ');
}

/** A number from 0 for each session, in the order in which they come. */
export function bands(rows: readonly ProcessRow[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { session } of rows) if (session !== null && !found.has(session)) found.set(session, found.size);
  return found;
}
