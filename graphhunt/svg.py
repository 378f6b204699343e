"""Drawings as SVG inside a page that needs nothing from outside: no script library, no font, no address.

Every text goes through `escape`; colours come from a fixed palette, so nothing in the data reaches markup.
Light and dark follow the reader's setting. A few lines of script, fixed text, pan and zoom.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

PALETTE = (
    "#3b6fb6", "#d1701f", "#2f8f5b", "#b8433f", "#7a5bb0", "#8a6a3f", "#c2569b", "#5f6b76", "#8f8a1f", "#1f8f9c",
)  # fmt: skip
"""Colours that tell groups apart on light and on dark ground."""

_STYLE = """
.gh-plot{font:13px system-ui,sans-serif;color:#1d2530;background:#fff;max-width:100%;position:relative}
.gh-plot svg{display:block;width:100%;height:auto;touch-action:none}
.gh-plot text{fill:currentColor;font:12px system-ui,sans-serif}
.gh-plot .t{font-weight:600;font-size:14px}
.gh-plot .m{fill:#5b6673}
.gh-plot .g{stroke:#d5dae0;stroke-width:1}
.gh-plot .a{stroke:#8a94a0;stroke-width:1}
.gh-plot .l{fill:#d5dae0;fill-opacity:.6;stroke:#8a94a0;stroke-width:.2}
.gh-plot .r{stroke:#b8433f;stroke-width:1.5;stroke-dasharray:4 3}
@media (prefers-color-scheme:dark){.gh-plot{color:#e4e8ee;background:#14181e}.gh-plot .m{fill:#9aa6b4}
.gh-plot .g{stroke:#2a313b}.gh-plot .a{stroke:#5d6875}}
"""

_SCRIPT = """
(function(){var s=document.currentScript.previousElementSibling;if(!s||s.dataset.on)return;s.dataset.on=1;
var v=s.getAttribute('viewBox').split(' ').map(Number),o=v.slice(),d=null;
function put(){s.setAttribute('viewBox',v.join(' '))}
s.addEventListener('wheel',function(e){if(!e.ctrlKey&&!e.shiftKey)return;e.preventDefault();
var b=s.getBoundingClientRect(),f=e.deltaY<0?0.8:1.25,x=v[0]+(e.clientX-b.left)/b.width*v[2],
y=v[1]+(e.clientY-b.top)/b.height*v[3];v=[x-(x-v[0])*f,y-(y-v[1])*f,v[2]*f,v[3]*f];put()},{passive:false});
s.addEventListener('pointerdown',function(e){d=[e.clientX,e.clientY,v[0],v[1]]});
s.addEventListener('pointermove',function(e){if(!d)return;var b=s.getBoundingClientRect();
v[0]=d[2]-(e.clientX-d[0])/b.width*v[2];v[1]=d[3]-(e.clientY-d[1])/b.height*v[3];put()});
addEventListener('pointerup',function(){d=null});
s.addEventListener('dblclick',function(){v=o.slice();put()})})();
"""

TEXT_WIDTH = 6.6
"""About how wide a character of a drawing's text is."""

_HINT = "Drag to move, Ctrl or Shift with the wheel to zoom, double click to reset."


def escape(value: Any) -> str:
    """Make a value safe as text or attribute of SVG and HTML; control characters are shown as a box."""
    text = "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in str(value))
    return html.escape(text, quote=True)


def number(value: float) -> str:
    """Write a coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def fitting(text: str, width: float) -> str:
    """Cut a text to what fits into a width; what is cut ends in an ellipsis."""
    most = max(1, int(width / TEXT_WIDTH))
    return text if len(text) <= most else text[: most - 1] + "…"


class Canvas:
    """Collects the elements of one drawing.

    Args:
        width: Units across.
        height: Units down.
        title: Name of the drawing, for the reader and for screen readers.
    """

    def __init__(self, width: float, height: float, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self.parts: list[str] = []

    def line(self, points: tuple[float, float, float, float], kind: str = "a") -> None:
        """Draw a line of a named style: g grid, a axis, r reference."""
        x1, y1, x2, y2 = map(number, points)
        self.parts.append(f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>')

    def text(self, x: float, y: float, text: Any, kind: str = "", anchor: str = "start") -> None:
        """Write a text; kind t is a title, m is muted."""
        at = f'x="{number(x)}" y="{number(y)}" class="{kind}" text-anchor="{anchor}"'
        self.parts.append(f"<text {at}>{escape(text)}</text>")

    def circle(self, at: tuple[float, float, float], colour: str, hint: str = "", opacity: float = 0.8) -> None:
        """Draw a dot (x, y, radius) that shows a hint when pointed at."""
        x, y, r = map(number, at)
        body = f'<circle cx="{x}" cy="{y}" r="{r}" fill="{colour}" fill-opacity="{opacity}"'
        self.parts.append(_hinted("circle", body, hint))

    def rect(self, box: tuple[float, float, float, float], colour: str, hint: str = "", opacity: float = 0.85) -> None:
        """Draw a bar (x, y, width, height) that shows a hint when pointed at."""
        x, y, w, h = map(number, box)
        body = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="2" fill="{colour}" fill-opacity="{opacity}"'
        self.parts.append(_hinted("rect", body, hint))

    def cell(self, box: tuple[float, float, float, float], colour: str, hint: str, opacity: float) -> None:
        """Draw a rectangle without round corners, for cells that touch."""
        x, y, w, h = map(number, box)
        body = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{colour}" fill-opacity="{number(opacity)}"'
        self.parts.append(_hinted("rect", body + ' shape-rendering="crispEdges"', hint))

    def path(self, data: str, colour: str) -> None:
        """Draw a polyline given as SVG path data made of numbers."""
        self.parts.append(f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="1.5"/>')

    def area(self, data: str, colour: str) -> None:
        """Fill an area given as SVG path data made of numbers."""
        self.parts.append(f'<path d="{data}" fill="{colour}" fill-opacity="0.25" stroke="none"/>')

    def land(self, data: str, place: str) -> None:
        """Draw the outline of land, fixed path data, moved and scaled by a fixed SVG transform."""
        self.parts.append(f'<path class="l" d="{data}" transform="{place}"/>')

    def svg(self) -> str:
        """Give the drawing."""
        box = f"0 0 {number(self.width)} {number(self.height)}"
        label = escape(self.title)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-label="{label}">'
            f"<title>{label}</title>{''.join(self.parts)}</svg>"
        )


def _hinted(tag: str, body: str, hint: str) -> str:
    return f"{body}><title>{escape(hint)}</title></{tag}>" if hint else f"{body}/>"


class Plot:
    """A finished drawing: shown by a notebook, or kept as a file that opens offline.

    Attributes:
        data: What was drawn, as plain values, for tests and other readers.
    """

    def __init__(self, canvas: Canvas, data: dict[str, Any]) -> None:
        self.canvas = canvas
        self.data = data

    def _repr_html_(self) -> str:
        """Give the fragment a notebook shows."""
        return (
            f'<style>{_STYLE}</style><div class="gh-plot" title="{escape(_HINT)}">{self.canvas.svg()}'
            f"<script>{_SCRIPT}</script></div>"
        )

    def page(self) -> str:
        """Give a whole page."""
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta name="color-scheme" content="light dark"><title>{escape(self.canvas.title)}</title></head>'
            f"<body>{self._repr_html_()}</body></html>"
        )

    def to_html(self, path: str | Path) -> Path:
        """Write the page to a file and give its path."""
        file = Path(path)
        file.write_text(self.page(), encoding="utf-8")
        return file

    def to_svg(self, path: str | Path) -> Path:
        """Write the bare drawing to a file and give its path."""
        file = Path(path)
        file.write_text(self.canvas.svg(), encoding="utf-8")
        return file
