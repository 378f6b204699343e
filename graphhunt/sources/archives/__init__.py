"""Bounded archives: files, folders, .zip, .tar, .gz, .zst, .xz and .bz2 become plain sources, one at a time.

Members are written under made-up names into a private folder, so no name in an archive can lead anywhere.
What an archive may unpack to is limited in bytes, ratio, files and depth; links, devices and sparse members
are refused. Damage and limits give warnings that name the file, and everything else goes on.
"""

from __future__ import annotations

from graphhunt.sources.archives.expansion import Expansion, Item
from graphhunt.sources.archives.limits import Budget, Limits

__all__ = ["Budget", "Expansion", "Item", "Limits"]
