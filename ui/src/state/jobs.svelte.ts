/** Long work on the server: what runs, how far it is, and the way to stop it. */
import { api, type JobShape } from '../api/client';
import { casework } from './casework.svelte';
import { workspace } from './workspace.svelte';

const RUNNING = new Set(['queued', 'running']);

class Jobs {
  items: JobShape[] = $state.raw([]);
  readonly running: number = $derived(this.items.filter((job) => RUNNING.has(job.state)).length);
  private readonly watched = new Map<string, EventSource>();

  isRunning(job: JobShape): boolean {
    return RUNNING.has(job.state);
  }

  async start(): Promise<void> {
    const found = await workspace.run(() => api.jobs());
    this.items = found?.items ?? [];
    for (const job of this.items) if (this.isRunning(job)) this.watch(job.id);
  }

  take(job: JobShape): void {
    const known = this.items.some((other) => other.id === job.id);
    this.items = known
      ? this.items.map((other) => (other.id === job.id ? job : other))
      : [job, ...this.items];
  }

  /** Begins long work and follows it. */
  async begin(work: () => Promise<JobShape>): Promise<void> {
    const job = await workspace.run(work);
    if (!job) return;
    this.take(job);
    this.watch(job.id);
  }

  async cancel(job: JobShape): Promise<void> {
    const answer = await workspace.run(() => api.cancelJob(job.id));
    if (answer) this.take(answer);
  }

  private watch(id: string): void {
    if (this.watched.has(id)) return;
    const source = new EventSource(api.jobEvents(id));
    this.watched.set(id, source);
    source.addEventListener('progress', (event) => {
      this.take(JSON.parse((event as MessageEvent<string>).data) as JobShape);
    });
    source.addEventListener('end', () => {
      source.close();
      this.watched.delete(id);
      void this.ended(id);
    });
  }

  private async ended(id: string): Promise<void> {
    const job = this.items.find((one) => one.id === id);
    if (!job) return;
    workspace.tell(
      job.state === 'succeeded' ? `${job.title}: done.` : `${job.title}: ${job.error ?? job.state}.`,
      job.state === 'failed',
    );
    if (job.state !== 'succeeded') return;
    await workspace.renew();
    await casework.refresh();
  }
}

export const jobs = new Jobs();
