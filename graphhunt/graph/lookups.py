"""Names that were looked up, by whom, and what was answered: QUERIED and RESOLVED_TO, and the domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt import ids
from graphhunt.graph.folds import Fold, proof, seen
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import mapped, with_address
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_ASKED = ("asker", "label", "name", "status")
_ANSWERED = ("name", "answer")


def _contributes(window: Window, known: Definitions) -> Tables:
    frame = _queries(window, known)
    exploded = frame.explode("answers", empty_as_null=True, keep_nulls=True)
    answers = with_address(exploded, "answers", "answer").drop_nulls("answer")
    return {"QUERIED": frame.drop_nulls("asker"), "RESOLVED_TO": answers, "Domain": frame}


def _queries(window: Window, known: Definitions) -> pl.DataFrame:
    """Give the look-ups of names with who asked: the process, or the machine where no process is known."""
    frame = mapped(window.raw("dns_query"), "query", "name", ids.domain_name).drop_nulls("name")
    frame = known.machines.placed(with_address(frame, "source_ip", "address"))
    leased = known.owners.resolve(frame, "address", "leased")
    frame = known.processes.resolve(leased.with_columns(machine_id=pl.coalesce("machine_id", "leased")))
    return frame.with_columns(
        asker=pl.coalesce("process_id", "machine_id"),
        label=pl.when(pl.col("process_id").is_null()).then(pl.lit("Machine")).otherwise(pl.lit("Process")),
    )


def _draws(sums: Tables, known: Definitions) -> Tables:
    asked = edges("QUERIED", sums["QUERIED"], "asker", "name", "status", start="asker", end="name")
    return {
        "QUERIED": known.acts.of_process(asked.rename({"label": "from_label"}), "from_id"),
        "RESOLVED_TO": edges("RESOLVED_TO", sums["RESOLVED_TO"], *_ANSWERED, start="name", end="answer"),
        "Domain": sums["Domain"].with_columns(id="name"),
    }


FAMILY = Family(
    "look-ups",
    asks=("machines", "owners", "processes", "acts"),
    folds={
        "QUERIED": Fold(_ASKED, proof()),
        "RESOLVED_TO": Fold(_ANSWERED, proof()),
        "Domain": Fold(("name",), seen()),
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
