"""What a report says first: what happened, how far it went, and what to do first; analysts may put it otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from graphhunt.case.incident_report.kinds import KINDS, runs_code
from graphhunt.incidents.sentences import plain
from graphhunt.incidents.weights import weights

PARTS = {"happened": "What happened", "reach": "How far", "first": "What to do first"}
"""The parts of the summary, and how each is headed."""

SECTIONS = {
    "way": "The way", "timeline": "Timeline", "added": "Added by analysts", "accounts": "Accounts",
    "machines": "Machines", "indicators": "Indicators", "attack": "ATT&CK", "missing": "What the records can't show",
    "records": "Records",
}  # fmt: skip
"""What comes after the summary, in this order, and how each is headed; analysts may add a note to each."""

MOST_SAID = 6
"""Things that are said of each machine, the weightiest first."""

CONTROLLED, REACHED, SOURCE = "controlled", "reached", "came from here"
"""States of a machine."""


def machines(story: Mapping[str, Any], hops: Mapping[str, Mapping[str, Any]], roles: Mapping[str, str]) -> list[Any]:
    """Say what became of each machine, in the order in which they were involved.

    Returns:
        For each `machine` its `state` in words, whether it is `controlled`, `since` when, and its `role`.
    """
    first = next(iter(story["machines"]), None)
    unseen = [plain(each) for each in story["not_seen"]]
    return [
        _machine(name, story, hops, roles) | {"unseen": bool(unseen) and name == first} for name in story["machines"]
    ]


def _machine(
    name: str, story: Mapping[str, Any], hops: Mapping[str, Mapping[str, Any]], roles: Mapping[str, str]
) -> dict[str, Any]:
    own = [step for step in story["steps"] if step["machine"] == name]
    ran = [step for step in own if any(runs_code(lead["kind"]) for lead in step["leads"])]
    went = [step for step in story["steps"] if hops.get(step["id"], {}).get("from") == name]
    system = any((step["account_id"] or "").endswith("S-1-5-18") for step in ran)
    state = (
        SOURCE if not own else REACHED + "; no record shows a program of the intruder there" if not ran else CONTROLLED
    )
    if ran and system:
        state += ", with the rights of the system"
    begun = min((step["time"] for step in ([*ran, *went] or own)), default=None)
    return {
        "machine": name, "state": state, "controlled": bool(ran or went), "ran": bool(ran), "since": begun,
        "role": roles.get(name),
    }  # fmt: skip


def written(story: Mapping[str, Any], places: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Write the parts of the summary from what was found."""
    known = list(places)
    return {"happened": _happened(story), "reach": _reach(story, known), "first": _first(story, known)}


def _happened(story: Mapping[str, Any]) -> str:
    said = [plain(story["title"]) + "."]
    for name in dict.fromkeys(step["machine"] for step in story["steps"]):
        counts = Counter(lead["kind"] for step in story["steps"] if step["machine"] == name for lead in step["leads"])
        if counts:
            said.append(f"On {name}, {_list(_done(counts))}.")
    return " ".join(said)


def _done(counts: Mapping[str, int]) -> list[str]:
    """Say what was done, the weightiest first, each with how often."""
    known = weights().kinds
    words: dict[str, int] = {}
    for kind in sorted(counts, key=lambda each: (-known[each].weight, each)):
        words[KINDS[kind].done] = words.get(KINDS[kind].done, 0) + counts[kind]
    more = len(words) - MOST_SAID
    chosen = [text + (f" ({times} times)" if times > 1 else "") for text, times in list(words.items())[:MOST_SAID]]
    return [*chosen, f"{more} more things stand in the timeline"] if more > 0 else chosen


def _reach(story: Mapping[str, Any], places: list[Mapping[str, Any]]) -> str:
    taken = [each["machine"] for each in places if each["controlled"]]
    reached = [each["machine"] for each in places if not each["controlled"]]
    said = [f"Under control: {_list(taken)}."] if taken else []
    if reached:
        said.append(f"Reached, without a record of a program of the intruder there: {_list(reached)}.")
    said += [f"{each['machine']} is a {each['role']}." for each in places if each["role"]]
    if story["accounts"]:
        said.append(f"Accounts that were used: {_list(story['accounts'])}.")
    return " ".join(said) or "No machine that logs was involved."


def _first(story: Mapping[str, Any], places: list[Mapping[str, Any]]) -> str:
    taken = [each["machine"] for each in places if each["controlled"]]
    reached = [each["machine"] for each in places if not each["controlled"]]
    said = []
    if story["accounts"]:
        said.append(f"Treat the passwords of {_list(story['accounts'])} as known, and reset them.")
    if story["accounts"] and any(each["role"] for each in places):
        said.append("If one of them has rights over the domain, reset the Kerberos key (krbtgt) too, twice.")
    if taken:
        said.append(f"Take {_list(taken)} off the network.")
    if story["outside"]:
        said.append(f"Block {_list(story['outside'])}.")
    if reached:
        said.append(f"Examine {_list(reached)} on the spot: the records here can't clear {_it(reached)}.")
    return " ".join(said) or "Read the timeline, and look at the machines on the spot."


def _it(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _list(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
