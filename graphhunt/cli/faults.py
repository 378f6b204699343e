"""How a fault of graphhunt's own ends a command: one line on stderr, exit code 1, and a log file with the traceback.

A traceback is no message: it says nothing to the person at the keyboard, and may hold what must not be on a screen.
This module imports only the standard library at its top, so that it works where the installation is damaged.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import platform
import re
import secrets
import select
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from graphhunt.cli.show import clean, message

FAILED, STOPPED = 1, 130
"""Exit codes of a fault and of Ctrl-C."""

KEPT = 50
"""Log files that are kept; the oldest go first."""

_MASK = "********"
_NAMED = re.compile(
    r"(?i)((?:password|passwd|token|secret|authorization)[\"']?\s{0,3}[:=]\s{0,3})(?:bearer |basic )?\S+"
)
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]{1,300}@")
_LONGEST = 160
_FRAMES = ('  File "', "Traceback (", "\nDuring handling", "\nThe above exception")
"""How the parts of a traceback begin that hold line breaks of its own; those in an error's text are shown as codes."""


class Faults:
    """The faults of one command: each is logged, and only the first is told.

    Args:
        name: What to call the command in messages.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._told = False

    @property
    def any(self) -> bool:
        """Whether there was one."""
        return self._told

    def report(self, error: BaseException) -> None:
        """Log a fault; tell the first one with the name of its log file."""
        with self._lock:
            path = write_log(error, self.name)
            if not self._told:
                self._told = True
                message(self._line(error, path))

    def _line(self, error: BaseException, path: Path | None) -> str:
        what = type(error).__name__
        if text := " ".join(masked(str(error)).split()):
            what += f": {text[:_LONGEST]}"
        told = f"error: {self.name} failed because of a fault inside graphhunt ({what}); "
        if path is None:
            return told + "no log file could be written: free some disk space and run it again"
        return told + f"details are in {path}: run it again, and report it with that file if it fails again"


@contextlib.contextmanager
def guarded(name: str) -> Iterator[None]:
    """Run a command so that no traceback reaches its user, whichever thread or moment a fault comes from."""
    faults = Faults(name)
    _watch(faults)
    try:
        try:
            yield
        except SystemExit:
            _flush()
            raise
    except KeyboardInterrupt:
        message("stopped")
        sys.exit(STOPPED)
    except Exception as error:  # whatever it is, it must not end in a traceback
        if not (isinstance(error, BrokenPipeError) and output_gone()):
            faults.report(error)
        sys.exit(FAILED)
    finally:
        _let_go()


def _watch(faults: Faults) -> None:
    """Take over what Python would print by itself: errors of threads, of the end of the program, and of logging."""

    def in_thread(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None:
            faults.report(given.exc_value)

    def nowhere(given: sys.UnraisableHookArgs) -> None:
        error = given.exc_value
        if error is not None and not isinstance(error, KeyboardInterrupt | BrokenPipeError):
            faults.report(error)

    threading.excepthook = in_thread
    sys.unraisablehook = nowhere
    logging.basicConfig(handlers=[_OneLine(faults.name)], level=logging.WARNING)
    logging.raiseExceptions = False
    atexit.register(_leave, faults)


def _leave(faults: Faults) -> None:
    """End with the exit code of a fault that came when the command was over; registered first, so it runs last."""
    if faults.any:
        _let_go()
        os._exit(FAILED)


def output_gone() -> bool:
    """Tell whether nobody reads standard output any more, as behind `| head`."""
    watch = select.poll()
    try:
        watch.register(sys.stdout.fileno(), 0)
    except (AttributeError, OSError, ValueError):
        return False
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in watch.poll(0))


def _flush() -> None:
    if sys.stdout is not None:  # it is None where the caller closed it
        sys.stdout.flush()


def _let_go() -> None:
    """Write out what is left; if that fails, forget it: Python itself would complain of it at the end."""
    try:
        _flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _OneLine(logging.Handler):
    """Shows what modules log as one line on stderr; a traceback goes to a log file."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._last: BaseException | None = None
        # The driver logs each lost connection, of which graphhunt tells in its own words.
        self.addFilter(lambda record: record.name.partition(".")[0] != "neo4j")

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record; an error that was logged just before, further inside, isn't shown again."""
        text = " ".join(masked(record.getMessage()).split())
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            if error is self._last:
                return
            self._last = error
            path = write_log(error, self._name, text)
            text += f" ({type(error).__name__}; details are in {path or 'no file: the disk refused'})"
        message(f"{record.levelname.lower()}: {text}")


def write_log(error: BaseException, name: str, note: str = "") -> Path | None:
    """Write a fault's traceback to a file of its own, which only its owner can read; None if no disk takes it."""
    text = "".join(_lines(error, f"{name}; {note}" if note else name))
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    for folder in (_log_folder, _temporary):
        with contextlib.suppress(OSError, ImportError):
            path = folder() / f"fault-{stamp}-{os.getpid()}-{secrets.token_hex(3)}.log"
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as out:
                out.write(text)
            _forget_old(path.parent)
            return path
    return None


def _lines(error: BaseException, name: str) -> Iterator[str]:
    yield f"graphhunt {_version()}, Python {platform.python_version()}, {platform.platform()}\n"
    yield f"command: {clean(name)}; thread: {clean(threading.current_thread().name)}\n"
    for part in traceback.TracebackException.from_exception(error).format():
        text = masked(part)
        yield clean(text, lines=True) if text.startswith(_FRAMES) else clean(text.removesuffix("\n")) + "\n"


def masked(text: str) -> str:
    """Hide what is or looks like a secret."""
    for secret in _secrets():
        text = text.replace(secret, _MASK)
    return _IN_ADDRESS.sub(f"{_MASK}@", _NAMED.sub(rf"\1{_MASK}", text))


def _secrets() -> list[str]:
    """Give the secrets among the settings in force, as far as they can be read."""
    try:
        from graphhunt.settings import secrets_in_force

        return secrets_in_force()
    except ImportError:  # the installation is damaged: the patterns must do
        return []


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("graphhunt")
    except PackageNotFoundError:
        return "(not installed)"


def _log_folder() -> Path:
    """Give the user's folder for logs."""
    import platformdirs

    folder = Path(platformdirs.user_log_dir("graphhunt"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="graphhunt-"))


def _forget_old(folder: Path) -> None:
    for old in sorted(folder.glob("fault-*.log"))[:-KEPT]:
        old.unlink(missing_ok=True)
