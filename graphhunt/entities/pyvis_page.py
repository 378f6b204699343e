"""Networks of pyvis, and pages of them that open offline and run nothing of what logs wrote.

pyvis itself links files from a content delivery network in every mode, reads titles with `href` as HTML, and looks
through all edges at each new one; this module writes around all three.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, Protocol

from graphhunt.entities.edge import Edge, Key
from graphhunt.errors import UsageError
from graphhunt.svg import PALETTE

MOST_EDGES = 20_000
"""Relationships a page holds at most, the first ones; the page says how many are left out."""

_LINKED = re.compile(
    r"<link\b[^>]*\bhref\s*=\s*[\"'][^\"']*[\"'][^>]*>"
    r"|<script\b[^>]*\bsrc\s*=\s*[\"'][^\"']*[\"'][^>]*>\s*</script>",
    re.I,
)
_HREF = re.compile("(href)", re.I)
_LONGEST = 300


class Drawable(Protocol):
    """What a page shows: nodes by (label, id) with their names, and relationships among them."""

    nodes: dict[Key, dict[str, Any]]
    edges: list[Edge]

    def name(self, key: Key) -> str:
        """Give the name an analyst would call a node by."""


def network(graph: Drawable) -> Any:
    """Give a pyvis network: nodes are numbers, titles plain text, places fixed and nothing moves.

    Raises:
        UsageError: pyvis isn't installed.
    """
    try:
        from pyvis.network import Network
    except ImportError as error:
        raise UsageError("this needs the package pyvis", hint="pip install graphhunt[pyvis]") from error
    net = Network(height="900px", width="100%", directed=True, cdn_resources="in_line", select_menu=False)
    net.toggle_physics(False)
    numbers = {key: number for number, key in enumerate(graph.nodes)}
    kinds = {kind: place for place, kind in enumerate(sorted({key[0] for key in graph.nodes}))}
    for key, number in numbers.items():
        x, y = _place(number, len(numbers))
        net.add_node(
            number, label=_plain(graph.name(key)), title=_plain(f"{key[0]} {key[1]}"), x=x, y=y, physics=False,
            color=PALETTE[kinds[key[0]] % len(PALETTE)], shape="dot", size=12,
        )  # fmt: skip
    # Net.add_edge looks through all edges each time; the list it fills is the same.
    net.edges = [
        {"from": numbers[edge.start], "to": numbers[edge.end], "title": _plain(edge.type), "arrows": "to"}
        for edge in graph.edges[:MOST_EDGES]
    ]
    return net


def write(graph: Drawable, path: str | Path) -> Path:
    """Write a network as one page that needs nothing from outside; give its path.

    Raises:
        UsageError: pyvis isn't installed.
    """
    file = Path(path)
    file.write_text(page(graph), encoding="utf-8")
    return file


def page(graph: Drawable) -> str:
    """Give the page of a network."""
    html = _LINKED.sub("", network(graph).generate_html(notebook=False))
    left_out = len(graph.edges) - MOST_EDGES
    if left_out > 0:
        html = html.replace("<body>", f"<body><p>{left_out} more relationships are not drawn.</p>", 1)
    return html


def _place(number: int, total: int) -> tuple[float, float]:
    """Give the place of a node on a spiral: near each other, none above another."""
    angle = number * math.pi * (3 - math.sqrt(5))
    radius = 40 * math.sqrt(number + 0.5)
    return (round(radius * math.cos(angle), 2), round(radius * math.sin(angle), 2)) if total > 1 else (0.0, 0.0)


def _plain(text: str) -> str:
    """Keep a text from being read as HTML: markup becomes look-alikes, pyvis' trigger word is broken up."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:_LONGEST])
    shown = shown.replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}")
    shown = shown.replace(">", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}")
    return _HREF.sub("hr_ef", shown)
