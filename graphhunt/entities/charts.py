"""Drawings of entities' results: areas per day, a week's hours, process trees, a world map and small graphs.

Pure functions from plain values to offline drawings; what they drew is in the plot's `data`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from graphhunt.entities.land import LAND
from graphhunt.svg import PALETTE, Canvas, Plot, number

_WIDTH = 900.0
_CELL, _LEFT, _TOP = 26.0, 110.0, 60.0
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ROW, _INDENT, _DEEPEST = 22.0, 18.0, 30

MOST_PROCESSES = 1_000
"""Processes drawn at most; the drawing says how many are left out."""

MOST_NODES = 300
"""Nodes of a graph drawn at most; the drawing says how many are left out."""


class Branch(NamedTuple):
    """A process as a tree draws it."""

    id: str
    parent: str | None
    name: str
    text: str
    hint: str


class Spot(NamedTuple):
    """A dot on the map: degrees north and east, how often, and what it says when pointed at."""

    latitude: float
    longitude: float
    weight: float
    hint: str


def areas(days: Sequence[date], values: Mapping[str, Sequence[float]], title: str = "Megabytes per day") -> Plot:
    """Draw one area per series over days; days without a value count as zero."""
    canvas = Canvas(_WIDTH, 260, title)
    canvas.text(16, 22, title, "t")
    left, right, top, bottom = 70.0, _WIDTH - 20, 50.0, 225.0
    first, last = (min(days), max(days)) if days else (date(1970, 1, 1),) * 2
    most = max((value for series in values.values() for value in series), default=0.0) or 1.0
    across = max(1, (last - first).days)
    for share in (0, 0.5, 1):
        y = bottom - share * (bottom - top)
        canvas.line((left, y, right, y), "g")
        canvas.text(left - 8, y + 4, f"{most * share:.3g}", "m", "end")
    for place, (name, series) in enumerate(values.items()):
        known = {(day - first).days: value for day, value in zip(days, series, strict=True)}
        points = [
            (left + day / across * (right - left), bottom - known.get(day, 0.0) / most * (bottom - top))
            for day in range((last - first).days + 1)
        ]
        _area(canvas, points, bottom, PALETTE[place])
        canvas.circle((left + place * 130, 36, 5), PALETTE[place])
        canvas.text(left + 10 + place * 130, 40, name, "m")
    if days:
        canvas.text(left, bottom + 18, first.isoformat(), "m")
        canvas.text(right, bottom + 18, last.isoformat(), "m", "end")
    else:
        canvas.text(left + 10, (top + bottom) / 2, "No record states bytes.", "m")
    data = {name: list(series) for name, series in values.items()}
    return Plot(canvas, {"title": title, "days": [day.isoformat() for day in days], "series": data})


def _area(canvas: Canvas, points: list[tuple[float, float]], bottom: float, colour: str) -> None:
    if len(points) == 1:
        (x, y), half = points[0], 12.0
        points = [(x, y), (x + half, y)]
    line = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    canvas.path(f"M{line}", colour)
    closed = f"M{number(points[0][0])} {number(bottom)}L{line}L{number(points[-1][0])} {number(bottom)}Z"
    canvas.area(closed, colour)


def week(cells: Mapping[tuple[int, int], tuple[float, float]], title: str = "Actions per weekday and hour") -> Plot:
    """Draw a cell per weekday (1 is Monday) and hour, coloured by its average."""
    canvas = Canvas(_LEFT + 24 * _CELL + 20, _TOP + 7 * _CELL + 30, title)
    canvas.text(16, 22, title, "t")
    largest = max((mean for mean, _ in cells.values()), default=0.0) or 1.0
    for hour in range(24):
        canvas.text(_LEFT + (hour + 0.5) * _CELL, _TOP - 8, hour, "m", "middle")
    for row, name in enumerate(_DAYS):
        canvas.text(_LEFT - 8, _TOP + (row + 0.65) * _CELL, name, "", "end")
        for hour in range(24):
            mean, spread = cells.get((row + 1, hour), (0.0, 0.0))
            box = (_LEFT + hour * _CELL + 1, _TOP + row * _CELL + 1, _CELL - 2, _CELL - 2)
            hint = f"{name} {hour}:00, {mean:.4g} actions on average, deviation {spread:.4g}"
            canvas.rect(box, PALETTE[0], hint, 0.06 + 0.94 * mean / largest)
    return Plot(canvas, {"title": title, "cells": dict(cells)})


def tree(branches: Sequence[Branch], title: str = "Process tree") -> Plot:
    """Draw processes below each other, indented below their parents, in the order given; circles end."""
    order = _in_order(branches)
    shown = order[:MOST_PROCESSES]
    canvas = Canvas(1100, 48 + _ROW * max(1, len(shown)) + 20, title)
    canvas.text(12, 22, title, "t")
    last: dict[int, float] = {}
    for place, (branch, deep) in enumerate(shown):
        depth, y = min(deep, _DEEPEST), 48 + place * _ROW
        x = 16 + depth * _INDENT
        if depth and depth - 1 in last:
            canvas.line((x - _INDENT, last[depth - 1] + 6, x - _INDENT, y), "g")
            canvas.line((x - _INDENT, y, x - 6, y), "g")
        last[depth] = y
        canvas.circle((x, y, 5), PALETTE[0], branch.hint, 0.9)
        canvas.text(x + 10, y + 4, branch.name)
        canvas.text(max(430.0, x + 240), y + 4, branch.text[:110], "m")
    left_out = len(order) - len(shown)
    if left_out:
        canvas.text(12, canvas.height - 6, f"{left_out} more processes are not drawn.", "m")
    return Plot(canvas, {"title": title, "rows": [(branch.id, depth) for branch, depth in shown]})


def _in_order(branches: Sequence[Branch]) -> list[tuple[Branch, int]]:
    """List processes below their parents with their depth; of a circle the first one is the root."""
    known = {branch.id: branch for branch in branches}
    children: dict[str | None, list[Branch]] = {}
    for branch in known.values():
        children.setdefault(branch.parent if branch.parent in known else None, []).append(branch)
    order: list[tuple[Branch, int]] = []
    seen: set[str] = set()
    for root in [*children.get(None, []), *known.values()]:
        stack = [(root, 0)]
        while stack:
            branch, depth = stack.pop()
            if branch.id not in seen:
                seen.add(branch.id)
                order.append((branch, depth))
                stack += [(child, depth + 1) for child in reversed(children.get(branch.id, []))]
    return order


def world(spots: Sequence[Spot], notes: Sequence[str] = (), title: str = "Connections") -> Plot:
    """Draw dots on the outline of the land; the area of a dot grows with its weight."""
    canvas = Canvas(1080, 600, title)
    canvas.text(12, 22, title, "t")
    canvas.land(LAND, "translate(540 310) scale(3)")
    most = max((spot.weight for spot in spots), default=1.0) or 1.0
    for spot in sorted(spots, key=lambda spot: -spot.weight):
        at = (540 + 3 * spot.longitude, 310 - 3 * spot.latitude, 3 + 9 * math.sqrt(spot.weight / most))
        canvas.circle(at, PALETTE[1], spot.hint, 0.75)
    for place, note in enumerate(notes):
        canvas.text(12, 594 - 16 * place, note, "m")
    return Plot(canvas, {"title": title, "spots": [tuple(spot) for spot in spots], "notes": list(notes)})


def network(
    nodes: Sequence[tuple[str, str, str]], edges: Sequence[tuple[int, int, str]], title: str = "Graph"
) -> Plot:  # fmt: skip
    """Draw nodes (kind, name, hint) around a circle, kinds together, and lines between them (places, hint)."""
    shown = sorted(range(len(nodes)), key=lambda place: (nodes[place][0], nodes[place][1], place))[:MOST_NODES]
    canvas = Canvas(1000, 1000, title)
    canvas.text(12, 22, title, "t")
    at: dict[int, tuple[float, float, float]] = {}
    for turn, place in enumerate(shown):
        angle = 2 * math.pi * turn / len(shown)
        at[place] = (500 + 330 * math.cos(angle), 500 + 330 * math.sin(angle), angle)
    for source, target in dict.fromkeys((a, b) for a, b, _ in edges if a in at and b in at):
        canvas.line((at[source][0], at[source][1], at[target][0], at[target][1]), "g")
    kinds = list(dict.fromkeys(nodes[place][0] for place in shown))
    for place, (x, y, angle) in at.items():
        kind, name, hint = nodes[place]
        canvas.circle((x, y, 6), PALETTE[kinds.index(kind) % len(PALETTE)], hint or name)
        if len(shown) <= 100:
            right = math.cos(angle) >= 0
            canvas.text(x + (10 if right else -10), y + 4, name[:32], "", "start" if right else "end")
    for place, kind in enumerate(kinds):
        canvas.circle((20, 48 + 18 * place, 5), PALETTE[place % len(PALETTE)])
        canvas.text(32, 52 + 18 * place, kind, "m")
    left_out = len(nodes) - len(shown)
    if left_out:
        canvas.text(12, 990, f"{left_out} more nodes are not drawn.", "m")
    return Plot(canvas, {"title": title, "nodes": [nodes[place] for place in shown], "edges": list(edges)})
