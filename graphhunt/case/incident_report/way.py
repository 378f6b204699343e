"""The picture of the way: machines in the order in which they were involved, and what led from one to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphhunt.plain import counted
from graphhunt.svg import escape, fitting, number

MOST = 7
"""Boxes in a row; what comes after stands in the tables."""

WIDE, HIGH, STEP, ROW = 150, 46, 235, 105
"""Size of a box, and distance between boxes and rows."""

INK, ATTACK, OUTSIDE, MUTED = "#17202c", "#b83a0e", "#6b2fa0", "#515d6e"


def way_of(
    story: Mapping[str, Any], places: Iterable[Mapping[str, Any]], timeline: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Give boxes and arrows.

    Returns:
        `boxes` (name, note, kind, row), `arrows` (from, to, label, note, kind) and how many boxes were left out.
    """
    rows = list(timeline)
    outside = set(story["outside"])
    came = {row["from"] for row in rows if row["from"] in outside}
    first = [_box(name, "outside", "outside") for name in story["outside"] if name in came]
    inside = [_box(each["machine"], _note(each), "machine") for each in places]
    known = {box["name"] for box in (*first, *inside)}
    unknown = [
        _box(name, "no records of its own", "machine") for name in story["unknown_machines"] if name not in known
    ]
    boxes = [*first, *unknown, *inside]
    called = [_box(name, "outside, called", "outside") | {"row": 1} for name in story["outside"] if name not in came]
    left = max(0, len(boxes) - MOST) + max(0, len(called) - MOST)
    shown = [*boxes[:MOST], *called[:MOST]]
    arrows = [*_hops(rows), *_calls(story, outside)]
    names = {box["name"] for box in shown}
    return {
        "boxes": shown, "left_out": left,
        "arrows": [arrow for arrow in arrows if {arrow["from"], arrow["to"]} <= names],
    }  # fmt: skip


def _box(name: str, note: str, kind: str) -> dict[str, Any]:
    return {"name": name, "note": note, "kind": kind, "row": 0}


def _note(place: Mapping[str, Any]) -> str:
    if place["unseen"]:
        return "way in not seen"
    return place["role"] or str(place["state"]).split(",", maxsplit=1)[0].split(";", maxsplit=1)[0]


def _hops(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        if row["from"] is None or row["from"] == row["to"]:
            continue
        arrow = found.setdefault(
            (row["from"], row["to"]), {"from": row["from"], "to": row["to"], "times": 0, "accounts": {}, "kind": "hop"}
        )
        arrow["times"] += 1
        arrow["accounts"].update(dict.fromkeys(row["accounts"][:1]))
    return [
        {
            "from": each["from"], "to": each["to"], "label": counted(each["times"], "time"),
            "note": ", ".join(each["accounts"]), "kind": "hop",
        }
        for each in found.values()
    ]  # fmt: skip


def _calls(story: Mapping[str, Any], outside: set[str]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], int] = {}
    for step in story["steps"]:
        for sentence in step["sentences"]:
            if sentence["lead"] in _CALLS:
                named = {part["entity"]["id"] for part in sentence["parts"] if "entity" in part}
                for address in sorted(outside & named):
                    found[step["machine"], address] = found.get((step["machine"], address), 0) + 1
    return [
        {"from": machine, "to": address, "label": counted(times, "time"), "note": "", "kind": "outside"}
        for (machine, address), times in found.items()
    ]


_CALLS = ("outside_call", "beacon", "network_beacon", "network_calls", "network_followed")


