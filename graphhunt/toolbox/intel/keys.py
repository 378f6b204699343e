"""Keys of providers: from the environment or a file that only its owner can read; never shown."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Keys:
    """Where the keys of providers are.

    Args:
        file: TOML with one table a provider, such as `[virustotal]` with `key = "…"`; mode 0600.
        env: Environment with `GRAPHHUNT_INTEL_VIRUSTOTAL_KEY` and the like, which win; the process's when not given.

    Raises:
        UsageError: The file can't be read, or others than its owner could.
    """

    def __init__(self, file: str | Path | None = None, env: Mapping[str, str] | None = None) -> None:
        self._env = os.environ if env is None else env
        self._tables = _tables(Path(file)) if file else {}

    def of(self, provider: str, fields: tuple[str, ...]) -> dict[str, str] | None:
        """Give the named fields of a provider's keys; None if one is missing."""
        found = {name: self._one(provider, name) for name in fields}
        return {name: value for name, value in found.items() if value} if all(found.values()) else None

    def _one(self, provider: str, name: str) -> str:
        table = self._tables.get(provider.lower())
        from_file = str(table.get(name, "")) if isinstance(table, dict) else ""
        return self._env.get(f"GRAPHHUNT_INTEL_{provider.upper()}_{name.upper()}", "") or from_file

    def __repr__(self) -> str:
        """Say nothing of the keys."""
        return "Keys(…)"


def _tables(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & _OTHERS:
                raise UsageError("others can read the file of keys", where=str(file), hint=f"chmod 600 {file}")
            found = tomllib.load(opened)
    except OSError as error:
        raise UsageError(f"the file of keys can't be read: {error.strerror}", where=str(file)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):  # its text would repeat a part of the file
        raise UsageError("the file of keys isn't TOML", where=str(file)) from None
    return {name.lower(): table for name, table in found.items()}
