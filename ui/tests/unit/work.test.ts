/** What is sent of the form of an incident, and how a statement is told. */
import { expect, test } from 'vitest';
import type { ChangeShape, WorkShape } from '../../src/api/client';
import { changed, progress, told } from '../../src/incident/work';

const work = {
  name: 'Spring',
  assignee: null,
  status: 'in_work',
  verdict: 'benign',
  note: 'ours',
} as unknown as WorkShape;

test('only what differs is sent, and a verdict takes its note along', () => {
  const same = { name: ' Spring ', assignee: '', status: 'in_work', verdict: 'benign', note: 'ours' };
  expect(changed(work, same)).toEqual({});
  expect(changed(work, { ...same, name: '' })).toEqual({ name: '' });
  expect(changed(work, { ...same, verdict: 'malicious' })).toEqual({ verdict: 'malicious', note: 'ours' });
  expect(changed(work, { ...same, verdict: '', note: '' })).toEqual({ verdict: '', note: '' });
});

test('how far the work is, and what was said, in words', () => {
  expect(progress(work)).toBe('in work');
  expect(progress({ ...work, status: 'new', assignee: 'ann' })).toBe('ann');
  const change = { said: { status: 'in_work', name: '' } } as unknown as ChangeShape;
  expect(told(change)).toEqual(['status: in work', 'no name']);
});
