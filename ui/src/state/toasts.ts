/** What the page has said: the newest messages for a while, errors until somebody closes them, all of it in a log. */

/** Milliseconds after which a message leaves by itself. */
export const STAY = 6000;
/** Messages on the page at once. */
export const MOST = 3;
/** Messages that the log keeps. */
export const LOGGED = 100;

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly error: boolean;
  /** When it was said, milliseconds since 1970. */
  readonly at: number;
}

/** The messages with a new one: where there are too many the oldest leaves, an error last. */
export function withToast(shown: readonly Toast[], next: Toast): Toast[] {
  const all = [...shown.filter((one) => one.text !== next.text), next];
  while (all.length > MOST) {
    const oldest = all.findIndex((one) => !one.error && one !== next);
    all.splice(oldest < 0 ? 0 : oldest, 1);
  }
  return all;
}

/** The messages that are still to be shown at a time. */
export function staying(shown: readonly Toast[], now: number): Toast[] {
  return shown.filter((one) => one.error || now - one.at < STAY);
}
