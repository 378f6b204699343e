"""The text of a record as people read it: without its format's marks, and with what an encoded command in it says."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING
from xml.sax.saxutils import unescape

from graphhunt.records.raw import MOST_FIELDS, read
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.toolbox.decoding import Decoded

ENCODED = r"""(?:^|[\s"'])[-/][eE][A-Za-z]{0,13}[\s:]+["']?[A-Za-z0-9+/]{16}"""
"""What a line with an encoded command has; others needn't be decoded."""


def told_by_fields(raw: str, fields: Mapping[str, str]) -> bool:
    """Tell whether the names and values of a record are all it says: not where its format has text beside them."""
    return 0 < len(fields) < MOST_FIELDS and raw[:64].lstrip()[:1] == "{"


def plain(raw: str, fields: Mapping[str, str]) -> str:
    """Give a record as people read it: without the marks that its format puts before signs."""
    if not fields or len(fields) >= MOST_FIELDS:
        return raw.replace("\\\\", "\\").replace("\\/", "/").replace('\\"', '"')
    if told_by_fields(raw, fields):
        return "\n".join(chain.from_iterable(fields.items()))
    return unescape(raw, {"&quot;": '"', "&apos;": "'"}) if "&" in raw else raw


def in_clear(line: str) -> Decoded | None:
    """Give what the encoded command in a line says; None if there is none that can be read."""
    found = decoded(line)
    return None if found is None or found.reason else found


def searched(raw: str) -> str:
    """Give all text in which a record is found, in lower case."""
    fields = read(raw, placed=True).fields
    lines = chain.from_iterable(value.split("\n") for value in fields.values())
    clear = (said.text for line in lines if (said := in_clear(line)))
    return "\n".join([plain(raw, fields), *clear]).lower()
