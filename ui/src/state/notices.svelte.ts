/** What the page has to say, now and before. */
import { LOGGED, STAY, staying, withToast, type Toast } from './toasts';

class Notices {
  shown: readonly Toast[] = $state.raw([]);
  log: readonly Toast[] = $state.raw([]);
  private last = 0;

  tell(text: string, error = false): void {
    const toast = { id: (this.last += 1), text, error, at: Date.now() };
    this.shown = withToast(this.shown, toast);
    this.log = [toast, ...this.log].slice(0, LOGGED);
    if (!error) setTimeout(() => (this.shown = staying(this.shown, Date.now())), STAY);
  }

  close(toast: Toast): void {
    this.shown = this.shown.filter((one) => one.id !== toast.id);
  }
}

export const notices = new Notices();
