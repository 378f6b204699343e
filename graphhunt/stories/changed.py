"""What changed: services, tasks, accounts, groups, settings, logs, files from elsewhere, keys that start programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.lead import MINUTE, Entity
from graphhunt.stories import templates
from graphhunt.stories.telling import Telling, within
from graphhunt.stories.writing import proof, table
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.incidents.sentences import Sentence
    from graphhunt.questions.pivots import Window
    from graphhunt.stories.subject import Subject

_ONE = MINUTE
"""Records of one change that follow within this are one row (4697 and 7045 tell of one service)."""

_AUTOSTART = (
    r"(?i)\\currentversion\\run|\\currentversion\\winlogon|\\image file execution options\\|\\services\\[^\\]+$"
    r"|\\policies\\explorer\\run|\\active setup\\installed components|\\lsa$"
)
"""Keys whose values make Windows start a program or load a library (ATT&CK T1547, T1546.012, T1543.003, T1547.005)."""

_COLUMNS: dict[str, pl.DataType] = {
    "kind": pl.String(), "action": pl.String(), "what": pl.String(), "label": pl.String(), "value": pl.String(),
    "user_id": pl.String(), "program": pl.String(), "machine_id": pl.String(), "start": pl.Int64(), "end": pl.Int64(),
    "evidence": pl.List(pl.String()),
}  # fmt: skip
"""Columns of changes: kind and action, what was changed (an id with its label, or text), to what, by whom, where."""


class Changed:
    """The changes of a story, folded.

    Args:
        telling: What stories are told from.
        one: Whom the story is about; an address changes files only.
        window: The time that counts.
    """

    def __init__(self, telling: Telling, one: Subject, window: Window) -> None:
        self._telling = telling
        column = {"machine": "machine_id", "user": "user_id", "ip": "program"}[one.kind]
        self._changes = within(changes(telling), window).filter(pl.col(column) == one.id)

    def changed(self) -> dict[str, Any]:
        """Give what changed, earliest first; what the same account did to the same thing right after is one row."""
        rows = [self._row(row) for row in self._folded().iter_rows(named=True)]
        return table(rows)

    def _folded(self) -> pl.DataFrame:
        key = ("kind", "action", "what", "label", "value", "machine_id")
        ordered = self._changes.sort("start", "kind", "what", "evidence")
        gap = pl.col("start") - pl.col("start").shift(1).over(key)
        limit = pl.when(pl.col("kind") == "setting").then(1440 * _ONE).otherwise(_ONE)
        parts = ordered.with_columns(burst=(gap > limit).fill_null(value=True).cum_sum().over(key))
        return parts.group_by(*key, "burst", maintain_order=True).agg(
            pl.col("start").min(), pl.col("end").max(), count=pl.len(), program=pl.col("program").first(),
            users=pl.col("user_id").drop_nulls().unique(maintain_order=True),
            evidence=pl.col("evidence").explode().drop_nulls(),
        )  # fmt: skip

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        named = self._telling.writer.named
        return {
            "start": iso(row["start"]), "end": iso(row["end"]), "kind": row["kind"], "action": row["action"],
            "sentence": self.say(row), "count": row["count"], "machine": named("Machine", row["machine_id"]),
            "accounts": [named("User", id_) for id_ in row["users"]], "evidence": proof(row["evidence"]),
        }  # fmt: skip

    def say(self, row: dict[str, Any]) -> Sentence:
        """Say a change in a sentence."""
        template = templates.CHANGED[row["kind"]]
        what = Entity(row["label"], row["what"]) if row["label"] else row["what"]
        known = {
            "what": what if row["what"] else None, "value": row["value"], "action": row["action"],
            "program": row["program"],
        }  # fmt: skip
        if not row["value"]:
            template = templates.CHANGED.get(f"{row['kind']}.bare", template)
        return self._telling.writer.say(f"changed.{row['kind']}", template, known, row["evidence"])


def changes(telling: Telling) -> pl.DataFrame:
    """Give every change of the case, with the columns of `_COLUMNS`."""
    parts = [
        _installed(telling), _managed(telling), _settings(telling), _sent(telling), _registry(telling),
        _objects(telling), _certificates(telling),
    ]  # fmt: skip
    return pl.concat([_whole(part) for part in parts])


def _whole(part: pl.DataFrame) -> pl.DataFrame:
    """Give the columns of `_COLUMNS`, those that are absent as null."""
    return part.select(
        (pl.col(name) if name in part.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in _COLUMNS.items()
    )


def _installed(telling: Telling) -> pl.DataFrame:
    """Services and tasks; by whom, of a process the account it ran as."""
    edges = telling.edges("INSTALLED", "operation")
    tables = telling.tables
    works = pl.concat([
        tables.nodes("Service", "id", "machine_id", "image").rename({"image": "value"}),
        tables.nodes("ScheduledTask", "id", "machine_id", "command").rename({"command": "value"}),
    ]).rename({"id": "to_id"})  # fmt: skip
    owners = telling.processes.select(from_id="id", owner="user_id", program="name")
    kind = pl.when(pl.col("to_label") == "Service").then(pl.lit("service")).otherwise(pl.lit("task"))
    by = pl.when(pl.col("from_label") == "User").then("from_id").otherwise("owner")
    found = edges.join(works, on="to_id", how="left").join(owners, on="from_id", how="left")
    return found.with_columns(
        kind=kind, action=pl.col("operation").fill_null("install"), what=pl.col("to_id"), label=pl.col("to_label"),
        user_id=by,
    )  # fmt: skip


def _managed(telling: Telling) -> pl.DataFrame:
    """Accounts and groups."""
    edges = telling.edges("MANAGED", "action", "member_id", "machine_id", "changes")
    group = pl.col("to_label") == "Group"
    return edges.with_columns(
        kind=pl.when(group).then(pl.lit("group")).otherwise(pl.lit("account")), what="to_id", label="to_label",
        value=pl.coalesce("member_id", "changes"), user_id="from_id",
    )  # fmt: skip


def _settings(telling: Telling) -> pl.DataFrame:
    """Settings of a machine, and its logs."""
    edges = telling.edges("CHANGED_SETTING", "what", "operation", "target", "changes", "program")
    cleared = pl.col("operation") == "clear"
    return edges.with_columns(
        kind=pl.when(cleared).then(pl.lit("log")).otherwise(pl.lit("setting")), action="operation",
        value=pl.when(cleared).then("what").otherwise(pl.coalesce("target", "changes")),
        what=pl.when(cleared).then("target").otherwise("what"), user_id="from_id", machine_id="to_id",
    )  # fmt: skip


def _sent(telling: Telling) -> pl.DataFrame:
    """Files that came over a share; the address they came from stands as program."""
    edges = telling.edges("SENT", "path", "user_id")
    files = telling.tables.nodes("File", "id", "machine_id").rename({"id": "to_id"})
    found = edges.join(files, on="to_id", how="left")
    return found.with_columns(
        kind=pl.lit("file"), action=pl.lit("write"), what="path", value="from_id", program="from_id"
    )


def _registry(telling: Telling) -> pl.DataFrame:
    """Registry keys that make programs start."""
    edges = telling.edges("SET_REGISTRY", "operation", "value")
    keys = telling.tables.nodes("RegistryKey", "id", "path", "machine_id").rename({"id": "to_id"})
    keys = keys.filter(pl.col("path").str.contains(_AUTOSTART))
    owners = telling.processes.select(from_id="id", user_id="user_id", program="name")
    found = edges.join(keys, on="to_id").join(owners, on="from_id", how="left")
    return found.with_columns(kind=pl.lit("registry"), action="operation", what="path")


def _objects(telling: Telling) -> pl.DataFrame:
    """Objects of the directory."""
    edges = telling.edges("CHANGED_OBJECT", "operation", "attribute", "machine_id")
    return edges.with_columns(
        kind=pl.lit("object"), action="operation", what="to_id", label="to_label", value="attribute", user_id="from_id"
    )


def _certificates(telling: Telling) -> pl.DataFrame:
    """Certificates that were asked for."""
    edges = telling.edges("ASKED_CERTIFICATE", "operation", "template", "alternative_name")
    return edges.with_columns(
        kind=pl.lit("certificate"), action="operation", what="template", value="alternative_name", user_id="from_id",
        machine_id="to_id",
    )  # fmt: skip
