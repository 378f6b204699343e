/** Which room of the page is open, and on what. */
import {
  changed,
  fragmentOf,
  placeFor,
  placeOf,
  type Place,
  type Room,
  type Story,
  type Wanted,
} from './place';

class Route {
  place: Place = $state.raw(placeOf(window.location.hash));
  private enter: (fragment: string, how: 'push' | 'replace') => void = () => undefined;

  get room(): Room {
    return this.place.room;
  }

  get story(): Story | null {
    return this.place.story;
  }

  get id(): string | null {
    return this.place.id;
  }

  get query(): URLSearchParams {
    return this.place.query;
  }

  /** Whoever writes the browser's history takes part in it from here. */
  begin(enter: (fragment: string, how: 'push' | 'replace') => void): void {
    this.enter = enter;
  }

  /** Reads the address again. */
  read(): void {
    this.place = placeOf(window.location.hash);
  }

  /** Opens a place; Back leads to the one before, unless `how` is `replace`. */
  go(wanted: Wanted, how: 'push' | 'replace' = 'push'): void {
    this.place = placeFor(wanted);
    this.enter(fragmentOf(wanted), how);
  }

  /** Changes how the open place is looked at, such as its `act`; an empty value takes one away. */
  ask(change: Record<string, string>, how: 'push' | 'replace' = 'replace'): void {
    this.go({ ...this.place, query: changed(this.query, change) }, how);
  }

  /** The address of a place, for a link. */
  link(wanted: Wanted): string {
    return fragmentOf(wanted);
  }
}

export const route = new Route();
