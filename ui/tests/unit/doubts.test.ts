import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import Doubts from '../../src/panels/Doubts.svelte';

const HOSTILE = '<img src=x onerror=alert(1)>';
const ONE = {
  kind: 'address_shared',
  subject: HOSTILE,
  time: '2026-03-02T09:00:00.000000Z',
  text: 'it passes to and fro between a, b: it names no machine then',
  evidence: ['e1'],
  repaired: false,
};

test('says how many doubts of each kind there are, and lists them once they are asked for', async () => {
  let asked = 0;
  const counts = { address_shared: { found: 150, repaired: 0 }, end_before_start: { found: 2, repaired: 2 } };
  const load = () => Promise.resolve((asked++, [ONE]));
  const { container } = render(Doubts, { counts, load });
  expect(screen.getByText('address shared')).toBeTruthy();
  expect(screen.getByText('2 (2 settled)')).toBeTruthy();
  expect(asked).toBe(0);
  await fireEvent(container.querySelector('details')!, new Event('toggle'));
  expect(await screen.findByText(ONE.text)).toBeTruthy();
  expect(container.querySelector('img')).toBeNull();
  expect(screen.getByText('52 more: graphhunt status --problems')).toBeTruthy();
  await fireEvent(container.querySelector('details')!, new Event('toggle'));
  expect(asked).toBe(1);
});

test('says nothing where nothing is doubted', () => {
  const { container } = render(Doubts, { counts: {}, load: () => Promise.resolve(null) });
  expect(container.querySelector('details')).toBeNull();
});
