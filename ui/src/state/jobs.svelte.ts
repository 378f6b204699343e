/** Long work on the server: what runs, how far it is, and the way to stop it. */
import { api, type JobShape } from '../api/client';
import { count } from '../time/format';
import { casework } from './casework.svelte';
import { ended, isRunning, outcome, withJob, withList } from './joblist';
import { live } from './live.svelte';
import { session } from './session.svelte';
import { workspace } from './workspace.svelte';

/** Milliseconds within which the end of a load and the change of the graph are told. */
const TOGETHER = 3000;

class Jobs {
  items: JobShape[] = $state.raw([]);
  readonly running: number = $derived(this.items.filter(isRunning).length);
  /** When a load ended that this page was told of; the change of the graph that comes with it is no news. */
  private loaded = 0;
  private mark: string | null = null;
  /** The list has come once: what ended before that is no news. */
  private listed = false;

  start(): void {
    live.start({
      jobs: (items) => {
        this.show(withList(this.items, items));
        this.listed = true;
      },
      job: (job) => this.take(job),
      graph: (mark) => void this.graphIs(mark),
    });
  }

  take(job: JobShape): void {
    this.show(withJob(this.items, job));
  }

  /** Begins long work; the stream tells the rest of it. */
  async begin(work: () => Promise<JobShape>): Promise<void> {
    const job = await workspace.run(work);
    if (job) this.take(job);
  }

  async cancel(job: JobShape): Promise<void> {
    const answer = await workspace.run(() => api.cancelJob(job.id));
    if (answer) this.take(answer);
  }

  private show(items: JobShape[]): void {
    const over = this.listed ? ended(this.items, items) : [];
    this.items = items;
    for (const job of over) this.finish(job);
  }

  private finish(job: JobShape): void {
    const mine = job.author === session.who?.name;
    if (job.kind === 'load') this.loaded = Date.now();
    if (mine) workspace.tell(outcome(job), job.state === 'failed');
    else if (job.kind === 'load' && job.state === 'succeeded')
      workspace.tell(`${job.author}: ${outcome(job)}`);
    if (!session.can('read')) return;
    // Also after a failure: what it had written stays.
    void workspace.renew();
    void casework.refresh();
  }

  /** Takes the mark of the server's graph: another one than before means that another graph is to be shown. */
  private async graphIs(mark: string): Promise<void> {
    const isLoading = this.items.some((job) => job.kind === 'load' && isRunning(job));
    const isNews = !isLoading && Date.now() - this.loaded > TOGETHER;
    const [before, known] = [this.mark, workspace.status];
    this.mark = mark;
    if (before === mark) return;
    // What was fetched before the first mark came may be older than it.
    if (before === null && (!known || isSame(known, await workspace.run(() => api.status())))) return;
    await workspace.renew();
    const more = Number(workspace.status?.events ?? 0) - Number(known?.events ?? 0);
    if (isNews && more > 0) workspace.tell(`${count(more)} more events are loaded; the page shows them.`);
    else if (isNews) workspace.tell('The graph has changed; the page shows it as it is now.');
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export const jobs = new Jobs();
