"""Sentences: what an act, a lead or a join says, as parts that faces render; each with the records it rests on.

A part is one of `text` (our own words), `entity` (label, id, name), `time`, `number`, or `value` (text of a record,
which its writer chose: whoever shows it escapes it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any

from graphhunt.incidents import templates
from graphhunt.incidents.lead import Entity, span_words

if TYPE_CHECKING:
    from graphhunt.incidents.acts import Act
    from graphhunt.incidents.lead import Lead
    from graphhunt.incidents.tables import Tables

MOST_EVIDENCE = 50
"""Event ids that stand with a sentence; `total` counts all."""

Sentence = dict[str, Any]
Segment = dict[str, Any]


class Writer:
    """Writes sentences with the names of a case.

    Args:
        tables: The graph's tables.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def lead(self, lead: Lead, account: str | None) -> Sentence:
        """Say a lead.

        Args:
            lead: The lead.
            account: Id of the account behind it.
        """
        known = self.facts(lead)
        if account and not known.get("account"):
            known["account"] = Entity("User", account)
        name = lead.kind
        if f"{name}.unnamed" in templates.LEADS and "work" not in known:
            name = f"{name}.unnamed"
        return self.say(name, templates.LEADS[name], known, lead.evidence) | {"lead": lead.kind}

    @staticmethod
    def facts(lead: Lead) -> dict[str, Any]:
        """Give the facts of a lead, those that our words say among them."""
        return {**lead.facts, **_derived(lead)}

    def hop(self, act: Act) -> Sentence:
        """Say a remote logon by itself."""
        row = act.hop or {}
        label = "Machine" if row["from_label"] == "Machine" else "IP"
        known = {
            "account": Entity("User", row["user_id"]), "from": Entity(label, row["from_id"]),
            "to": Entity("Machine", row["to_id"]),
            "technique": Words(row["technique_name"] or ""),
        }  # fmt: skip
        named = row["technique_name"] and row["technique_level"] in ("clear", "likely")
        by = templates.HOP_SENSED if act.sensed else templates.HOP_BY
        said = self.say("hop", by if named else templates.HOP, known, act.evidence)
        return said | {"confidence": row["confidence"]}

    def say(self, name: str, template: str, known: Mapping[str, Any], evidence: Iterable[str]) -> Sentence:
        """Fill a template.

        Args:
            name: Id of the sentence.
            template: Words, with names of facts in braces.
            known: The facts: an entity as (label, id), a list of entities, text of records, numbers, or our words.
            evidence: The records it rests on.
        """
        parts: list[Segment] = []
        for words, field, _, _ in Formatter().parse(template):
            if words:
                parts.append({"text": words})
            if field is not None:
                parts += self._segments(known.get(field))
        proof = list(dict.fromkeys(evidence))
        return {
            "id": name, "parts": parts, "lead": None, "confidence": "observed",
            "evidence": proof[:MOST_EVIDENCE], "total": len(proof),
        }  # fmt: skip

    def _segments(self, value: Any) -> list[Segment]:
        """Give the parts that say a fact; the items of a list with commas and an "and" between them."""
        if not isinstance(value, list | tuple) or isinstance(value, Entity):
            return self._single(value)
        parts: list[Segment] = []
        for number, each in enumerate(value):
            if number:
                parts.append({"text": " and " if number == len(value) - 1 else ", "})
            parts += self._segments(each)
        return parts

    def _single(self, value: Any) -> list[Segment]:
        if value is None:
            return [{"text": "an unknown one"}]
        if isinstance(value, Entity):
            return [self.entity(*value)]
        if isinstance(value, Words):
            return [{"text": str(value)}]
        if isinstance(value, _Named):
            return [{"text": "fetches "}, {"value": str(value)}]
        return [{"number": value}] if isinstance(value, int) else [{"value": str(value)}]

    def entity(self, label: str, id_: str) -> Segment:
        """Name an entity; a service or task has the last part of its id where no name is known."""
        if label == "Process":
            name = self._tables.programs.get(id_, id_)
        else:
            name = self._tables.names.get(id_) or self._works.get(id_) or id_
        return {"entity": {"label": label, "id": id_, "name": name}}

    @property
    def _works(self) -> dict[str, str]:
        return self._tables.works


class Words(str):
    """Words of ours, as opposed to text of a record."""

    __slots__ = ()


class _Named(str):
    """An address that a decoded command fetches from: text of a record."""

    __slots__ = ()


def _derived(lead: Lead) -> dict[str, Any]:
    """Give facts in words that are ours."""
    facts = lead.facts
    found: dict[str, Any] = {}
    if isinstance(facts.get("why"), tuple):
        found["why"] = Words(", ".join(facts["why"]))
    elif facts.get("why"):
        found["why"] = Words(facts["why"])
    if "does" in facts:
        found["does"] = _does(facts["does"], facts["urls"])
    if "gap" in facts:
        found["gap"] = Words(span_words(facts["gap"]))
    if facts.get("path"):
        found["path"] = str(facts["path"])
    return found


def _does(facts: Iterable[str], urls: Iterable[str]) -> list[Any]:
    """Say what a decoded command does: our words, and the addresses it names as text of the record."""
    said: list[Any] = [Words(templates.DOES[fact]) for fact in facts if fact != "fetches" or not urls]
    return [*said, *(_Named(url) for url in urls)] or [Words(templates.NOTHING_KNOWN)]


def words(text: str) -> str:
    """Mark text as our own words."""
    return Words(text)


def plain(sentence: Sentence) -> str:
    """Give a sentence as plain text; our words begin with a capital, and who shows it escapes what records say."""
    text = "".join(_plain(part) for part in sentence["parts"])
    return text[:1].upper() + text[1:] if "text" in sentence["parts"][0] else text


def _plain(part: Segment) -> str:
    if "entity" in part:
        return str(part["entity"]["name"])
    if "number" in part:
        return f"{part['number']:,}"
    return str(part.get("text", part.get("value", part.get("time", ""))))
