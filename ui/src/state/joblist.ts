/** What is known of long work, put together from answers and events that may come in any order. */
import type { JobShape } from '../api/client';
import { count, duration } from '../time/format';

const RUNNING: ReadonlySet<string> = new Set(['queued', 'running']);

export const isRunning = (job: JobShape): boolean => RUNNING.has(job.state);

/** An ended job stays ended; else the later change is the newer one. */
function newer(one: JobShape, other: JobShape): JobShape {
  if (isRunning(one) !== isRunning(other)) return isRunning(one) ? other : one;
  return other.sequence >= one.sequence ? other : one;
}

/** The list with what an answer or event says of one job. */
export function withJob(items: readonly JobShape[], job: JobShape): JobShape[] {
  if (!items.some((known) => known.id === job.id)) return [job, ...items];
  return items.map((known) => (known.id === job.id ? newer(known, job) : known));
}

/** The server's list after (re)connecting; what it no longer has is gone. */
export function withList(items: readonly JobShape[], listed: readonly JobShape[]): JobShape[] {
  const known = new Map(items.map((job) => [job.id, job]));
  return listed.map((job) => newer(known.get(job.id) ?? job, job));
}

/** Jobs that have ended since: they were running before, or began and ended in the meantime. */
export function ended(before: readonly JobShape[], after: readonly JobShape[]): JobShape[] {
  const over = new Set(before.filter((job) => !isRunning(job)).map((job) => job.id));
  return after.filter((job) => !isRunning(job) && !over.has(job.id));
}

const STATES: Record<JobShape['state'], string> = {
  queued: 'waiting',
  running: 'running',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The state of a job in a word. */
export function stateWord(job: JobShape): string {
  return job.cancelling && isRunning(job) ? 'stopping' : STATES[job.state];
}

/** What is said when a job has ended. */
export function outcome(job: JobShape): string {
  if (job.state === 'succeeded') return `${job.title}: done${job.summary ? ` – ${job.summary}` : ''}.`;
  if (job.state === 'cancelled') return `${job.title}: cancelled.`;
  return `${job.title}: ${job.error ?? 'failed'}.`.replace(/\.\.$/, '.');
}

const PHASES: Record<string, string> = {
  read: 'reading',
  correlate: 'putting the graph together',
  write: 'writing the graph',
  extract: 'reading the graph',
  hunt: 'hunting',
};

/** How far a running job is, in words; nothing that is not known. */
export function progressWords(job: JobShape): string {
  const counted = job.unit === 'bytes' || job.unit === 'rows';
  return [
    job.state === 'queued' ? 'waits for its turn' : (PHASES[job.phase] ?? job.phase),
    counted && job.total > 0 ? `${amount(job, job.done)} of ${amount(job, job.total)}` : '',
    job.events ? `${count(job.events)} events` : '',
    counted && job.rate ? `${amount(job, job.rate)} per second` : '',
    // Less than a second is over before it is read.
    counted && job.eta !== null && job.eta >= 1 ? `about ${duration(job.eta * 1_000_000)} left` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

/** How much of a running job is done, from 0 to 1; undefined as long as that is not known. */
export function share(job: JobShape): number | undefined {
  return job.total > 1 ? Math.min(job.done / job.total, 1) : undefined;
}

function amount(job: JobShape, n: number): string {
  return job.unit === 'bytes' ? bytes(n) : `${count(Math.round(n))} rows`;
}

/** `12.3 MB` */
export function bytes(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let [value, at] = [n, 0];
  while (value >= 999.5 && at < units.length - 1) [value, at] = [value / 1000, at + 1];
  return `${at === 0 || value >= 99.95 ? count(Math.round(value)) : value.toFixed(1)} ${units[at]}`;
}
