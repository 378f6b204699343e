/** Who is signed in and what they may do. */
import { api, ApiError, type SessionShape } from '../api/client';
import { workspace } from './workspace.svelte';

type Scope = SessionShape['scopes'][number];

class Session {
  who: SessionShape | null = $state.raw(null);

  async start(): Promise<void> {
    this.who = await workspace.run(() => api.session());
  }

  /** Whether the page may offer something; the server decides again. Until it is known, everything is offered. */
  can(scope: Scope): boolean {
    return this.who === null || this.who.scopes.includes(scope);
  }

  /** Whether the session is over; a server that doesn't answer is no end of it. */
  async isOver(): Promise<boolean> {
    await api.session().catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) workspace.signedOut = true;
    });
    return workspace.signedOut;
  }

  /** Signs in and begins with the address as it is, so that a shared link still leads where it pointed. */
  async signIn(name: string, password: string): Promise<void> {
    await api.signIn(name, password);
    window.location.reload();
  }

  async signOut(): Promise<void> {
    await workspace.run(() => api.signOut());
    window.location.reload();
  }
}

export const session = new Session();
