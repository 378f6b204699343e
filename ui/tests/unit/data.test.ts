import { describe, expect, test } from 'vitest';
import { byChannel, channels, kept, rejected } from '../../src/data/accounting';
import { STAY, staying, withToast, type Toast } from '../../src/state/toasts';

const toast = (id: number, error = false, at = 0): Toast => ({ id, text: `message ${id}`, error, at });
const ids = (list: readonly Toast[]): number[] => list.map((one) => one.id);

describe('messages', () => {
  test('one leaves after six seconds, an error stays', () => {
    const shown = [toast(1), toast(2, true)];
    expect(STAY).toBe(6000);
    expect(ids(staying(shown, 5999))).toEqual([1, 2]);
    expect(ids(staying(shown, 6000))).toEqual([2]);
  });

  test('three stand at once; the oldest leaves, an error last', () => {
    expect(ids([2, 3, 4].reduce((all, id) => withToast(all, toast(id)), [toast(1)]))).toEqual([2, 3, 4]);
    expect(ids([2, 3, 4].reduce((all, id) => withToast(all, toast(id)), [toast(1, true)]))).toEqual([
      1, 3, 4,
    ]);
    const errors = [1, 2, 3].map((id) => toast(id, true));
    expect(ids(withToast(errors, toast(4)))).toEqual([2, 3, 4]);
  });

  test('what is said again is said once', () => {
    expect(ids(withToast([toast(1), toast(2)], { ...toast(3), text: 'message 1' }))).toEqual([2, 3]);
  });
});

describe('what became of the records', () => {
  test('kinds without a rule are named by their kind, the commonest first', () => {
    const rows = kept({
      skipped: { 'unmapped: Security/4658': 3868, 'handle request': 1998 },
      evidence_only: { 'a script’s text': 15045 },
    });
    expect(rows).toEqual([
      { what: 'evidence only', records: 15045, why: 'a script’s text' },
      { what: 'Security/4658', records: 3868, why: 'no rule for this kind' },
      { what: 'skipped', records: 1998, why: 'handle request' },
    ]);
    expect(kept({})).toEqual([]);
  });

  test('what was rejected names its first place', () => {
    const found = { rejected: { 'no time': { records: 2, file: 'a.json', position: 'line 3' } } };
    expect(rejected(found)[0]?.why).toBe('no time; the first is line 3 of a.json');
  });

  test('the channels with the most records become columns', () => {
    const machines = [
      {
        channels: [
          { channel: 'System', events: 1 },
          { channel: 'Sysmon', events: 9 },
        ],
      },
      {
        channels: [
          { channel: 'Security', events: 5 },
          { channel: 'System', events: 5 },
        ],
      },
    ];
    expect(channels(machines, 2)).toEqual(['Sysmon', 'System']);
    const shells = [
      { channel: 'PowerShell', events: 2 },
      { channel: 'WindowsPowerShell', events: 3 },
    ];
    expect([...byChannel(shells)]).toEqual([['PowerShell', 5]]);
  });
});
