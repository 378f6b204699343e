"""Leads as sentences of a story: several of one kind in one, with what they have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from graphhunt.incidents import templates as incident_templates
from graphhunt.incidents.lead import Entity
from graphhunt.incidents.sentences import Words
from graphhunt.stories import templates
from graphhunt.stories.writing import Fetched, Moment, ended, entities, listed, times
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.incidents.sentences import Sentence
    from graphhunt.stories.telling import Telling, Told


def grouped(telling: Telling, told: Iterable[Told], most: int) -> list[Sentence]:
    """Say the leads of the kinds that weigh most, one sentence per kind, earliest first.

    A kind counts twice its heaviest lead at most, as in scores. Calls of different outside addresses are told apart.
    """
    kinds: dict[tuple[str, Any], list[Told]] = defaultdict(list)
    for each in told:
        kinds[each.lead.kind, each.lead.facts.get("address")].append(each)
    heaviest = sorted(kinds.values(), key=lambda group: -_weight(group))[:most]
    return [_group(telling, group) for group in sorted(heaviest, key=lambda group: group[0].lead.time)]


def _weight(group: Sequence[Told]) -> float:
    return max(each.weight for each in group) * (2 - 2.0 ** (1 - len(group)))


def _group(telling: Telling, group: Sequence[Told]) -> Sentence:
    first, last, kind = group[0].lead, group[-1].lead, group[0].lead.kind
    single = telling.writer.lead(first, group[0].account)
    if len(group) == 1:
        return ended(single, {"text": ", at "}, {"time": iso(first.time)})
    evidence = [event for each in group for event in each.lead.evidence]
    if kind not in templates.GROUPED:
        known = {"times": times(len(group)), "first": Moment(first.time), "last": Moment(last.time)}
        said = telling.writer.say(kind, templates.MANY, known, evidence)
        return ended(said, *single["parts"]) | {"lead": kind}
    known = {**_common(telling, group), "count": len(group), "times": times(len(group))}
    said = telling.writer.say(kind, templates.GROUPED[kind], known, evidence) | {"lead": kind}
    return ended(said, {"text": ", between "}, {"time": iso(first.time)}, {"text": " and "}, {"time": iso(last.time)})


def _common(telling: Telling, group: Sequence[Told]) -> dict[str, Any]:
    """Give what several leads say of a fact as one list, each value once."""
    facts: dict[str, list[Any]] = defaultdict(list)
    for each in group:
        for name, value in each.lead.facts.items():
            facts[name] += value if isinstance(value, list | tuple) and not isinstance(value, Entity) else [value]
    known: dict[str, Any] = {name: listed(values) for name, values in facts.items()}
    known |= {name: known.get(name) or None for name in ("from", "to", "work", "path", "as", "address", "port")}
    known["accounts"] = entities("User", (each.account for each in group)) or None
    known["program"] = listed(_program(telling, each) for each in group) or None
    known["port"] = [Words(str(port)) for port in known["port"] or ()] or None
    known["does"] = _does(facts)
    known["only"] = Words(_only(telling, group))
    return known


def _program(telling: Telling, told: Told) -> str | None:
    """Name the program of a lead: the same program in several processes is one name."""
    program = told.lead.facts.get("program")
    return telling.tables.programs.get(program.id) if isinstance(program, Entity) else program


def _does(facts: dict[str, list[Any]]) -> list[Any] | None:
    """Say what decoded commands do: our words, and the addresses that they name."""
    urls = listed(facts.get("urls", ()))
    names = [name for name in dict.fromkeys(facts.get("does", ())) if name != "fetches" or not urls]
    said = [Words(incident_templates.DOES[name]) for name in names]
    if not said and not urls:
        return [Words(incident_templates.NOTHING_KNOWN)]
    return [*said, Fetched(urls[0]), *urls[1:]]


def _only(telling: Telling, group: Sequence[Told]) -> str:
    """Say that no other process talked to the address, where that is so."""
    address = group[0].lead.facts.get("address")
    if not isinstance(address, Entity):
        return ""
    callers = telling.edges("CONNECTED").filter(telling.edges("CONNECTED")["to_id"] == address.id)
    named = {each.lead.vertex.partition("|")[2] for each in group}
    return templates.ONLY if set(callers.get_column("from_id")) <= named else ""
