/**
 * JSON as it stands, cut into pieces that joined give the text back byte for byte. Nothing in here makes a value of
 * a piece, so nothing can change one: not a number of 64 bits, a key that stands twice, an escape or half a character.
 */

export type PieceKind =
  'key' | 'string' | 'number' | 'word' | 'open' | 'close' | 'comma' | 'colon' | 'space' | 'other';

export interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
}

const PIECES =
  /([ \t\r\n]+)|("[^"\\]*(?:\\[^][^"\\]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-]))|((?:true|false|null)(?![\w.+-]))|([{[])|([}\]])|(,)|(:)/y;
const KINDS: readonly PieceKind[] = ['space', 'string', 'number', 'word', 'open', 'close', 'comma', 'colon'];
/** What is passed over where no piece begins: a whole word, so that no sign of it is looked at twice. */
const OTHER = /[\w.+-]+|"[^]*|[^]/y;

/** Cuts a text into pieces; what is no JSON is in pieces of the kind `other`. */
export function pieces(text: string): Piece[] {
  const found: { kind: PieceKind; text: string }[] = [];
  for (let at = 0; at < text.length; at += found.at(-1)!.text.length) {
    PIECES.lastIndex = OTHER.lastIndex = at;
    const match = PIECES.exec(text);
    if (!match) {
      found.push({ kind: 'other', text: OTHER.exec(text)![0] });
      continue;
    }
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)]!;
    if (kind === 'colon') markKey(found);
    found.push({ kind, text: match[0] });
  }
  return found;
}

function markKey(found: { kind: PieceKind; text: string }[]): void {
  let at = found.length - 1;
  if (found[at]?.kind === 'space') at -= 1;
  const before = found[at];
  if (before?.kind === 'string') before.kind = 'key';
}

/** Whether a text is one JSON value, by its pieces; what stands inside its strings is not looked at. */
export function isJson(all: readonly Piece[]): boolean {
  const open: string[] = [];
  let wanted: 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'after' = 'value';
  for (const { kind, text } of all) {
    const top = open.at(-1);
    if (kind === 'space') continue;
    if (kind === 'other') return false;
    if (wanted === 'colon') {
      if (kind !== 'colon') return false;
      wanted = 'value';
    } else if (kind === 'key') {
      if (wanted !== 'key' && wanted !== 'key or end') return false;
      wanted = 'colon';
    } else if (kind === 'close') {
      const mayEnd = wanted === 'after' || wanted === 'value or end' || wanted === 'key or end';
      if (!mayEnd || top === undefined || (top === '{') !== (text === '}')) return false;
      open.pop();
      wanted = 'after';
    } else if (kind === 'comma') {
      if (wanted !== 'after' || top === undefined) return false;
      wanted = top === '{' ? 'key' : 'value';
    } else {
      if ((wanted !== 'value' && wanted !== 'value or end') || kind === 'colon') return false;
      wanted = 'after';
      if (kind === 'open') {
        open.push(text);
        wanted = text === '{' ? 'key or end' : 'value or end';
      }
    }
  }
  return wanted === 'after' && open.length === 0;
}

/**
 * The same pieces with the text's own space between them replaced by line breaks and indentation; kinds other than
 * `space` stay what they are, in their order.
 */
export function laidOut(all: readonly Piece[]): Piece[] {
  const solid = all.filter(({ kind }) => kind !== 'space');
  const found: Piece[] = [];
  let depth = 0;
  const line = (): void => void found.push({ kind: 'space', text: `\n${'  '.repeat(Math.min(depth, 40))}` });
  solid.forEach((piece, at) => {
    const { kind } = piece;
    const before = solid[at - 1]?.kind;
    if (kind === 'close') {
      depth -= 1;
      if (before !== 'open') line();
    } else if (before === 'open' || before === 'comma') line();
    else if (before === 'colon') found.push({ kind: 'space', text: ' ' });
    found.push(piece);
    if (kind === 'open') depth += 1;
  });
  return found;
}

/** A quick look: an integer of sixteen digits or more stands where a value stands. */
const MAY_BE_LONG = /(?:^|[[:,\s])-?\d{16,}(?:[\s,\]}]|$)/;
const LONG_INTEGER = /^-?\d{16,}$/;

/**
 * Reads JSON without changing a number: integers that this language's numbers can't hold come as their digits.
 *
 * Throws: SyntaxError, if the text is no JSON.
 */
export function parseExact(text: string): unknown {
  if (!MAY_BE_LONG.test(text)) return JSON.parse(text);
  const exact = pieces(text).map((piece) =>
    piece.kind === 'number' && LONG_INTEGER.test(piece.text) && !Number.isSafeInteger(Number(piece.text))
      ? `"${piece.text}"`
      : piece.text,
  );
  return JSON.parse(exact.join(''));
}
