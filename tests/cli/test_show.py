"""What commands write on a terminal: whole lines, wrapped between words, and no codes of the text's own."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

WRITES = "import sys; from graphhunt.cli.show import prose; prose(sys.argv[1], '   ')"


def on_terminal(text: str, columns: int) -> list[str]:
    """Write a sentence in a terminal so wide; give its lines."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    try:
        subprocess.run([sys.executable, "-c", WRITES, text], stdin=theirs, stdout=theirs, env=environment, check=True)
        shown = os.read(ours, 2**16).decode()
    finally:
        os.close(theirs)
        os.close(ours)
    return shown.split("\r\n")


def test_a_long_sentence_is_wrapped_on_a_terminal() -> None:
    assert on_terminal("why: alice came to the file server from a new machine", 24) == [
        "   why: alice came to",
        "     the file server",
        "     from a new machine",
        "",
    ]


def test_a_record_adds_no_line_and_moves_no_cursor() -> None:
    assert on_terminal("one\ntwo \x1b[2J three", 16) == ["   one\\x0atwo", "     \\x1b[2J", "     three", ""]


def test_nothing_at_all_is_an_empty_line() -> None:
    assert on_terminal("", 40) == ["   ", ""]
