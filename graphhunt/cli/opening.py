"""Opens the page in a browser without telling the one-time link to anybody else.

Every process of the machine may read another's arguments, so the browser is given the name of a file. The file is the
user's alone, sends the browser on with a code that works once and for a short time, and is removed after that.
"""

from __future__ import annotations

import contextlib
import html
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from graphhunt.cli.show import message
from graphhunt.settings import bare_environment

SECONDS = 60.0
"""How long the code of a file works."""

_PREFIX, _SUFFIX = "open-", ".html"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>graphhunt</title>
<meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url={address}">
<p><a href="{address}">Open the workspace</a></p></html>
"""


@contextmanager
def browser(folder: Path, address: Callable[[Callable[[], None]], str]) -> Iterator[None]:
    """Open a browser while the block runs.

    Args:
        folder: Where the file is made.
        address: Gives the page's address with a code of SECONDS; it is handed what to call once the code was used.
    """
    _clear(folder)
    handle, name = tempfile.mkstemp(_SUFFIX, _PREFIX, folder)  # mode 0600
    file = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8") as text:
        text.write(_PAGE.format(address=html.escape(address(lambda: file.unlink(missing_ok=True)))))
    late = threading.Timer(SECONDS, lambda: file.unlink(missing_ok=True))
    late.daemon = True
    late.start()
    threading.Thread(target=_start, args=(file,), daemon=True).start()
    # The server passes SIGTERM on when it has ended; by default that would end the process before the file is removed.
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        late.cancel()
        file.unlink(missing_ok=True)


def _end(number: int, _frame: FrameType | None) -> None:
    """End with the status that a shell gives a process which a signal ended."""
    raise SystemExit(128 + number)


def _start(file: Path) -> None:
    """Start the browser that the system or BROWSER names, without graphhunt's settings: passwords are among them.

    Isolated, because the current folder may hold evidence, and no module of it may run.
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter; the file's name is ours
        [sys.executable, "-I", "-m", "webbrowser", file.as_uri()],
        env=bare_environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        start_new_session=True,  # Ctrl+C ends the server, not the browser
    )  # fmt: skip
    if done.returncode:
        message("no browser could be started; open the link above")


def _clear(folder: Path) -> None:
    """Remove what a server that was killed left; its code is worth nothing any more."""
    for left in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > SECONDS:
                left.unlink()
