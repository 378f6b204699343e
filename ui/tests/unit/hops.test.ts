import { expect, test } from 'vitest';
import { drawnHop } from '../../src/state/hops';
import { EMPTY } from '../../src/state/state';
import { decode, encode } from '../../src/state/url';
import type { Hop } from '../../src/api/client';

const HOP: Hop = {
  from: 'WS1',
  to: 'SRV1',
  user: 'ada',
  logon_type: 3,
  technique: 'T1047',
  start: '2026-03-02T09:00:00.000000Z',
  end: null,
  logon_id: '0x1',
  evidence: ['e1'],
  technique_against: ['a service was installed'],
  alternatives: ['T1569.002 service execution (3 points)'],
  cause_how: 'process',
  cause_reason: 'evil.exe opened the connection',
  cause_proved: true,
  credential_switch: true,
};

test('a hop keeps what led to it, what speaks against its technique and what else it may have been', () => {
  const drawn = drawnHop(HOP, 0);
  expect(drawn.cause).toEqual({ text: 'evil.exe opened the connection', how: 'proved', switched: true });
  expect(drawn.against).toEqual(['a service was installed']);
  expect(drawn.others).toEqual(['T1569.002 service execution (3 points)']);
  const state = { ...EMPTY, path: [drawn] };
  expect(decode(encode(state))).toEqual(state);
});

test('where nothing is known of what led to a hop, nothing is said', () => {
  const drawn = drawnHop({ ...HOP, cause_how: 'none', technique_against: [], alternatives: [] }, 0);
  expect([drawn.cause, drawn.against, drawn.others]).toEqual([undefined, undefined, undefined]);
  expect(drawnHop({ ...HOP, cause_proved: false }, 0).cause?.how).toBe('inferred');
});

test('a hop of an address that is not what the page writes is left out', () => {
  const path = [{ ...drawnHop(HOP, 0), cause: 'x' }];
  expect(decode(JSON.stringify({ path })).path).toEqual([]);
});