def picture(way: Mapping[str, Any]) -> str:
    """Draw the way as SVG that needs nothing from outside."""
    first = [box for box in way["boxes"] if box["row"] == 0]
    second = [box for box in way["boxes"] if box["row"] == 1]
    places = {box["name"]: (10 + STEP * at, 60) for at, box in enumerate(first)}
    taken: set[int] = set()
    for box in second:
        places[box["name"]] = (10 + STEP * _column(box["name"], way, places, taken), 60 + ROW)
    width = max((x for x, _ in places.values()), default=0) + WIDE + 10
    high = 60 + HIGH + 14 + (ROW if second else 0)
    drawn = [_arrow(each, places[each["from"]], places[each["to"]]) for each in way["arrows"]]
    drawn += [_drawn(box, places[box["name"]]) for box in way["boxes"]]
    return (
        f'<svg viewBox="0 0 {max(width, 700)} {high}" role="img" aria-label="The way of the intruder"><defs>'
        + "".join(map(_marker, (ATTACK, OUTSIDE)))
        + f"</defs>{''.join(drawn)}</svg>"
    )


def _column(name: str, way: Mapping[str, Any], places: Mapping[str, tuple[int, int]], taken: set[int]) -> int:
    """Give the free column nearest to the machine that called an address."""
    callers = [places[arrow["from"]][0] // STEP for arrow in way["arrows"] if arrow["to"] == name]
    wanted = callers[0] if callers else 0
    free = min((at for at in range(MOST * 2) if at not in taken), key=lambda at: abs(at - wanted))
    taken.add(free)
    return free


def _marker(colour: str) -> str:
    return (
        f'<marker id="m{colour[1:]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0l8 4-8 4z" fill="{colour}"/></marker>'
    )


def _drawn(box: Mapping[str, Any], at: tuple[int, int]) -> str:
    x, y = at
    colour = OUTSIDE if box["kind"] == "outside" else INK
    name, note = escape(fitting(box["name"], WIDE - 34)), escape(fitting(box["note"], WIDE))
    return (
        f'<g><title>{escape(box["name"])}</title><rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="6" '
        f'fill="#fff" stroke="{colour}" stroke-width="1.8"/>'
        f'<text x="{x + WIDE // 2}" y="{y + 20}" text-anchor="middle" font-weight="650" font-size="14">{name}</text>'
        f'<text x="{x + WIDE // 2}" y="{y + 37}" text-anchor="middle" '
        f'font-size="11" fill="{MUTED}">{note}</text></g>'
    )


def _arrow(arrow: Mapping[str, Any], start: tuple[int, int], end: tuple[int, int]) -> str:
    """Draw an arrow: straight to the next box, in a bow over or under those between."""
    (x1, y1), (x2, y2) = start, end
    colour, dashes = (OUTSIDE, ' stroke-dasharray="6 4"') if arrow["kind"] == "outside" else (ATTACK, "")
    if y1 != y2:
        path, label = (
            f"M{x1 + WIDE // 2} {y1 + HIGH}L{x2 + WIDE // 2} {y2 - 4}",
            ((x1 + x2 + WIDE) / 2 + 30, (y1 + y2 + HIGH) / 2),
        )
    elif x2 - x1 == STEP:
        path, label = (
            f"M{x1 + WIDE} {y1 + HIGH // 2}L{x2 - 4} {y2 + HIGH // 2}",
            ((x1 + x2 + WIDE) / 2, y1 + HIGH / 2 - 9),
        )
    else:
        bow = 14 + 9 * abs(x2 - x1) // STEP
        a, b, y = x1 + WIDE // 2, x2 + WIDE // 2, y1
        path, label = f"M{a} {y}C{a} {y - 2 * bow} {b} {y - 2 * bow} {b} {y - 4}", ((a + b) / 2, y - 1.5 * bow - 4)
    return (
        f'<path d="{path}" stroke="{colour}" stroke-width="2" fill="none"{dashes} marker-end="url(#m{colour[1:]})"/>'
        + _words(arrow["label"], *label, INK)
        + (
            _words(fitting(arrow["note"], STEP - WIDE), label[0], label[1] + 26, MUTED)
            if y1 == y2 and x2 - x1 == STEP
            else ""
        )
    )


def _words(text: str, x: float, y: float, colour: str) -> str:
    at = f'x="{number(x)}" y="{number(y)}" text-anchor="middle"'
    return f'<text {at} font-size="11.5" fill="{colour}">{escape(text)}</text>'
