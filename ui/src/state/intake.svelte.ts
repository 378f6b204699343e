/** Files on their way to the server, wherever on the page they were dropped or chosen, and their load after. */
import { api } from '../api/client';
import { upload } from '../api/upload';
import { jobs } from './jobs.svelte';
import { session } from './session.svelte';
import { workspace } from './workspace.svelte';

/** How far the sending is: the file under way, bytes of all files, and which file of how many it is. */
export interface Sending {
  name: string;
  sent: number;
  total: number;
  file: number;
  files: number;
}

class Intake {
  sending: Sending | null = $state.raw(null);

  get allowed(): boolean {
    return session.can('load') && this.sending === null;
  }

  /** Sends files one after the other, then has the server load those that came through as one job. */
  async take(files: readonly File[]): Promise<void> {
    if (!files.length || !this.allowed) return;
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const ids: string[] = [];
    let before = 0;
    try {
      for (const [at, file] of files.entries()) {
        const told = (sent: number): void => {
          this.sending = {
            name: file.name,
            sent: before + Math.min(sent, file.size),
            total,
            file: at + 1,
            files: files.length,
          };
        };
        told(0);
        const kept = await workspace.run(() => upload(file, told));
        if (kept) ids.push(kept.id);
        before += file.size;
      }
    } finally {
      this.sending = null;
    }
    if (ids.length) await jobs.begin(() => api.load(ids));
  }
}

export const intake = new Intake();

/** Gives the files of a drop, those in dropped folders too. */
export async function dropped(data: DataTransfer): Promise<File[]> {
  // Both lists are empty once the event is over, so that everything is taken from them at once.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = [...data.files];
  if (!entries.some((entry) => entry.isDirectory)) return files;
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    // A reader gives a hundred entries at a time, and none when there are no more.
    const part = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (!part.length) return found;
    found.push(...(await Promise.all(part.map(filesOf))).flat());
  }
}
