/** How much is under way, kept on the page's root: tests wait for none of it, and so does the eye. */
let open = 0;

function show(change: number): void {
  open += change;
  document.documentElement.dataset.busy = String(open);
}

/** Counts the work in until it has ended, however it ends. */
export async function busyWhile<T>(work: Promise<T>): Promise<T> {
  show(1);
  try {
    return await work;
  } finally {
    show(-1);
  }
}
