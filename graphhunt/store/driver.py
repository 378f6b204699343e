"""The import of the database driver, for a command without the libraries it would look for and never be given.

The driver takes pandas' and pyarrow's values as parameters where those are installed, and imports them to know them:
more than half of its own start. Graphhunt gives it plain values only; a notebook may use the driver's frames itself.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

_FRAMES = ("pandas", "pyarrow")
_alone = False


def import_alone() -> None:
    """Let this program's driver do without pandas and pyarrow."""
    global _alone
    _alone = True


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Surround the driver's first import."""
    hidden = [name for name in _FRAMES if name not in sys.modules] if _alone and "neo4j" not in sys.modules else []
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # what `import` takes for "isn't installed"
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
