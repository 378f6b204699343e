/** The server's stream of what changes: jobs of everybody, and the graph, whoever wrote it. */
import { api, type JobShape } from '../api/client';
import { parseExact } from '../api/json';
import { session } from './session.svelte';

/** Milliseconds of silence after which a connection counts as dead: the server says something every ten seconds. */
const SILENCE = 30_000;
/** Milliseconds before the next try when the browser has given up. */
const AGAIN = 2000;
/** Milliseconds without a connection before the page says so. */
const QUIET = 4000;

export interface Listener {
  jobs(items: JobShape[]): void;
  job(job: JobShape): void;
  /** The graph is another one than what this mark stood for before. */
  graph(mark: string): void;
}

class Live {
  /** The server has not been heard for a while, so what the page shows may be old. */
  lost = $state(false);
  private source: EventSource | null = null;
  private listener: Listener | null = null;
  private heard = 0;
  private alarm: ReturnType<typeof setTimeout> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  start(listener: Listener): void {
    this.listener = listener;
    // A browser gives one server six connections, and a page that nobody sees needs none of them.
    document.addEventListener('visibilitychange', () => (document.hidden ? this.close() : this.open()));
    setInterval(() => this.listen(), 5000);
    if (!document.hidden) this.open();
  }

  private open(): void {
    this.close();
    const source = new EventSource(api.changes);
    this.source = source;
    this.heard = Date.now();
    const on = (name: string, take: (data: string) => void): void =>
      source.addEventListener(name, (event) => {
        this.heard = Date.now();
        this.found();
        take((event as MessageEvent<string>).data);
      });
    on('jobs', (data) => this.listener?.jobs((parseExact(data) as { items: JobShape[] }).items));
    on('job', (data) => this.listener?.job(parseExact(data) as JobShape));
    on('graph', (data) => this.listener?.graph((parseExact(data) as { mark: string }).mark));
    on('beat', () => undefined);
    source.addEventListener('error', () => {
      this.missed();
      if (source.readyState === EventSource.CLOSED) this.later();
    });
  }

  private close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  /** The browser gives up for good when it is refused; that may be for a moment, or because the session is over. */
  private later(): void {
    this.close();
    this.timer = setTimeout(() => void this.retry(), AGAIN);
  }

  private async retry(): Promise<void> {
    if (document.hidden || this.source || (await session.isOver())) return;
    this.open();
  }

  private found(): void {
    clearTimeout(this.alarm);
    this.alarm = undefined;
    this.lost = false;
  }

  /** Most connections that break are back before anybody has to know. */
  private missed(): void {
    this.alarm ??= setTimeout(() => (this.lost = true), QUIET);
  }

  /** A connection can die without a word, as when a computer sleeps. */
  private listen(): void {
    if (!this.source || Date.now() - this.heard < SILENCE) return;
    this.missed();
    this.open();
  }
}

export const live = new Live();
