/** Characters that hide, move or turn round what stands beside them, and how they are shown instead. */

const RANGES: readonly [number, number][] = [
  [0x00, 0x08], // controls but tab and line feed
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad], // soft hyphen
  [0x34f, 0x34f], // joiners, fillers and selectors that take no room
  [0x61c, 0x61c], // marks of direction, here and below
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff], // halves of a character
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff], // tags
];
const point = (code: number): string => `\\u{${code.toString(16)}}`;
const HIDDEN = new RegExp(`[${RANGES.map(([from, to]) => `${point(from)}-${point(to)}`).join('')}]`, 'gu');

export interface Part {
  readonly text: string;
  /** What to show for a character that would not be seen; null for plain text. */
  readonly code: string | null;
}

/** `U+202E` */
export function codeOf(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Cuts a text at its hidden characters; joined, the parts are the text. */
export function parts(text: string): Part[] {
  const found: Part[] = [];
  let from = 0;
  for (const { index, 0: char } of text.matchAll(HIDDEN)) {
    if (index > from) found.push({ text: text.slice(from, index), code: null });
    found.push({ text: char, code: codeOf(char) });
    from = index + char.length;
  }
  if (from < text.length) found.push({ text: text.slice(from), code: null });
  return found;
}
