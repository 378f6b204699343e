/** What boxes and edges say. */
import type { BoxShape, RestShape, SentenceShape, TypedEdge } from '../api/client';
import { parts } from '../api/visible';
import { day, days, pieces, seconds } from '../incident/shown';
import { count } from '../time/format';

const KINDS: Record<string, string> = {
  address: 'address',
  account: 'account',
  machine: 'machine',
  unknown: 'unknown machine',
  service: 'service',
  task: 'task',
  file: 'file',
  process: 'process',
};

export const kindOf = (box: BoxShape): string => KINDS[box.kind] ?? box.kind;

/** `20 Sep 06:57`, or from when to when. */
export function times(start: string | null, end: string | null): string {
  if (!start) return 'time not recorded';
  const [a, b] = [minute(start), minute(end ?? start)];
  if (a === b) return a;
  return day(start) === day(end ?? start) ? `${a} – ${b.slice(-5)}` : `${a} – ${b}`;
}

const minute = (iso: string): string => `${day(iso)} ${seconds(iso).slice(0, 5)}`;

/** The days where there are several, else from when to when. */
function span(start: string | null, end: string | null): string {
  return start && end && day(start) !== day(end) ? days(start, end) : times(start, end);
}

const PORT = /^port (\d+)$/;

/** The name of a box, with how many it stands for; of an address the port where it is one. */
export function title(box: BoxShape): string {
  const [port, ...more] = box.notes.flatMap((note) => PORT.exec(note)?.[1] ?? []);
  if (box.kind === 'address' && port && !more.length)
    return box.name.includes(':') ? `[${box.name}]:${port}` : `${box.name}:${port}`;
  return box.count > 1 ? `${box.name} ×${count(box.count)}` : box.name;
}

/** What stands below the name: of a process always the machine, the account and the time. */
export function details(box: BoxShape): string[] {
  const when = times(box.start, box.end);
  const machines = box.machines.map((machine) => machine.name);
  const many = machines.length > 2 ? [`${machines.length} machines`] : machines;
  if (box.kind === 'process') return [...many, box.account?.name ?? 'account unknown', when];
  if (box.kind === 'account')
    return [span(box.start, box.end), ...(machines.length > 1 ? [`${machines.length} machines`] : [])];
  if (box.kind === 'machine' || box.kind === 'unknown') return box.notes.length ? box.notes : [when];
  if (box.kind === 'address') {
    const ports = box.notes.length > 1 ? box.notes : box.notes.filter((note) => !PORT.test(note));
    return [...ports, span(box.start, box.end)];
  }
  return [...many, when];
}

/** All that a box says, for who doesn't see it. */
export function spoken(box: BoxShape): string {
  const lead = box.weight > 0 && box.kind === 'process' ? 'lead: ' : '';
  return plainly(`${lead}${kindOf(box)} ${title(box)}, ${details(box).join(', ')}`);
}

/** Text where no characters can be marked, such as in a hint: those that would not be seen stand as their codes. */
export function plainly(text: string): string {
  return parts(text)
    .map((part) => (part.code ? `[${part.code}]` : part.text))
    .join('');
}

export function restTitle(rest: RestShape): string {
  return `+ ${count(rest.entities)} ${rest.what}`;
}

export function restDetail(rest: RestShape): string {
  const leads = rest.leads ? `${count(rest.leads)} with leads` : 'none a lead';
  return rest.boxes === rest.entities
    ? `${leads} · show by rarity`
    : `${count(rest.boxes)} boxes · ${leads} · show by rarity`;
}

/** The words on an edge; nothing where its ends say enough. */
export function said(edge: TypedEdge): string {
  if (!edge.text) return edge.confidence === 'inferred' ? 'inferred' : '';
  const told = pieces({ parts: edge.text } as unknown as SentenceShape, false);
  const text = told.map((piece) => (piece.kind === 'entity' ? piece.name : piece.text)).join('');
  return edge.confidence === 'inferred' ? `${text} · inferred` : text;
}
