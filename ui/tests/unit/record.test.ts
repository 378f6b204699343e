import { render } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import RecordText from '../../src/panels/RecordText.svelte';

const show = (text: string, indented: boolean): HTMLElement =>
  render(RecordText, { text, indented }).container.querySelector('pre')!;

describe('the text of a record', () => {
  test.each([
    [
      'XML',
      '<Event xmlns="e"><System><EventRecordID>18446744073709551615</EventRecordID></System>\r\n</Event>',
    ],
    [
      'key=value',
      'type=USER_LOGIN msg=audit(1600000000.123:9007199254740993): pid=1 acct="a\\"b"  res=success',
    ],
    ['CSV', '2020-09-20,alpha,"a ""quoted"", cell",9223372036854775807,,'],
    ['syslog', 'Sep 20 16:16:56 web sshd[1]: Accepted password for root from 10.0.0.1 port 50000 ssh2'],
    ['half of JSON', '{"a": 9223372036854775807, "a": "\\ud800'],
    ['two values', '{"a":1}\n{"a":2}'],
    ['markup', '</pre><img src=x onerror=alert(1)>'],
    ['nothing', ''],
    ['hidden', 'a\u202e\u0000\u001b[31mb\u200f'],
  ])('%s is shown as it is, laid out or not', (_, text) => {
    expect(show(text, true).textContent).toBe(text);
    expect(show(text, false).textContent).toBe(text);
  });

  test('JSON is coloured by kind and indented between its values only', () => {
    const text = '{"n":9223372036854775807,"n":"\\u0041\u202e","w":[null]}';
    expect(show(text, false).textContent).toBe(text);
    const pre = show(text, true);
    expect(pre.textContent).toBe(
      '{\n  "n": 9223372036854775807,\n  "n": "\\u0041\u202e",\n  "w": [\n    null\n  ]\n}',
    );
    const of = (kind: string): (string | null)[] =>
      [...pre.querySelectorAll(`:scope > .${kind}`)].map((one) => one.textContent);
    expect(of('key')).toEqual(['"n"', '"n"', '"w"']);
    expect(of('number')).toEqual(['9223372036854775807']);
    expect(of('string')).toEqual(['"\\u0041\u202e"']);
    expect(of('word')).toEqual(['null']);
    expect([...pre.querySelectorAll<HTMLElement>('.hidden')].map((one) => one.dataset.code)).toEqual([
      'U+202E',
    ]);
  });

  test('a record of many pieces is plain, and whole', () => {
    const text = `[${Array.from({ length: 30_000 }, (_, n) => n).join(',')}]`;
    expect(show(text, true).textContent).toBe(text);
  });
});
