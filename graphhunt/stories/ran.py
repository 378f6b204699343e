"""What ran: programs by account and machine, what is notable first, then what is rare in the case."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.programs import HUBS
from graphhunt.stories.telling import Telling, Told, within
from graphhunt.stories.writing import MOST_ROWS, proof, table
from graphhunt.times import iso
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from graphhunt.questions.pivots import Window
    from graphhunt.stories.subject import Subject

CONSOLE = "conhost.exe"
"""The window of a console program: every one has it, and it tells nothing."""

_COMMANDS = 5
_IDS = 50


class Ran:
    """The processes of a story, folded by program.

    Args:
        telling: What stories are told from.
        one: Whom the story is about.
        window: The time that counts.
    """

    def __init__(self, telling: Telling, one: Subject, window: Window) -> None:
        self._telling = telling
        self.processes = within(telling.processes.filter(chosen(telling, one)), window, "began")
        self._leads = leads_by_process(telling)

    def ran(self) -> dict[str, Any]:
        """Give the programs: those with leads first, then those that fewest machines ran, and windows of consoles last.

        `machines` and `processes` say on how many machines of the case the program ran, and how often.
        """
        rows = [self._row(row) for row in self._programs().iter_rows(named=True)]
        rows.sort(key=lambda row: (-row["weight"], row["ordinary"], row["mention"], row["machines"], row["processes"]))
        for row in rows[:MOST_ROWS]:
            row["facts"] = sorted({fact for line in row["commands"] for fact in (decoded(line) or _NOTHING).facts})
        return table(rows)

    def _programs(self) -> pl.DataFrame:
        everywhere = self._telling.processes.group_by("program").agg(
            machines=pl.col("machine_id").n_unique(), processes=pl.len()
        )
        lines = pl.col("command_line").drop_nulls()
        found = self.processes.sort("began", "id").group_by("program", "user_id", "machine_id", maintain_order=True)
        return found.agg(
            pl.col("name").first(), pl.col("path").drop_nulls().first(), count=pl.len(), start=pl.col("began").min(),
            end=pl.col("began").max(), commands=lines.unique(maintain_order=True).head(_COMMANDS),
            lines=lines.n_unique(), ids=pl.col("id"), mention=pl.col("stub").fill_null(value=False).all(),
            evidence=pl.col("evidence").explode().drop_nulls(),
        ).join(everywhere, on="program", how="left", maintain_order="left")  # fmt: skip

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        named = self._telling.writer.named
        leads = [told for id_ in row["ids"] for told in self._leads.get(id_, ())]
        return {
            "program": row["name"], "path": row["path"], "count": row["count"], "start": iso(row["start"]),
            "end": iso(row["end"]), "account": named("User", row["user_id"]),
            "machine": named("Machine", row["machine_id"]), "machines": row["machines"],
            "processes": row["processes"], "commands": row["commands"], "lines": row["lines"], "facts": [],
            "leads": sorted({told.lead.kind for told in leads}),
            "weight": round(sum(told.weight for told in leads), 4),
            "ordinary": row["program"] == CONSOLE or row["program"] in HUBS, "mention": row["mention"],
            "ids": row["ids"][:_IDS], "evidence": proof(row["evidence"]),
        }  # fmt: skip


class _Nothing:
    """Stands for a command line without an encoded command."""

    facts: tuple[str, ...] = ()


_NOTHING = _Nothing()


def chosen(telling: Telling, one: Subject) -> pl.Expr:
    """Tell the processes of a story: of the machine, of the account, or those that talked to the address."""
    if one.kind == "machine":
        return pl.col("machine_id") == one.id
    if one.kind == "user":
        return pl.col("user_id") == one.id
    made = telling.edges("CONNECTED").filter(pl.col("to_id") == one.id)
    return pl.col("id").is_in(made.get_column("from_id").unique().implode())


def leads_by_process(telling: Telling) -> dict[str, list[Told]]:
    """Give the leads of each process that has any."""
    found: dict[str, list[Told]] = defaultdict(list)
    for told in telling.told:
        kind, _, id_ = told.lead.vertex.partition("|")
        if kind == "process":
            found[id_].append(told)
    return found
