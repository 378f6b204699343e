"""Says in short what scenes and leads say in full; the records stand with every word of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.incidents.board import phrases
from graphhunt.incidents.lead import Entity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphhunt.incidents.board.phrases import Phrase
    from graphhunt.incidents.lead import Lead
    from graphhunt.incidents.sentences import Sentence, Writer


class Teller:
    """Says things with the names of a case.

    Args:
        writer: Writes sentences.
        names: Shown names of accounts and machines by id.
    """

    def __init__(self, writer: Writer, names: Mapping[str, str]) -> None:
        self.writer = writer
        self._names = names

    def say(self, name: str, template: str, known: Mapping[str, Any], evidence: Iterable[str]) -> Sentence:
        """Fill a template, as `Writer.say` does."""
        return self.writer.say(name, template, known, evidence)

    def account(self, id_: str | None) -> dict[str, str] | None:
        """Name an account."""
        return {"id": id_, "name": self._names.get(id_, id_)} if id_ else None

    def known(self, id_: str) -> bool:
        """Tell whether a machine or account of that id is known by name."""
        return id_ in self._names

    def line(self, lead: Lead, facts: Mapping[str, Any] | None = None) -> Sentence:
        """Say a lead in the words of a card.

        Args:
            lead: The lead.
            facts: What of its facts is said; all of them by default.
        """
        said = lead if facts is None else lead._replace(facts=facts)
        template = phrases.PHRASES[lead.kind].line
        if lead.kind in phrases.UNNAMED and "work" not in said.facts:
            template = phrases.UNNAMED[lead.kind]
        return self.of_lead(said, template) | {"lead": lead.kind}

    def of_lead(self, lead: Lead, template: str, **more: Any) -> Sentence:
        """Fill a template with the facts of a lead; its machine and account are known where the facts lack them."""
        known: dict[str, Any] = {"to": Entity("Machine", lead.machine)}
        if lead.account:
            known["account"] = Entity("User", lead.account)
        known |= {name: value for name, value in self.writer.facts(lead).items() if value is not None}
        return self.say(lead.kind, template, known | more, lead.evidence)

    @staticmethod
    def phrase(lead: Lead) -> Phrase:
        """Give the short words of a lead's kind."""
        return phrases.PHRASES[lead.kind]
