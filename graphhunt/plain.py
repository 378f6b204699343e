"""Plain text: numbers with their nouns, and what somebody else wrote, made harmless for a line."""

from __future__ import annotations

_SAFE = {"\n", "\t"}
_DIRECTION = {0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def clean(value: object, *, lines: bool = False) -> str:
    """Give text without control characters; with `lines`, line breaks and tabs stay."""
    text = str(value)
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(c, lines=lines) for c in text)


def counted(number: int, noun: str) -> str:
    """Give a number with its noun, such as `1 hop` and `2,000 hops`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _shown(char: str, *, lines: bool) -> str:
    code = ord(char)
    if lines and char in _SAFE:
        return char
    if code < 0x20 or 0x7F <= code < 0xA0 or code in _DIRECTION or 0xD800 <= code < 0xE000 or code in (0x2028, 0x2029):
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return char
