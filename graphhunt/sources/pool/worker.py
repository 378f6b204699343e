"""The worker's side: looks at files, reads them, and writes each record at once, so that a crash loses none."""

from __future__ import annotations

import importlib
import os
import resource
from collections.abc import Callable
from itertools import count
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO

from msgspec.structs import replace

from graphhunt.errors import LoadError
from graphhunt.model import FileWarning, Record
from graphhunt.sources import loading
from graphhunt.sources.held import read_held
from graphhunt.sources.loading import Loader, Source, readable
from graphhunt.sources.pool import wire
from graphhunt.sources.pool.process import die_with, take_pipes, write_all
from graphhunt.sources.slices import Slice, cuttable

_OPEN_FILES = 64
_TOLD_EVERY = 512
"""Records after which the parent is told how far the file is read."""

Send = Callable[[bytes], None]


def main(options: dict[str, Any]) -> None:
    """Serve jobs from standard input until it closes.

    Args:
        options: `memory`, bytes of address space the process may use; `loaders`, the classes by name, None for those
            of the entry points; `parent`, the process to die with.
    """
    die_with(options["parent"])
    handle, out = take_pipes()
    _limit(options["memory"])
    known = _known(options["loaders"])
    write_all(out, wire.frame(wire.Ready()))
    with os.fdopen(handle, "rb") as jobs:
        while length := jobs.read(4):
            job = wire.job(jobs.read(int.from_bytes(length, "little")))
            _serve(job, known, lambda data: write_all(out, data))


def _limit(memory: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        within = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (within, within))


def _known(classes: dict[str, tuple[str, str]] | None) -> dict[str, Loader]:
    if classes is None:
        return loading.loaders()
    return {key: attrgetter(name)(importlib.import_module(module))() for key, (module, name) in classes.items()}


def _serve(job: wire.Job, known: dict[str, Loader], send: Send) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + job.cpu
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    answer = _look(job, known, send) if isinstance(job, wire.Look) else wire.Ended(_read(job, known, send))
    send(wire.frame(answer))


def _look(job: wire.Look, known: dict[str, Loader], send: Send) -> wire.Looked:
    """Find the loader of a file."""
    source = _source(job.file, job.path)
    faults: dict[str, str] = {}
    try:
        if job.format is not None and job.format not in known:
            return wire.Looked(known=sorted(known))
        loader = loading.choose(
            source,
            name=job.format,
            known=lambda: {key: loader for key, loader in known.items() if key not in job.without},
            asking=lambda key: send(wire.frame(wire.Asking(key))),
            faults=faults,
        )
        send(wire.frame(wire.Asking(loader.name)))  # what follows is its doing, too
        lines = cuttable(source, loader)
        context = loading.context_of(loader, source)
        return wire.Looked(loader.name, loading.version_of(loader), lines, context, faults=faults)
    except (LoadError, OSError) as error:
        return wire.Looked(reason=_reason(error), faults=faults)
    except Exception as error:  # a loader is a plugin: its fault is told, and the worker lives on
        return wire.Looked(reason=_fault(error), faults=faults)


def _read(job: wire.Read, known: dict[str, Loader], send: Send) -> str:
    """Read a file; give the reason if that ends early."""
    try:
        loader = next(loader for loader in known.values() if loader.name == job.loader)
        source = _source(job.file, job.path)
        if job.again:
            _read_again(loader, source, send)
        elif job.part is None:
            _read_whole(loader, _Watched(*source), send)
        else:
            _read_slice(loader, Slice.of(source, job.part), send)
    except MemoryError:
        return "the parser ran out of memory"
    except (LoadError, OSError) as error:
        return _reason(error)
    except Exception as error:  # a loader is a plugin: its fault is told, and the worker lives on
        return _fault(error)
    return ""


def _read_whole(loader: Loader, source: _Watched, send: Send) -> None:
    for number, item in zip(count(1), loader.read(source), strict=False):
        if isinstance(item, FileWarning):
            send(wire.warning_frame(item))
            continue
        send(wire.record_frame(item))
        if number % _TOLD_EVERY == 0:
            send(wire.frame(wire.Reached(source.position())))


def _read_slice(loader: Loader, part: Slice, send: Send) -> None:
    """Read a part of a file, and give what it holds its place in the whole."""
    for item in loader.read(part):
        placed = replace(item, position=part.position(item.position))
        send(wire.warning_frame(placed) if isinstance(placed, FileWarning) else wire.record_frame(placed))


def _read_again(loader: Loader, source: Source, send: Send) -> None:
    """Say what kept records are, each by its place among them; nothing of one that is to stay as it is."""
    if not isinstance(loader, loading.Rereader):
        raise LoadError("the loader can't read records again")
    for number, held in enumerate(read_held(source.path)):
        outcome = loader.again(held)
        if outcome is not None:
            send(wire.record_frame(Record("", str(number), outcome)))
        if number % _TOLD_EVERY == 0:
            send(wire.frame(wire.Reached(0)))


class _Watched(Source):
    """A source that tells how far it has been read, if its loader opens it as a stream."""

    _stream: BinaryIO | None = None

    def open(self) -> BinaryIO:
        """Open the source and keep an eye on the stream."""
        self._stream = super().open()
        return self._stream

    def position(self) -> int:
        """Give the bytes read so far; 0 if that isn't known."""
        stream = self._stream
        return stream.tell() if stream is not None and not stream.closed else 0


def _source(name: str, path: bytes) -> Source:
    return Source(name, Path(os.fsdecode(path)))


def _reason(error: LoadError | OSError) -> str:
    if isinstance(error, LoadError):
        return readable(f"{error.message} ({error.hint})" if error.hint else error.message)
    return readable(f"the file can't be read: {error}")


def _fault(error: Exception) -> str:
    return readable(f"the loader failed: {type(error).__name__}: {error}")
