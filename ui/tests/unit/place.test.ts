/** Addresses of rooms: written and read back, and anyone's text leads somewhere. */
import { expect, test } from 'vitest';
import { changed, fragmentOf, placeOf } from '../../src/state/place';

test('an empty address leads to the incidents', () => {
  for (const text of ['', '#', '#/', '#/nowhere', '#<script>'])
    expect(placeOf(text)).toMatchObject({ room: 'incidents', story: null });
});

test('a drawn state is of the graph', () => {
  for (const text of ['#s=%7B%7D', '#v=0123456789abcdef01234567', '#/graph'])
    expect(placeOf(text).room).toBe('graph');
});

test('the graph of an incident lies within the graph', () => {
  expect(placeOf('#/graph/incident/a%2Fb?at=x')).toMatchObject({ room: 'typed', id: 'a/b' });
  expect(fragmentOf({ room: 'typed', id: 'a/b' })).toBe('#/graph/incident/a%2Fb');
  expect(placeOf('#/graph/incident')).toMatchObject({ room: 'typed', id: null });
  expect(placeOf('#/graph').room).toBe('graph');
});

test('what is written is read back, whatever the id holds', () => {
  for (const id of ['plain', 'a/b?c#d', 'S-1-5-21', '%41', 'ü\u202e', ' '])
    for (const wanted of [
      { room: 'incidents' as const, id },
      { room: 'hosts' as const, story: 'machine' as const, id },
      { room: 'hosts' as const, story: 'user' as const, id, query: { since: '2020-01-01T00:00:00Z' } },
    ]) {
      const read = placeOf(fragmentOf(wanted));
      expect(read).toMatchObject({ room: wanted.room, story: wanted.story ?? null, id });
      expect(Object.fromEntries(read.query)).toEqual(wanted.query ?? {});
    }
});

test('a story without an id is the list', () => {
  expect(placeOf('#/machine')).toMatchObject({ room: 'hosts', story: null, id: null });
});

test('text that is no address of ours is none', () => {
  expect(placeOf('#/machine/%E0%A4%A')).toMatchObject({ room: 'hosts', story: null, id: null });
  expect(placeOf('#/events?q=a=b&q').query.get('q')).toBe('a=b');
});

test('an empty value takes a wish away', () => {
  const query = new URLSearchParams('act=1&q=x');
  expect(changed(query, { act: '', q: 'y', n: '2' }).toString()).toBe('q=y&n=2');
  expect(query.toString()).toBe('act=1&q=x');
});
