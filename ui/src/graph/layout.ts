/** Asks the layout worker for positions; only the newest request counts. */
export interface Point {
  x: number;
  y: number;
}

export interface LayoutRequest {
  id: number;
  mode: 'layered' | 'force';
  nodes: { key: string; at?: Point }[];
  edges: [string, string][];
}

export interface LayoutAnswer {
  id: number;
  positions: Record<string, Point>;
}

export class Layouts {
  private worker: Worker | null = null;
  private latest = 0;
  private waiting: ((answer: LayoutAnswer) => void) | null = null;

  /** Positions for a graph; null when a newer request has overtaken this one. */
  place(request: Omit<LayoutRequest, 'id'>): Promise<Record<string, Point> | null> {
    this.worker ??= this.open();
    const id = ++this.latest;
    this.waiting?.({ id: -1, positions: {} });
    return new Promise((resolve) => {
      this.waiting = (answer) => resolve(answer.id === id ? answer.positions : null);
      this.worker?.postMessage({ ...request, id });
    });
  }

  close(): void {
    this.worker?.terminate();
    this.worker = null;
  }

  private open(): Worker {
    const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = (event: MessageEvent<LayoutAnswer>) => {
      if (event.data.id !== this.latest) return;
      this.waiting?.(event.data);
      this.waiting = null;
    };
    // A worker that died answers nobody: whoever waits goes on without positions, and the next call opens another.
    worker.onerror = () => {
      this.close();
      this.waiting?.({ id: -1, positions: {} });
      this.waiting = null;
    };
    return worker;
  }
}
