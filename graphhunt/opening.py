"""Opens an investigation: which workspace, which engine, which settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import platformdirs

from graphhunt.hunt import Hunt
from graphhunt.settings import load_settings


def open_hunt(workspace: str | Path | None = None, db: str | None = None, **settings: Any) -> Hunt:
    """Open an investigation.

    Args:
        workspace: Folder of the workspace, or the address of a Neo4j server (`bolt://`, `neo4j://`); the user's
            data folder when not given.
        db: Address of a Neo4j server; the embedded engine when not given.
        settings: Settings by name.
    """
    if isinstance(workspace, str) and "://" in workspace:
        workspace, db = None, workspace
    known = load_settings(**settings)
    return Hunt(Path(workspace or known.workspace or default_workspace()), db or known.db or None, known)


def default_workspace() -> Path:
    """Give the workspace in the user's data folder."""
    return Path(platformdirs.user_data_dir("graphhunt")) / "workspace"
