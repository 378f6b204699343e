/** What is being fetched and can be called off: its requests end, and with them the work the server does for them. */

/** Milliseconds after which reading counts as long. */
const LONG = 700;

/** The end of work that the analyst called off, not that something newer has taken the place of. */
const CALLED_OFF = new DOMException('Cancelled.', 'AbortError');

class Reading {
  /** Something has been read for long. */
  long = $state(false);
  private readonly calls = new Set<AbortController>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Does work that ends with the signal it is given: when it is called off, or when the caller's own signal ends it. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>, own?: AbortSignal): Promise<T> {
    const call = new AbortController();
    const end = (): void => call.abort();
    if (own?.aborted) end();
    own?.addEventListener('abort', end);
    this.calls.add(call);
    this.timer ??= setTimeout(() => (this.long = true), LONG);
    try {
      return await work(call.signal);
    } finally {
      own?.removeEventListener('abort', end);
      this.calls.delete(call);
      if (this.calls.size === 0) this.rest();
    }
  }

  cancel(): void {
    for (const call of this.calls) call.abort(CALLED_OFF);
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.long = false;
  }
}

export const reading = new Reading();

/** Whether an error is the end of work that nobody waits for any more. */
export function isOver(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Whether it is so because the analyst said so. */
export function isCalledOff(error: unknown): boolean {
  return error === CALLED_OFF;
}
