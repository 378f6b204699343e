/** What this browser prefers to see; kept here, never part of an investigation. */
const STORE = 'graphhunt.local-time';

class Preferences {
  /** Also show times in the browser's own zone; UTC is always shown. */
  local = $state(typeof localStorage !== 'undefined' && localStorage.getItem(STORE) === '1');

  setLocal(wanted: boolean): void {
    this.local = wanted;
    localStorage.setItem(STORE, wanted ? '1' : '0');
  }
}

export const prefs = new Preferences();
