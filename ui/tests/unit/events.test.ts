import { describe, expect, it } from 'vitest';
import type { RecordItem } from '../../src/api/client';
import {
  around,
  cells,
  clause,
  clauses,
  csv,
  fieldColumns,
  jsonLines,
  lines,
  minutesOf,
  narrowed,
  within,
  without,
} from '../../src/events/query';

const item = (given: Partial<RecordItem> = {}): RecordItem => ({
  event_id: 'a'.repeat(32),
  time: '2020-09-20T16:16:56.000000Z',
  machine: 'WORKSTATION6',
  code: 'Security/4697',
  account: 'pgustavo',
  session: '0x2990d17',
  fields: { ServiceName: 'Updater' },
  mapped: true,
  lead: [],
  group: null,
  ...given,
});

describe('clauses', () => {
  it('keeps together what is in quotes', () => {
    expect(clauses('a  -b|"c d" f:"x ""y"" z" 4697')).toEqual(['a', '-b|"c d"', 'f:"x ""y"" z"', '4697']);
  });
  it('quotes a value that could be read as something else', () => {
    expect(clause({ field: 'account', value: 'NETWORK SERVICE' })).toBe('account:"NETWORK SERVICE"');
    expect(clause({ field: 'f', value: 'a"b' })).toBe('f:"a""b"');
    expect(clause({ field: 'f', value: '>5' })).toBe('f:">5"');
    expect(clause({ field: 'Image', value: 'C:\\x\\y.exe' })).toBe('Image:C:\\x\\y.exe');
  });
  it('puts one in once, and takes its opposite out', () => {
    const cell = { field: 'code', value: 'Sysmon/5' };
    expect(narrowed('whoami', cell, true)).toBe('whoami -code:Sysmon/5');
    expect(narrowed('whoami -code:Sysmon/5', cell, true)).toBe('whoami -code:Sysmon/5');
    expect(narrowed('-code:Sysmon/5 whoami', cell, false)).toBe('whoami code:Sysmon/5');
    expect(without('a b "c d"', '"c d"')).toBe('a b');
  });
  it('asks around a record, and knows by how much', () => {
    const query = around(item(), 10);
    expect(query).toBe('host:WORKSTATION6 around:2020-09-20T16:16:56.000000Z±10m');
    expect(minutesOf(query)).toBe(10);
    expect(minutesOf('whoami')).toBeNull();
    expect(within(`${query} whoami since:2020-01-01`, 'A', 'B')).toBe(
      'host:WORKSTATION6 whoami since:A until:B',
    );
  });
});

describe('rows', () => {
  const many = [
    item({ group: 0 }),
    item({ group: 0, fields: { ServiceName: 'x', Image: 'y' } }),
    item({ group: 1 }),
  ];
  it('have a head for each session, and are gone under a closed one', () => {
    expect(
      lines(many, true, new Set(['0'])).map((line) => ('head' in line ? line.head : line.index)),
    ).toEqual(['0', '1', 2]);
    expect(lines(many, false, new Set()).length).toBe(3);
  });
  it('have the fields of most records as columns', () => {
    expect(fieldColumns(many)).toEqual(['ServiceName']);
  });
  it('can be asked for by each cell but the time', () => {
    expect(cells(item({ account: null }))).toEqual([
      null,
      { field: 'host', value: 'WORKSTATION6' },
      { field: 'code', value: 'Security/4697' },
      null,
      { field: 'session', value: '0x2990d17' },
      { field: 'ServiceName', value: 'Updater' },
    ]);
  });
});

describe('files', () => {
  it('disarm formulas and keep every field', () => {
    const text = csv([item({ fields: { 'a"b': '=1+1', K: '-9214364837600034816' } })]);
    const [head, row] = text.split('\r\n');
    expect(head).toContain('"a""b","K"');
    expect(row).toContain(`"'=1+1","'-9214364837600034816"`);
  });
  it('are one record a line', () => {
    const text = jsonLines([
      item(),
      item({ fields: { n: '9007199254740993', 'U\u202e': '<img onerror=x>' } }),
    ]);
    expect(text.split('\n')).toHaveLength(3);
    expect(JSON.parse(text.split('\n')[1]!).fields.n).toBe('9007199254740993');
  });
});
