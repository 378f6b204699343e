"""Starts Python processes of our own, and lets them end with their parent."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

PIPE_SIZE = 1 << 20
"""Bytes that a process may write ahead of its reader."""

_BOOT = (
    "import importlib,json,sys;o=json.loads(sys.stdin.buffer.raw.readline());sys.path[:]=o.pop('path');"
    "importlib.import_module(o.pop('module')).main(o)"
)
_KEPT = ("TMPDIR", "TZ")
_PR_SET_PDEATHSIG = 1


def start(module: str, options: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start a process that runs `main(options)` of a module, talking over its standard input and output.

    It sees neither the environment (passwords may be there) nor the open files of this process. A program that
    uses the library needs no `if __name__ == "__main__"` for it.
    """
    process = subprocess.Popen(  # noqa: S603 - our own interpreter with a fixed text
        [sys.executable, "-I", "-B", "-c", _BOOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LANG": "C.UTF-8"} | {name: os.environ[name] for name in _KEPT if name in os.environ},
        cwd="/",
        bufsize=0,
        start_new_session=True,  # so that it can be ended with all that it started
    )
    # The current folder may be evidence: nothing in it may stand in the place of a module of ours.
    here = [folder for folder in sys.path if Path(folder).absolute() == Path.cwd()]
    folders = [str(Path(folder).absolute()) for folder in (*(f for f in sys.path if f not in here), *here)]
    text = json.dumps(options | {"path": folders, "module": module, "parent": os.getpid()})
    if process.stdin is not None and process.stdout is not None:
        write_all(process.stdin.fileno(), text.encode() + b"\n")
        with contextlib.suppress(OSError):  # a user has only so much of pipes; a small one does
            fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    return process


def die_with(parent: int) -> None:
    """Let this process be killed when its parent ends, and leave Ctrl-C to the parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def take_pipes() -> tuple[int, int]:
    """Give the pipes to and from the parent, and put nothing in their place: what is printed must not get there."""
    pipes = os.dup(0), os.dup(1)
    quiet = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1):
        os.dup2(quiet, handle)
    os.close(quiet)
    return pipes


def write_all(out: int, data: bytes) -> None:
    """Write to a pipe until all is written."""
    view = memoryview(data)
    while view:
        view = view[os.write(out, view) :]
