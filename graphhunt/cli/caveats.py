"""What commands say beside an answer: two short lines, or with `--verbose` a line for each thing."""

from __future__ import annotations

from typing import Any

from graphhunt.cli.show import message
from graphhunt.lateral.budget import budget_words
from graphhunt.lateral.detector import CASE
from graphhunt.lateral.scope import scope_line, scope_words


def show_caveats(found: dict[str, Any], *, verbose: bool = False, more: str = "") -> None:
    """Say what could not be seen and what was scored.

    Args:
        found: An answer with `not_seen`, `blind_spots` and `truncated`, and where they apply `scope`, `meaning`,
            `suppressed`, `run` with `written`, and `notes`.
        verbose: Say everything, a line for each thing, in place of two lines.
        more: What to do to get the rest of an answer that is cut.
    """
    if verbose:
        _say_all(found, more)
        return
    if found["not_seen"]:
        message(f"not seen: {found['not_seen']}; see --verbose, or: graphhunt coverage")
    parts = _parts(found, more)
    if parts:
        message(f"{'; '.join(parts)}; more: --verbose")


def _parts(found: dict[str, Any], more: str) -> list[str]:
    """Give the parts of the line that says what was scored."""
    parts = [f"cut: {more}"] if found["truncated"] else []
    scope, listed = found.get("scope"), found.get("findings") or found.get("paths")
    if scope:
        parts.append(scope_line(scope))
    if scope and listed and scope["mode"] != CASE:
        parts.append("score: the strongest hop's, in nats")
    left = budget_words(found["budget"]) if found.get("budget") else None
    if left:
        parts.append(left)
    if not scope and listed and found.get("meaning"):
        parts.append("score: ten over the cost of the rights used")
    lists = [one["list"] for one in found.get("suppressed", ())]
    if lists:
        parts.append(f"suppressed by list: {', '.join(lists)}")
    return parts


def _say_all(found: dict[str, Any], more: str) -> None:
    """Say everything, a line for each thing."""
    if found["not_seen"]:
        message(f"not seen: {found['not_seen']}")
    _say_blind_spots(found["blind_spots"])
    if found["truncated"]:
        message(f"cut: {more}")
    _say_scope(found)
    for one in found.get("suppressed", ()):
        message(
            f"suppressed by the list '{one['list']}': {one['logons']:,} logons, highest score "
            f"{one['highest_score']:.1f} ({one['reason']})"
        )
    for text in found.get("sources_missing", ()):
        message(f"sources missing: {text}")
    left = budget_words(found["budget"]) if found.get("budget") else None
    if left:
        message(f"{left} (--param budget= shows more)")
    if "run" in found:
        message(f"lm_ properties of {found['written']:,} logons written as {found['run']}")
    for note in found.get("notes", ()):
        message(note)


def _say_scope(found: dict[str, Any]) -> None:
    """Say what was scored, and what a score means where any is shown."""
    scope = found.get("scope")
    for text in scope_words(scope) if scope else ():
        message(text)
    meaning = scope["meaning"] if scope else found.get("meaning")
    if meaning and (found.get("findings") or found.get("paths")):
        message(meaning)


def _say_blind_spots(spots: list[dict[str, Any]]) -> None:
    """Say what could not be seen of each machine, with the times."""
    times: dict[tuple[str, str], list[str]] = {}
    for spot in spots:
        when = f"{spot['start'][:16]} to {spot['end'][:16]}" if spot["start"] else ""
        times.setdefault((spot["machine"], spot["effect"]), []).append(when)
    for (machine, effect), spans in times.items():
        message(f"  {machine}: {effect}{': ' if spans[0] else ''}{', '.join(spans)}")
