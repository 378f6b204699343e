"""Tables that are computed once and kept beside the snapshot until what they were computed of changes."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.evidence.proof import read_kept, write_kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graphhunt.evidence import Workspace


def kept_table(workspace: Workspace, name: str, mark: str, compute: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """Give a table as it was kept, or compute it and keep it in place of older ones.

    Args:
        workspace: Where it is kept.
        name: What the table is called.
        mark: Tells what it is computed of; another mark is another table.
        compute: Computes it.
    """
    kept: Path = workspace.path / "graph" / f"{name}-{mark}.kept"
    data = read_kept(kept)
    if data is not None:
        return pl.read_parquet(io.BytesIO(data))
    found = compute()
    out = io.BytesIO()
    found.write_parquet(out)
    # A workspace that may only be read is no reason to fail.
    with contextlib.suppress(OSError):
        for old in kept.parent.glob(f"{name}-*"):
            old.unlink(missing_ok=True)
        write_kept(kept, out.getvalue())
    return found
