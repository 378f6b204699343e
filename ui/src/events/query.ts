/** Changes of a query's text: clauses put in, taken out and replaced. Only the server reads what a query means. */
import type { RecordItem } from '../api/client';

/** A value of a record that a query can ask for. */
export interface Cell {
  /** The field, as a query names it. */
  readonly field: string;
  readonly value: string;
}

/** Cuts a query at the spaces between its clauses; what is in quotes stays together. */
export function clauses(query: string): string[] {
  return query.match(/(?:"(?:[^"]|"")*"?|[^\s"])+/g) ?? [];
}

/** A clause that holds for records with a value; in quotes where it could be read as something else. */
export function clause({ field, value }: Cell): string {
  const plain = value !== '' && !/[\s"|*]/.test(value) && !/^[<>]/.test(value);
  return plain ? `${field}:${value}` : `${field}:"${value.replaceAll('"', '""')}"`;
}

/** The query with a clause more; the clause's opposite goes. */
export function narrowed(query: string, cell: Cell, out: boolean): string {
  const wanted = clause(cell);
  const added = out ? `-${wanted}` : wanted;
  const opposite = out ? wanted : `-${wanted}`;
  const kept = clauses(query).filter((one) => one !== opposite && one !== added);
  return [...kept, added].join(' ');
}

/** The query without a clause. */
export function without(query: string, gone: string): string {
  return clauses(query)
    .filter((one) => one !== gone)
    .join(' ');
}

/** The query for what happened on a record's machine around it. */
export function around(item: Pick<RecordItem, 'machine' | 'time'>, minutes: number): string {
  const parts = item.machine ? [clause({ field: 'host', value: item.machine })] : [];
  return [...parts, ...(item.time ? [`around:${item.time}±${minutes}m`] : [])].join(' ');
}

/** How many minutes around something a query asks for; null if it doesn't. */
export function minutesOf(query: string): number | null {
  const found = /(?:^|\s)around:\S*±(\d+(?:\.\d+)?)m?(?=\s|$)/.exec(query);
  return found ? Number(found[1]) : null;
}

/** The query with a time window in place of any that it has. */
export function within(query: string, since: string, until: string): string {
  const kept = clauses(query).filter((one) => !/^(?:since|until|around):/i.test(one));
  return [...kept, `since:${since}`, `until:${until}`].join(' ');
}

const COLUMNS = ['Time', 'Machine', 'Kind', 'Account', 'Session'] as const;

/** The cells of a record in the order of the columns; null where there is nothing to ask for. */
export function cells(item: RecordItem): (Cell | null)[] {
  const own: [string, string | null][] = [
    ['host', item.machine],
    ['code', item.code],
    ['account', item.account],
    ['session', item.session],
  ];
  return [
    null,
    ...own.map(([field, value]) => (value ? { field, value } : null)),
    ...Object.entries(item.fields).map(([field, value]) => ({ field, value })),
  ];
}

export { COLUMNS };

/** The fields that are columns where all records are of one kind: those that most of them have. */
export function fieldColumns(items: readonly RecordItem[], most = 5): string[] {
  const seen = new Map<string, number>();
  for (const item of items)
    for (const name of Object.keys(item.fields)) seen.set(name, (seen.get(name) ?? 0) + 1);
  return [...seen]
    .filter(([, times]) => times * 2 >= items.length)
    .slice(0, most)
    .map(([name]) => name);
}

/** One row of the table: a record, or the head of its session. */
export type Line = { head: string } | { item: RecordItem; index: number };

/** The rows of records: under a head each where they are grouped, without those of closed heads. */
export function lines(items: readonly RecordItem[], grouped: boolean, closed: ReadonlySet<string>): Line[] {
  const found: Line[] = [];
  let last: string | null = null;
  items.forEach((item, index) => {
    const group = String(item.group ?? '');
    if (grouped && group !== last) found.push({ head: (last = group) });
    if (!grouped || !closed.has(group)) found.push({ item, index });
  });
  return found;
}

const FORMULA = /^[\s"'\u200b\ufeff]*[=+\-@＝＋－＠\0]|^[ "'\u3000\u00a0]*[\t\r\n]/;

/** Records as CSV. Text that a spreadsheet would take for a formula gets a quote before it. */
export function csv(items: readonly RecordItem[]): string {
  const names = [...new Set(items.flatMap((item) => Object.keys(item.fields)))];
  const quoted = (text: string): string =>
    `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const head = ['time', 'machine', 'kind', 'account', 'session', 'in_graph', 'leads', 'event_id', ...names];
  const rows = items.map((item) => [
    item.time ?? '',
    item.machine ?? '',
    item.code,
    item.account ?? '',
    item.session ?? '',
    item.mapped ? 'yes' : 'no',
    item.lead.join(' '),
    item.event_id,
    ...names.map((name) => item.fields[name] ?? ''),
  ]);
  return [head, ...rows].map((row) => row.map(quoted).join(',') + '\r\n').join('');
}

/** Records as JSON, one a line. */
export function jsonLines(items: readonly RecordItem[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join('');
}
