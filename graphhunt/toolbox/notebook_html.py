"""What is shown in a notebook: HTML there, text elsewhere."""

from __future__ import annotations

import re
import sys
from html import unescape
from typing import Any

_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<(?:br|/tr|/h\d|/p|/li)\s*/?>")


class Html:
    """A piece of HTML that a notebook shows; elsewhere its text.

    Args:
        data: The markup, with everything from data escaped by who made it.
    """

    def __init__(self, data: str) -> None:
        self.data = data

    def _repr_html_(self) -> str:
        return self.data

    def __str__(self) -> str:
        """Give the text, a line for each row, heading or paragraph."""
        lines = _TAG.sub(" ", _BREAK.sub("\n", self.data)).split("\n")
        return "\n".join(unescape(" ".join(line.split())) for line in lines if line.strip())

    __repr__ = __str__


def show(item: Any) -> None:
    """Show something in the notebook; without IPython its text is written to standard output."""
    try:
        from IPython.display import display
    except ImportError:
        sys.stdout.write(f"{item}\n")
        return
    display(item)  # type: ignore[no-untyped-call]
