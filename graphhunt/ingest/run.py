"""Loads what the user named: in this process if it is little, in several if it is much."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from graphhunt import loading
from graphhunt.archives import Expansion, Limits
from graphhunt.evidence import Workspace
from graphhunt.ingest.intake import Intake, Watched
from graphhunt.ingest.report import Loaders, LoadReport, Options, Progress
from graphhunt.model import FileWarning

_TICK = 0.2


def ingest(  # noqa: PLR0913 - all options are by keyword
    workspace: Workspace,
    paths: Iterable[str | Path],
    *,
    format: str | None = None,
    strict: bool = False,
    progress: Progress | None = None,
    client_id: str = "default",
    known: Loaders | None = None,
    limits: Limits | None = None,
) -> LoadReport:
    """Read everything below some paths into a workspace.

    What was committed stays if the load is interrupted; repeating it completes it, and nothing counts twice.

    Args:
        workspace: Where records and facts are kept.
        paths: Files, folders and archives.
        format: Name of the loader to use for all files; None to recognise each by its content.
        strict: Raise at the first rejected record, unknown file or warning.
        progress: Called a few times per second.
        client_id: The tenant that the records belong to.
        known: Loaders by name; those of the entry points if None.
        limits: Limits for archives.

    Raises:
        LoadError: A path doesn't exist; or the load is strict and something can't be read.
        UsageError: No loader is called `format`.
        WorkspaceError: The workspace can't be written.
    """
    options = Options(
        known=loading.loaders() if known is None else known, format=format, strict=strict, client_id=client_id
    )
    with (
        workspace.scratch() as scratch,
        Expansion(paths, limits=limits, folder=scratch.path) as expansion,
        Intake(workspace, options) as intake,
    ):
        _read_here(expansion, intake, progress)
    if progress:
        progress("read", expansion.total_bytes, expansion.total_bytes, intake.events)
    return intake.report


def _read_here(expansion: Expansion, intake: Intake, progress: Progress | None) -> None:
    for item in expansion:
        if isinstance(item, FileWarning):
            intake.reject_file(item)
            continue
        source = Watched(*item)
        intake.read(source, _ticker(progress, expansion, intake, source))
        expansion.release(source)


def _ticker(progress: Progress | None, expansion: Expansion, intake: Intake, source: Watched) -> Callable[[], None]:
    last = 0.0

    def tick() -> None:
        nonlocal last
        if progress is not None and time.monotonic() - last >= _TICK:
            last = time.monotonic()
            done = expansion.done_bytes + expansion.weigh(source, source.position())
            progress("read", done, expansion.total_bytes, intake.events)

    return tick
