"""One of several processes that share a load: reads the files it is given into the workspace."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import time
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec

from graphhunt.errors import GraphhuntError
from graphhunt.evidence import SourceEntry, Workspace
from graphhunt.evidence.ingest.intake import Intake
from graphhunt.evidence.ingest.report import LoadReport, Options
from graphhunt.evidence.ingest.slices import Part, Slice
from graphhunt.sources.archives import Limits
from graphhunt.sources.loading import Loader, Source
from graphhunt.sources.sandbox import SandboxLimits
from graphhunt.sources.sandbox.process import die_with, take_pipes, write_all
from graphhunt.sources.sandbox.wire import frame

_TICK = 0.2
_GC_THRESHOLD = 100_000


class Setup(msgspec.Struct):
    """Parent to hand, first: how to load."""

    workspace: str
    loaders: dict[str, tuple[str, str]]
    format: str | None
    strict: bool
    client_id: str
    archives: Limits
    sandbox: SandboxLimits


class Work(msgspec.Struct):
    """Parent to hand: read this file, or a part of it."""

    name: str
    path: str
    entry: SourceEntry
    part: Part | None = None


class Tick(msgspec.Struct, tag="tick"):
    """Hand to parent: so many events were read; `done` tells that a file is read, `records` how many it has."""

    events: int
    done: bool = False
    records: int | None = None


class Finished(msgspec.Struct, tag="finished"):
    """Hand to parent, last: everything is committed."""

    report: LoadReport


class Failed(msgspec.Struct, tag="failed"):
    """Hand to parent, last: this error ends the load."""

    kind: str
    message: str
    where: str | None
    hint: str | None


Reply = Tick | Finished | Failed


def setup_of(workspace: Workspace, options: Options) -> Setup:
    """Put what a hand must know into words for the pipe."""
    loaders = {name: (type(x).__module__, type(x).__qualname__) for name, x in options.known.items()}
    return Setup(str(workspace.path), loaders, *options[1:])


def importable(loader: Loader) -> bool:
    """Tell whether another process can make this loader: not if its class is of a notebook or a function."""
    kind = type(loader)
    found: Any = sys.modules.get(kind.__module__) if kind.__module__ != "__main__" else None
    for name in kind.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is kind


def main(options: dict[str, Any]) -> None:
    """Read files as told until standard input closes."""
    die_with(options["parent"])
    handle, out = take_pipes()
    # A batch holds millions of small objects without cycles: looking through them often is wasted time.
    gc.set_threshold(_GC_THRESHOLD, 20, 20)
    with os.fdopen(handle, "rb") as pipe:
        setup = msgspec.msgpack.decode(_next(pipe), type=Setup)
        try:
            write_all(out, frame(Finished(_load(setup, pipe, out))))
        except GraphhuntError as error:
            write_all(out, frame(Failed(type(error).__name__, error.message, error.where, error.hint)))


def _next(pipe: Any) -> bytes:
    return bytes(pipe.read(int.from_bytes(pipe.read(4), "little")))


def _load(setup: Setup, pipe: Any, out: int) -> LoadReport:
    known = {name: attrgetter(kind)(importlib.import_module(m))() for name, (m, kind) in setup.loaders.items()}
    options = Options(known, setup.format, setup.strict, setup.client_id, setup.archives, setup.sandbox)
    last = 0.0

    def tick() -> None:
        nonlocal last
        if time.monotonic() - last >= _TICK:
            last = time.monotonic()
            write_all(out, frame(Tick(intake.events)))

    with Intake(Workspace(setup.workspace), options) as intake:
        while data := _next(pipe):
            work = msgspec.msgpack.decode(data, type=Work)
            source = Source(work.name, Path(work.path))
            records = intake.read(Slice.of(source, work.part) if work.part else source, tick, work.entry)
            write_all(out, frame(Tick(intake.events, done=True, records=records)))
    return intake.report
