"""Finds and unpacks Base64 in text, to any depth, under msticpy's names: `unpack`, `unpack_items`, `unpack_df`.

Both alphabets are known. A token is taken as Base64 only if it decodes to text, to a known archive or to a known
kind of file; hashes and plain words stay as they are. Archives are opened in memory and within limits.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.toolbox._base64_text import decoded_bytes, text_of
from graphhunt.toolbox._frames import as_str, require_columns, whole
from graphhunt.toolbox._unpack_archives import archive_items, gzip_items, tar_items, zip_items

COLUMNS = (
    "reference", "original_string", "file_name", "file_type", "input_bytes", "decoded_string", "encoding_type",
    "file_hashes", "md5", "sha1", "sha256", "printable_bytes",
)  # fmt: skip
"""Columns of the result."""

LEAST = 8
"""Characters a token has at least."""

MAX_DEPTH = 12
MAX_ITEMS = 2000
MAX_SHOWN = 100_000

_TOKEN = re.compile(rf"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{{{LEAST},}}={{0,2}}(?![A-Za-z0-9+/_=-])")
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9+/]{76})\r?\n(?=[A-Za-z0-9+/]{4})")
_KINDS = (
    (b"MZ", "pe"), (b"\x7fELF", "elf"), (b"%PDF", "pdf"), (b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"),
    (b"\xd0\xcf\x11\xe0", "ole"), (b"Rar!", "rar"), (b"7z\xbc\xaf", "7z"),
)  # fmt: skip


def unpack(input_string: str | None, trace: bool = False, utf16: bool = False) -> tuple[str, pd.DataFrame]:
    """Decode every Base64 token of a text, and those inside what comes out.

    Args:
        input_string: The text; None counts as empty.
        trace: Accepted for compatibility.
        utf16: Prefer UTF-16 where bytes could be either; UTF-16 is recognised by itself too.

    Returns:
        The text with `<decoded type='…' name='…' index='…' depth='…'>…</decoded>` in place of each token, and a
        frame with a row for each decoded item (see `COLUMNS`); at most 2,000 items, 12 levels deep.
    """
    del trace
    rows: list[dict[str, Any]] = []
    text = _unpacked(whole(as_str(input_string)), (), rows, utf16)
    return text, pd.DataFrame(rows, columns=list(COLUMNS))


def unpack_df(data: pd.DataFrame, column: str, trace: bool = False, utf16: bool = False) -> pd.DataFrame:
    """Decode a column; the result's `src_index` names the row, `full_decoded_string` the whole text.

    Raises:
        UsageError: The frame has no such column.
    """
    require_columns(data, [column])
    del trace
    rows: list[dict[str, Any]] = []
    for index, value in data[column].items():
        found: list[dict[str, Any]] = []
        text = _unpacked(whole(value), (), found, utf16) if isinstance(value, str) else ""
        for row in found:
            row |= {"src_index": index, "src_column": column, "full_decoded_string": text}
        rows += found
    return pd.DataFrame(rows, columns=[*COLUMNS, "src_index", "src_column", "full_decoded_string"])


def unpack_items(
    input_string: str | None = None,
    data: pd.DataFrame | None = None,
    column: str | None = None,
    trace: bool = False,
    utf16: bool = False,
) -> Any:
    """Decode a text (see `unpack`) or a column of a frame (see `unpack_df`).

    Raises:
        UsageError: Neither a text nor a frame and column are given.
    """
    if input_string is not None:
        return unpack(input_string, trace, utf16)
    if data is None or column is None:
        raise UsageError("give input_string, or data and column")
    return unpack_df(data, column, trace, utf16)


def get_hashes(binary: bytes) -> dict[str, str]:
    """Give the MD5, SHA-1 and SHA-256 of bytes."""
    return {
        "md5": hashlib.md5(binary, usedforsecurity=False).hexdigest(),
        "sha1": hashlib.sha1(binary, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(binary).hexdigest(),
    }


def get_items_from_gzip(binary: bytes) -> tuple[str, dict[str, bytes]]:
    """Give the content of a gzip, as far as it isn't cut; a tar inside gives its members."""
    return "gzip", gzip_items(binary)


