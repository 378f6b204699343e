"""The worker's side: reads files as told and writes each record at once, so that a crash loses none."""

from __future__ import annotations

import importlib
import os
import resource
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

from graphhunt.errors import LoadError
from graphhunt.model import FileWarning
from graphhunt.sources.loading import Source
from graphhunt.sources.sandbox.process import die_with, take_pipes, write_all
from graphhunt.sources.sandbox.wire import Ended, Job, Message, Warned, decode_job, frame, said

_OPEN_FILES = 64


def main(options: dict[str, Any]) -> None:
    """Serve jobs from standard input until it closes.

    Args:
        options: `memory`, bytes of address space the process may use; `parent`, the process to die with.
    """
    die_with(options["parent"])
    handle, out = take_pipes()
    memory = options["memory"]
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    with os.fdopen(handle, "rb") as jobs:
        while length := jobs.read(4):
            job = decode_job(jobs.read(int.from_bytes(length, "little")))
            _serve(job, lambda message: write_all(out, frame(message)))


def _serve(job: Job, send: Callable[[Message], None]) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + job.cpu
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
    send(Ended(_read(job, send)))


def _read(job: Job, send: Callable[[Message], None]) -> str:
    """Read a file; give the reason if that ends early."""
    try:
        loader: Any = attrgetter(job.loader)(importlib.import_module(job.module))()
        for item in loader.read(Source(job.file, Path(job.path))):
            send(Warned(item) if isinstance(item, FileWarning) else said(item))
    except LoadError as error:
        return f"{error.message} ({error.hint})" if error.hint else error.message
    except MemoryError:
        return "the parser ran out of memory"
    except OSError as error:
        return f"the file can't be read: {error}"
    except Exception as error:  # a loader is a plugin: its fault is told, and the worker lives on
        return f"the loader failed: {type(error).__name__}: {error}"
    return ""
