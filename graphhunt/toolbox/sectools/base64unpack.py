"""What `msticpy.sectools.base64unpack` has for Base64 and archives; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.base64unpack import (
    get_hashes,
    get_items_from_gzip,
    get_items_from_tar,
    get_items_from_zip,
    unpack,
    unpack_df,
    unpack_items,
)

__all__ = [
    "get_hashes",
    "get_items_from_gzip",
    "get_items_from_tar",
    "get_items_from_zip",
    "unpack",
    "unpack_df",
    "unpack_items",
]
