"""Alerts of products and rules: Alert nodes, and FLAGGED to the entities each concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.files import FILES, sightings
from graphhunt.graph.folds import AS_NUMBERED, Fold, first, first_known, last_known, proof, seen
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import SESSION, identified_file, with_address
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_DEFENDER_FILE = r"(?:^|;\s*)(?:container)?file:_((?:[^;-]|-[^>])+)"
"""Defender names what it found as `file:_C:\\folder\\name`, members of archives behind `->`, several after `;`."""

_PATH = r"^((?:[A-Za-z]:\\|\\\\|/).+)$"
"""What other products give as a target is a file if it is an absolute path."""

_NOTHING_DONE = ("not applicable", "no action", "unknown", "none")
"""Actions of alerts that report before anything is done; a later record of the alert says what was."""


_ENDS = ("alert_id", "to_id", "to_label")
_TOLD = ("rule", "level", "technique", "detection_id", "action", "code")
_TARGETS = (
    ("Machine", "machine_id"), ("User", "user_id"), ("Process", "process_id"), ("File", "file_id"),
    ("IP", "source_address"), ("IP", "destination_address"),
)  # fmt: skip


def _contributes(window: Window, known: Definitions) -> Tables:
    frame = known.accounts.resolve(known.machines.placed(window.raw("detection")))
    frame = known.processes.resolve(frame).with_columns(
        alert_id=pl.concat_str("source", pl.coalesce("detection_id", "event_id"), separator="|"),
        where=pl.coalesce(pl.col("target").str.extract(_DEFENDER_FILE), pl.col("target").str.extract(_PATH)),
    )
    for end in ("source", "destination"):
        frame = with_address(frame, f"{end}_ip", f"{end}_address")
    frame = known.acts.of_record(identified_file(frame))
    done = pl.when(~pl.col("action").str.to_lowercase().is_in(_NOTHING_DONE)).then("action")
    nothing = [pl.lit(None, pl.String).alias(name) for name in ("sha1", "signature")]
    return {
        "Alert": frame.with_columns(done=done),
        "FLAGGED": pl.concat([_flagged(frame, label, column) for label, column in _TARGETS]),
        "File": sightings(frame.drop_nulls("file_id").with_columns(nothing)),
    }


def _flagged(alerts: pl.DataFrame, label: str, column: str) -> pl.DataFrame:
    ends = {"to_id": pl.col(column), "to_label": pl.lit(label)}
    return alerts.drop_nulls(column).select("alert_id", "time", "event_id", "source", **ends)


def _draws(sums: Tables, _known: Definitions) -> Tables:
    flagged = sums["FLAGGED"].with_columns(_target="to_id")
    made = edges("FLAGGED", flagged, *_ENDS, start="alert_id", end="_target")
    alerts = sums["Alert"].with_columns(
        action=pl.coalesce("done", "action"),
        product=pl.col("code").str.split("/").list.first(),
        name=pl.coalesce("rule", "code"),
    )
    return {
        "Alert": alerts.drop("done", "code").rename({"alert_id": "id"}),
        "FLAGGED": made.with_columns(from_label=pl.lit("Alert")),
    }


FAMILY = Family(
    "alerts",
    asks=("machines", "accounts", "processes", "acts"),
    folds={
        "Alert": Fold(
            ("alert_id",),
            {
                **{name: first(name) for name in _TOLD},
                "done": last_known("done"),
                SESSION: first_known(SESSION),
                **seen(),
            },
            order=AS_NUMBERED,
        ),
        "FLAGGED": Fold(_ENDS, proof()),
        "File": FILES,
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
