/** Times: integer microseconds since the epoch inside, ISO 8601 with `Z` at the server's face, UTC on screen. */

export type Micros = number;

/** Reads the server's ISO time as microseconds; null for none or for what is no time. */
export function fromIso(text: string | null | undefined): Micros | null {
  if (!text) return null;
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:Z|\+00:00)$/.exec(text);
  if (!match) return null;
  const seconds = Date.parse(`${match[1]}Z`) / 1000;
  return Number.isNaN(seconds) ? null : seconds * 1_000_000 + Number((match[2] ?? '').padEnd(6, '0'));
}

/** Writes microseconds as the server's ISO form. */
export function toIso(micros: Micros): string {
  const rest = ((micros % 1_000_000) + 1_000_000) % 1_000_000;
  const head = new Date((micros - rest) / 1000).toISOString().slice(0, 19);
  return `${head}.${String(rest).padStart(6, '0')}Z`;
}

/** `2020-10-19 04:21:15`, UTC. */
export function dateTime(micros: Micros | null): string {
  return micros === null ? '–' : toIso(micros).slice(0, 19).replace('T', ' ');
}

/** The same time in the browser's zone: `19 Oct, 06:21:15 GMT+2`. */
export function localTime(micros: Micros): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(micros / 1000));
}

/** `04:21:15`, UTC. */
export function clock(micros: Micros | null): string {
  return micros === null ? '–' : toIso(micros).slice(11, 19);
}

/** From one time to another, without repeating the day: `2020-10-19 04:21:15 – 04:30:02`. */
export function span(first: Micros | null, last: Micros | null): string {
  if (first === null || last === null || first === last) return dateTime(first ?? last);
  const [from, to] = [dateTime(first), dateTime(last)];
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} – ${to.slice(11)}` : `${from} – ${to}`;
}

/** A length of time in its two largest units: `2 h 5 min`. */
export function duration(micros: Micros): string {
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  let seconds = Math.max(0, micros) / 1_000_000;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  seconds = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const n = Math.floor(seconds / size);
    seconds -= n * size;
    if (n > 0) parts.push(`${n} ${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}

const numbers = new Intl.NumberFormat('en-GB');

/** `1,204` */
export function count(n: number): string {
  return numbers.format(n);
}
