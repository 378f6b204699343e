/** The statements that a story offers about who somebody is. */
import { expect, test } from 'vitest';
import type { StatementShape } from '../../src/api/client';
import { apart, sameAs, stated } from '../../src/story/identity';

test('a spelling is told apart from another one of the same, never the only one', () => {
  const own = ['FS01', 'fs01.corp.example'];
  const said = { verdict: 'apart', entity: 'machine', reason: '' };
  expect(apart('machine', own, 'FS01')).toEqual({ ...said, a: 'fs01.corp.example', b: 'FS01' });
  expect(apart('machine', ['FS01'], 'FS01')).toBeNull();
});

test('another spelling is joined to this one, which keeps its name', () => {
  const said = { verdict: 'join', entity: 'account', reason: '' };
  expect(sameAs('user', 'S-1-5-21-1', ['CORP\\ann'], ' ann@corp ')).toEqual({
    ...said,
    a: 'CORP\\ann',
    b: 'ann@corp',
  });
  expect(sameAs('user', 'S-1-5-21-1', [], 'ann@corp').a).toBe('S-1-5-21-1');
});

test('statements in words', () => {
  const one = { verdict: 'split', a: 'FS01', b: null, start: '2026-01-01T00:00:00Z', end: null };
  expect(stated(one as unknown as StatementShape)).toBe('FS01 is another one from 2026-01-01T00:00:00Z');
});
