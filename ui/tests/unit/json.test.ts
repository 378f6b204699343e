import { describe, expect, test } from 'vitest';
import { isJson, laidOut, parseExact, pieces, type Piece } from '../../src/api/json';
import { codeOf, parts } from '../../src/api/visible';

const joined = (all: readonly { text: string }[]): string => all.map(({ text }) => text).join('');
const solid = (all: readonly Piece[]): Piece[] => all.filter(({ kind }) => kind !== 'space');

/** A generator of random numbers whose seed is named when a case fails. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const NUMBERS = [
  '9223372036854775807',
  '-9223372036854775808',
  '18446744073709551616',
  '9007199254740993',
  '0',
  '-0',
  '1.0',
  '1e400',
  '-1.50E-007',
  '0.1000000000000000055511151231257827',
  '1' + '0'.repeat(400),
];
const STRINGS = [
  '""',
  '"a"',
  '"\\u0041\\n\\/\\\\"',
  '"\\ud800"',
  '"\ud800"',
  '"a\\"b"',
  '"é\u202e\u200b☃😀"',
  '"{[,:]}"',
  '"9223372036854775807"',
  '" 9223372036854775807 "',
];
const SPACES = ['', '', ' ', '\n', '\t', '\r\n', '   '];

function value(pick: (below: number) => number, depth: number): string {
  const space = (): string => SPACES[pick(SPACES.length)]!;
  const kind = pick(depth > 0 ? 6 : 3);
  if (kind === 0) return NUMBERS[pick(NUMBERS.length)]!;
  if (kind === 1) return STRINGS[pick(STRINGS.length)]!;
  if (kind === 2) return ['true', 'false', 'null'][pick(3)]!;
  const items = Array.from({ length: pick(5) }, () => {
    const inner = space() + value(pick, depth - 1) + space();
    // Few keys, so that the same one comes twice.
    return kind < 5 ? `${space()}${STRINGS[pick(4)]!}${space()}:${inner}` : inner;
  });
  return (kind < 5 ? ['{', '}'] : ['[', ']']).join(items.join(',') || space());
}

describe('pieces of JSON', () => {
  test('joined are the text, indented or not, for 3,000 random values', () => {
    for (let seed = 1; seed <= 3000; seed += 1) {
      const pick = random(seed);
      const text = SPACES[pick(SPACES.length)]! + value(pick, 4) + SPACES[pick(SPACES.length)]!;
      const all = pieces(text);
      expect(joined(all), `seed ${seed}`).toBe(text);
      expect(isJson(all), `seed ${seed}: ${text}`).toBe(true);
      expect(solid(laidOut(all)), `seed ${seed}`).toEqual(solid(all));
    }
  });

  test('joined are the text, for 3,000 texts that are damaged', () => {
    for (let seed = 1; seed <= 3000; seed += 1) {
      const pick = random(seed);
      const whole = value(pick, 4);
      const at = pick(whole.length + 1);
      const signs = '"\\{}[],:0x\u202e ';
      const text = whole.slice(0, at) + signs[pick(signs.length)]! + whole.slice(at + pick(3));
      expect(joined(pieces(text)), `seed ${seed}`).toBe(text);
    }
  });

  test.each([
    '',
    '<Event xmlns="a"><Id>9223372036854775807</Id></Event>',
    "type=LOGIN msg=audit(1600000000.123:99999999999999999999): pid=1 res=success'",
    '2020-09-20,alpha,"a ""quoted"" cell",9223372036854775807',
    '{"a":1',
    '{"a":1}}',
    '{"a" 1}',
    '{"a":1,}',
    '{1:2}',
    '[1,,2]',
    '{"a":tru}',
    '{"a":01}',
    '{"a":1}{"b":2}',
    '{a:1}',
    '"a":1',
    '"never ends',
    'NaN',
  ])('%s is no JSON, and stays as it is', (text) => {
    const all = pieces(text);
    expect(joined(all)).toBe(text);
    expect(isJson(all)).toBe(false);
  });

  test('are keys, values and signs', () => {
    expect(pieces('{"a" : [-1.5e3, "b"]}').map(({ kind, text }) => [kind, text])).toEqual([
      ['open', '{'],
      ['key', '"a"'],
      ['space', ' '],
      ['colon', ':'],
      ['space', ' '],
      ['open', '['],
      ['number', '-1.5e3'],
      ['comma', ','],
      ['space', ' '],
      ['string', '"b"'],
      ['close', ']'],
      ['close', '}'],
    ]);
  });

  test('are indented by hand the same', () => {
    const text = '{"id":9223372036854775807,"id":[1,{"x":{}}],"e":[]}';
    expect(joined(laidOut(pieces(text)))).toBe(
      `{
  "id": 9223372036854775807,
  "id": [
    1,
    {
      "x": {}
    }
  ],
  "e": []
}`,
    );
  });

  test('take time in proportion to the text', () => {
    const time = (text: string): number => {
      const begun = process.cpuUsage().user;
      pieces(text);
      return process.cpuUsage().user - begun;
    };
    for (const unit of ['"\\', '1', '"', '[', 'a.', '\\', '{"a":', '-']) {
      time(unit.repeat(20_000));
      const small = Math.max(time(unit.repeat(20_000)), 2000);
      // Eight times the text; a square would take 64 times as long.
      expect(time(unit.repeat(160_000)), unit).toBeLessThan(small * 30);
    }
  }, 60_000);
});

describe('reading numbers that are too long', () => {
  test.each([
    ['{"n":9223372036854775807}', { n: '9223372036854775807' }],
    ['{"n": -9223372036854775808 }', { n: '-9223372036854775808' }],
    [
      '[9007199254740991,9007199254740992,9007199254740993]',
      [9007199254740991, '9007199254740992', '9007199254740993'],
    ],
    ['18446744073709551616', '18446744073709551616'],
    [
      '{"s":"9223372036854775807","t":"a: 9223372036854775807, b"}',
      { s: '9223372036854775807', t: 'a: 9223372036854775807, b' },
    ],
    ['{"f":0.1234567890123456789,"i":1e21}', { f: 0.1234567890123456789, i: 1e21 }],
    ['{"a":[{"b":[12345678901234567890]}]}', { a: [{ b: ['12345678901234567890'] }] }],
    ['{"n":1}', { n: 1 }],
  ])('%s', (text, wanted) => {
    expect(parseExact(text)).toEqual(wanted);
  });

  test('anything else is read as ever', () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const text = value(random(seed), 3);
      if (!/\d{16}/.test(text)) expect(parseExact(text), `seed ${seed}`).toEqual(JSON.parse(text));
    }
    expect(() => parseExact('{"n":9223372036854775807')).toThrow(SyntaxError);
  });
});

describe('hidden characters', () => {
  test.each([
    ['\u202e', 'U+202E'],
    ['\u0000', 'U+0000'],
    ['\r', 'U+000D'],
    ['\u001b', 'U+001B'],
    ['\u200b', 'U+200B'],
    ['\u2066', 'U+2066'],
    ['\ufeff', 'U+FEFF'],
    ['\u00ad', 'U+00AD'],
    ['\ud800', 'U+D800'],
    ['\u{e0041}', 'U+E0041'],
  ])('%j is shown as %s', (char, code) => {
    expect(codeOf(char)).toBe(code);
    expect(parts(`a${char}b`)).toEqual([
      { text: 'a', code: null },
      { text: char, code },
      { text: 'b', code: null },
    ]);
  });

  test.each(['', 'plain', 'a\tb\nc', 'é☃😀', 'שלום'])('%j has none', (text) => {
    expect(parts(text)).toEqual(text ? [{ text, code: null }] : []);
  });

  test('joined, the parts are the text', () => {
    for (let seed = 1; seed <= 2000; seed += 1) {
      const pick = random(seed);
      const text = Array.from({ length: pick(30) }, () => String.fromCharCode(pick(0x10000))).join('');
      expect(joined(parts(text)), `seed ${seed}`).toBe(text);
    }
  });
});
