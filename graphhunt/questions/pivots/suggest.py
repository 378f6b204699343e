"""In which order what a search found is suggested: what incidents tell of first, then people, then how well it fits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

Hit = dict[str, Any]

WIDER = 5
"""So many times as many hits as are shown are put in order, so that one that fits less well can come first."""

_TIERS = {None: 0, "service-account": 1, "machine-account": 2}
"""People before accounts of services before those of machines; what is no account is in the first."""


def suggested(groups: Iterable[dict[str, Any]], told: Collection[tuple[str, str]], limit: int) -> list[dict[str, Any]]:
    """Put groups of hits, as `pivots.search` gives them, in the order in which they are suggested.

    Args:
        groups: The groups.
        told: Kind and id of what incidents tell of.
        limit: Most hits of a group.

    Returns:
        The groups, each in the order: in an incident; person, service account, machine account; whole name, beginning,
        part; seen last. The account of a machine (`NAME$`) is the `account` of the machine's hit where that is shown.
    """
    ordered = [group | {"items": sorted(group["items"], key=lambda hit: _key(hit, told))} for group in groups]
    machines: list[Hit] = next((group["items"][:limit] for group in ordered if group["kind"] == "Machine"), [])
    folded = _fold(machines, next((group["items"] for group in ordered if group["kind"] == "User"), []))
    found = []
    for group in ordered:
        items = [hit for hit in group["items"] if (hit["kind"], hit["id"]) not in folded]
        if items:
            found.append(group | {"items": items[:limit], "more": group["more"] or len(items) > limit})
    return found


def _key(hit: Hit, told: Collection[tuple[str, str]]) -> tuple[bool, int, int, int]:
    known = (hit["kind"], hit["id"]) in told
    return not known, _TIERS.get(hit["noise"], 0), hit["rank"], -(hit["last_seen"] or 0)


def _fold(machines: Sequence[Hit], accounts: Sequence[Hit]) -> set[tuple[str, str]]:
    """Give machines their own accounts, and say which those are; of two machines of a name neither gets one."""
    named: dict[str, list[Hit]] = {}
    for machine in machines:
        named.setdefault(machine["label"].lower(), []).append(machine)
    folded: set[tuple[str, str]] = set()
    for account in accounts:
        name = account["label"].rpartition("\\")[2].lower()
        own = named.get(name.removesuffix("$"), []) if name.endswith("$") else []
        if account["noise"] == "machine-account" and len(own) == 1 and "account" not in own[0]:
            own[0]["account"] = account
            folded.add((account["kind"], account["id"]))
    return folded
