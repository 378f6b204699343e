"""Writes a small database in the MaxMind format: https://maxmind.github.io/MaxMind-DB/ (version 2.0, IPv4, 24 bits)."""

from __future__ import annotations

import ipaddress
import struct
from pathlib import Path
from typing import Any

_SEPARATOR = bytes(16)


def write_mmdb(file: Path, records: dict[str, Any]) -> Path:
    """Write a database of records by network."""
    nodes: list[list[int | str | None]] = [[None, None]]
    for text in records:
        network = ipaddress.IPv4Network(text)
        at = 0
        for place in range(network.prefixlen):
            bit = int(network.network_address) >> (31 - place) & 1
            if place == network.prefixlen - 1:
                nodes[at][bit] = text
                break
            following = nodes[at][bit]
            if following is None:
                nodes.append([None, None])
                nodes[at][bit] = following = len(nodes) - 1
            assert isinstance(following, int)
            at = following
    data, offsets = b"", {}
    for text, record in records.items():
        offsets[text] = len(data)
        data += _value(record)

    def pointer(item: int | str | None) -> bytes:
        number = len(nodes) if item is None else item if isinstance(item, int) else len(nodes) + 16 + offsets[item]
        return number.to_bytes(3, "big")

    tree = b"".join(pointer(left) + pointer(right) for left, right in nodes)
    metadata = {
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "ip_version": 4,
        "database_type": "Test-City", "description": {"en": "made by a test"}, "languages": ["en"],
        "node_count": len(nodes), "record_size": 24,
    }  # fmt: skip
    file.write_bytes(tree + _SEPARATOR + data + b"\xab\xcd\xefMaxMind.com" + _value(metadata))
    return file


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        text = value.encode()
        return _head(2, len(text)) + text
    if isinstance(value, float):
        return _head(3, 8) + struct.pack(">d", value)
    if isinstance(value, int):
        number = value.to_bytes(4, "big").lstrip(b"\0")
        return _head(6, len(number)) + number
    if isinstance(value, list):
        return bytes([len(value), 11 - 7]) + b"".join(map(_value, value))
    return _head(7, len(value)) + b"".join(_value(key) + _value(each) for key, each in value.items())


def _head(kind: int, size: int) -> bytes:
    return bytes([kind << 5 | size]) if size < 29 else bytes([kind << 5 | 29, size - 29])
