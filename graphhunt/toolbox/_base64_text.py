"""What a Base64 token decodes to, and what bytes say as text."""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple

_HEX = re.compile(r"[0-9a-fA-F]+")


class _Text(NamedTuple):
    """What bytes say as text, and how they are coded."""

    text: str
    coding: str


def decoded_bytes(token: str) -> bytes | None:
    """Decode one token of either alphabet; None for what isn't Base64, such as a hash."""
    bare = token.rstrip("=")
    if _HEX.fullmatch(bare) or len(bare) % 4 == 1 or (set(bare) & set("+/") and set(bare) & set("-_")):
        return None
    plain = bare.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def text_of(binary: bytes, utf16: bool = False) -> _Text | None:
    """Read bytes as text: UTF-16 where every other byte is nought or a mark says so, else UTF-8.

    Args:
        binary: The bytes.
        utf16: Take UTF-16 wherever it gives printable ASCII or Latin text, too.
    """
    if len(binary) >= 4 and len(binary) % 2 == 0:
        marked = binary[:2] == b"\xff\xfe"
        zeros = binary[1::2].count(0) / (len(binary) // 2)
        if marked or zeros > (0.3 if utf16 else 0.6):
            wide = _readable(binary[2:] if marked else binary, "utf-16-le")
            if wide is not None:
                return _Text(wide, "utf-16")
    narrow = _readable(binary, "utf-8")
    return None if narrow is None else _Text(narrow, "utf-8")


def _readable(binary: bytes, coding: str) -> str | None:
    try:
        text = binary.decode(coding)
    except UnicodeDecodeError:
        return None
    fine = len(text) if text.isprintable() else sum(c.isprintable() or c in "\r\n\t" for c in text)
    return text if text and fine >= 0.95 * len(text) else None
