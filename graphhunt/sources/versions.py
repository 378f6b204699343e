"""The version of a loader: a hash of the text of its modules, so that it changes by itself with what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec, resolve_name
from pathlib import Path

from graphhunt.ids import digest

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^()]*\)|[^\n#]*)|import[ \t]+([^\n#]+))", re.MULTILINE
)
_NAME = re.compile(r"[.\w]+")


@cache
def module_version(module: str) -> str:
    """Hash a module and all that it imports, directly or not, of its own package.

    Returns:
        16 hexadecimal characters; an empty text if the module's text can't be had.
    """
    if _text(module) is None:
        return ""
    package = module.rpartition(".")[0]
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found and (text := _text(name)) is not None:
            found[name] = text
            waiting += [other for other in _imported(text, name) if package and other.startswith(f"{package}.")]
    return digest(*(part for name in sorted(found) for part in (name, found[name])), size=8)


@cache
def _text(module: str) -> str | None:
    """Give a module's text, wherever it is installed; None if there is no such module or no text of it."""
    try:
        spec = find_spec(module)
        read = getattr(spec.loader if spec else None, "get_source", None)
        if read is None:  # whoever imported it doesn't say; its file does
            return Path(spec.origin).read_text("utf-8") if spec and spec.origin else None
        text: str | None = read(module)
        return text
    except (ImportError, ValueError, OSError):
        return None


def _imported(text: str, module: str) -> Iterator[str]:
    """Name what a module's text may import: modules, and what may be modules or names in them."""
    spec = find_spec(module)
    package = module if spec is not None and spec.submodule_search_locations else module.rpartition(".")[0]
    for start, names, plain in _IMPORT.findall(text):
        if plain:
            yield from _NAME.findall(plain)
            continue
        base = resolve_name(start, package) if start.startswith(".") and package else start
        yield base
        yield from (f"{base}.{name}" for name in _NAME.findall(names))