def get_items_from_zip(binary: bytes) -> tuple[str, dict[str, bytes]]:
    """Give the members of a zip; damaged and locked ones are left out."""
    return "zip", zip_items(binary)


def get_items_from_tar(binary: bytes) -> tuple[str, dict[str, bytes]]:
    """Give the plain files of a tar, whatever their modes."""
    return "tar", tar_items(binary)


def _unpacked(text: str, path: tuple[int, ...], rows: list[dict[str, Any]], utf16: bool) -> str:
    """Decode the tokens of one text; positions are those of the text itself."""
    text = _WRAPPED.sub("", text)
    out, last, number = [], 0, 0
    for match in _TOKEN.finditer(text):
        if len(rows) >= MAX_ITEMS or len(path) >= MAX_DEPTH:
            break
        binary = decoded_bytes(match.group())
        if binary is None or not _worth(binary):
            continue
        number += 1
        out += [text[last : match.start()], _item(binary, match.group(), ("unknown", (*path, number)), rows, utf16)]
        last = match.end()
    return "".join([*out, text[last:]])


def _worth(binary: bytes) -> bool:
    """Tell whether bytes are something: text, an archive or a known kind of file."""
    return archive_items(binary)[0] != "unknown" or _kind(binary) != "" or text_of(binary) is not None


def _kind(binary: bytes) -> str:
    if len(binary) < 16:
        return ""
    return next((kind for start, kind in _KINDS if binary.startswith(start)), "")


def _item(
    binary: bytes, original: str, place: tuple[str, tuple[int, ...]], rows: list[dict[str, Any]], utf16: bool
) -> str:
    """Write the row of one item and of what is in it; give what stands in the text in its place."""
    name, path = place
    kind, members = archive_items(binary)
    text = None if members else text_of(binary, utf16)
    said = "" if text is None else text.text[:MAX_SHOWN]
    coding = text.coding if text else kind if members else _kind(binary) or "binary"
    rows.append(_row(binary, original, (name, path, kind if members else _kind(binary) or "unknown"), (said, coding)))
    if len(path) >= MAX_DEPTH:
        inner = said
    elif members:
        parts = [
            _item(content, original, (member, (*path, i)), rows, utf16)
            for i, (member, content) in enumerate(members.items(), 1)
            if len(rows) < MAX_ITEMS
        ]
        inner = "".join(parts)
    else:
        inner = _unpacked(said, path, rows, utf16) if text else binary[:200].hex(" ")
    index = ".".join(map(str, path))
    return f"<decoded type='{coding}' name='{name}' index='{index}' depth='{len(path)}'>{inner}</decoded>"


def _row(binary: bytes, original: str, item: tuple[str, tuple[int, ...], str], text: tuple[str, str]) -> dict[str, Any]:
    name, path, kind = item
    hashes = get_hashes(binary)
    values = (
        f"({', '.join(map(str, path))})",
        original,
        name,
        kind,
        binary,
        text[0],
        text[1],
        hashes,
        *hashes.values(),
    )
    return dict(zip(COLUMNS, (*values, binary[:1000].hex(" ")), strict=True))


_settings = {"trace": False, "utf16": False}


def GET_TRACE(trace: bool | None = None) -> bool:  # noqa: N802 - msticpy's name
    """Get, or set, the remembered choice of tracing; kept for compatibility."""
    return _remembered("trace", trace)


def GET_UTF16(utf16: bool | None = None) -> bool:  # noqa: N802 - msticpy's name
    """Get, or set, the remembered choice of UTF-16; kept for compatibility."""
    return _remembered("utf16", utf16)


def _remembered(name: str, value: bool | None) -> bool:
    if value is not None:
        _settings[name] = value
    return _settings[name]
