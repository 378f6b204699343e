"""The worker's side: reads files as told and writes each record at once, so that a crash loses none."""

from __future__ import annotations

import ctypes
import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

from graphhunt.errors import LoadError
from graphhunt.loading import Source
from graphhunt.model import FileWarning
from graphhunt.sandbox.wire import Ended, Job, Message, Warned, decode_job, frame, said

_PR_SET_PDEATHSIG = 1
_OPEN_FILES = 64


def main(memory: int, parent: int) -> None:
    """Serve jobs from standard input until it closes.

    Args:
        memory: Bytes of address space the process may use.
        parent: Process id of the parent; the worker dies with it.
    """
    _die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs, out = os.fdopen(os.dup(0), "rb"), os.dup(1)
    quiet = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1):  # what a parser prints must not get among the messages
        os.dup2(quiet, handle)
    os.close(quiet)
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    while length := jobs.read(4):
        job = decode_job(jobs.read(int.from_bytes(length, "little")))
        _serve(job, lambda message: _write(out, frame(message)))


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)


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


def _write(out: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(out, view) :]
