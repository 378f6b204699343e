/** The report that is being written: what is added anywhere in the page goes to it. */
import { api, ApiError, type AddedKind } from '../api/client';
import { workspace } from '../state/workspace.svelte';

const STORE = 'graphhunt.report';

class Reports {
  /** The incident whose report was opened last; null as long as none was, which means the first of the list. */
  target: string | null = $state(sessionStorage.getItem(STORE));
  /** Counts up when something was added from elsewhere. */
  turn = $state(0);

  write(incident: string): void {
    if (this.target === incident) return;
    this.target = incident;
    sessionStorage.setItem(STORE, incident);
  }

  /** The first incident of the list; null where there is none. */
  async first(): Promise<string | null> {
    const found = await workspace.run(() => api.incidents());
    return found?.items[0]?.id ?? found?.below[0]?.id ?? null;
  }

  async add(kind: AddedKind, refs: readonly string[]): Promise<void> {
    const incident = this.target ?? (await this.first());
    if (incident === null) return workspace.tell('There is no incident to report on yet.', true);
    await workspace.run(async () => {
      try {
        await api.addReportItem(incident, kind, refs);
        this.write(incident);
      } catch (error) {
        // The incident of an older list; the report is that of the first one now.
        const other = error instanceof ApiError && error.status === 404 ? await this.first() : null;
        if (other === null || other === incident) throw error;
        await api.addReportItem(other, kind, refs);
        this.write(other);
      }
      this.turn += 1;
      workspace.tell(`Added to the report; Report shows it.`);
    });
  }
}

export const reports = new Reports();
