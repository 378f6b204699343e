"""What `msticpy.data.data_providers` has for stored queries; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.data_providers import QueryProvider

__all__ = [
    "QueryProvider",
]
