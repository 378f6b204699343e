/** The part of the address that is no drawn graph: a room, and what is open in it. */

export const ROOMS = ['incidents', 'events', 'hosts', 'graph', 'data', 'report'] as const;
/** `typed` is the graph of an incident in columns, at an address within that of the graph. */
export type Room = (typeof ROOMS)[number] | 'typed';
/** Kinds of entities that have a story of their own, as the address names them. */
export const STORIES = ['machine', 'user', 'ip'] as const;
export type Story = (typeof STORIES)[number];

/** A room, what is open in it, and how it is looked at. */
export interface Place {
  room: Room;
  /** The kind of entity whose story is open, in the room of hosts. */
  story: Story | null;
  id: string | null;
  query: URLSearchParams;
}

/** What of a place somebody asks for; what isn't given is nothing. */
export type Wanted = {
  room: Room;
  story?: Story | null;
  id?: string | null;
  query?: URLSearchParams | Record<string, string>;
};

/** Reads a fragment. An address is anyone's text: what does not fit leads to the incidents. */
export function placeOf(fragment: string): Place {
  const text = fragment.replace(/^#/, '');
  if (/^[sv]=/.test(text)) return placeFor({ room: 'graph' });
  const [path = '', query = ''] = text.replace(/^\//, '').split(/\?(.*)/s, 2);
  const [first = '', ...rest] = path.split('/');
  const id = decoded(rest.join('/')) || null;
  const asked = new URLSearchParams(query);
  const story = STORIES.find((name) => name === first);
  if (story) return placeFor({ room: 'hosts', story: id ? story : null, id, query: asked });
  if (first === 'graph' && rest[0] === 'incident') {
    return placeFor({ room: 'typed', id: decoded(rest.slice(1).join('/')) || null, query: asked });
  }
  const room = ROOMS.find((name) => name === first) ?? 'incidents';
  return placeFor({ room, id, query: asked });
}

/** The fragment of a place. */
export function fragmentOf(wanted: Wanted): string {
  const { room, story, id, query } = placeFor(wanted);
  const name = room === 'typed' ? 'graph/incident' : room;
  const path = [story ?? name, ...(id === null ? [] : [encodeURIComponent(id)])].join('/');
  const asked = query.toString();
  return `#/${path}${asked ? `?${asked}` : ''}`;
}

export function placeFor({ room, story = null, id = null, query = {} }: Wanted): Place {
  return { room, story, id, query: new URLSearchParams(query) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** A query with other values; an empty value takes one away. */
export function changed(query: URLSearchParams, change: Record<string, string>): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(change)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}
