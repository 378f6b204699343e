"""Management: accounts and groups made and changed, members, settings, directory objects, certificates; and look-ups.

Sources: Microsoft, "Audit account management" (4720-4767, 4781, 4798, 4799), "Audit directory service" (4662,
5136-5141), "Audit certification services" (4886-4888), "Audit policy change" (4719 …), and 1102, 104, 4616.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import SECOND, evidence, first, hashed, key
from graphhunt.graph.groups import Groups
from graphhunt.graph.identity_groups import is_group

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.processes import Processes

_VALUE_LENGTH = 1000
"""Characters of a directory's value that an edge repeats; the record has all."""

_LABELS = {"from_label": pl.lit("User"), "confidence": pl.lit("observed")}


class Management:
    """What accounts did to accounts, groups, settings and the directory.

    Args:
        case: The case.
        processes: Its processes.
    """

    def __init__(self, case: Case, processes: Processes) -> None:
        self.case = case
        self.processes = processes
        self._groups = Groups(case)

    def relationships(self) -> dict[str, pl.DataFrame]:
        """Give MANAGED, MEMBER_OF, ENUMERATED, CHANGED_SETTING, CHANGED_OBJECT, USED_RIGHTS and ASKED_CERTIFICATE."""
        return {
            "MANAGED": self._managed(),
            "MEMBER_OF": self._members(),
            "ENUMERATED": self._enumerated(),
            "CHANGED_SETTING": self._settings(),
            "CHANGED_OBJECT": self._changed_objects(),
            "USED_RIGHTS": self._used_rights(),
            "ASKED_CERTIFICATE": self._certificates(),
        }

    def groups(self, listed: pl.DataFrame) -> pl.DataFrame:
        """Give the Group nodes: those that records name, and those that a directory lists."""
        _ = self._changes, self._looked_up
        return self._groups.nodes(listed)

    def objects(self, listed: pl.DataFrame) -> pl.DataFrame:
        """Give the DirectoryObject nodes: those that records name, and those that a directory lists."""
        named = [
            self.case.drawn.take(frame.drop_nulls("id")) for frame in (self._object_changes, self._object_accesses)
        ]
        parts = [frame.select("id", "name", "type") for frame in named]
        rows = pl.concat([listed.select("id", "name", "type"), *parts], how="vertical").drop_nulls("id")
        # A name in words comes before the GUID that 4662 has in its place.
        rows = rows.unique().sort(
            "id", pl.col("name").str.contains("="), "name", "type", descending=[False, True, False, False]
        )
        return (
            rows.group_by("id", maintain_order=True)
            .agg(first("name"), first("type"))
            .with_columns(name=pl.coalesce("name", "id"))
        )

    @cached_property
    def _changes(self) -> pl.DataFrame:
        """Account changes with the actor, what was changed (`to_id`), and the member where a group's were changed."""
        frame = self.case.facts("account_change")
        frame = self.case.accounts.resolve(frame, "target_user", "target_domain", "target_sid", "target_id")
        frame = self._groups.resolve(frame, "group_sid", "group", "group_domain", "group_id")
        of_group = pl.col("object_type") == "group"
        member = of_group & is_group("target_sid", self._groups.known)
        nested = self._groups.resolve(frame.filter(member), "target_sid", "target_user", "target_domain", "_nested")
        nested = nested.select("event_id", "ordinal", "_nested")
        frame = frame.join(nested, on=["event_id", "ordinal"], how="left", maintain_order="left")
        inside = pl.col("_nested").is_not_null()
        return frame.with_columns(
            to_id=pl.when(of_group).then("group_id").otherwise("target_id"),
            to_label=pl.when(of_group).then(pl.lit("Group")).otherwise(pl.lit("User")),
            member_id=pl.when(of_group).then(pl.coalesce("_nested", "target_id")),
            member_label=pl.when(inside).then(pl.lit("Group")).otherwise(pl.lit("User")),
            changes=_joined("changes", "; "),
        )

    def _managed(self) -> pl.DataFrame:
        frame = self._changes.rename({"old_user": "old_name", "caller": "caller_name"})
        own = ["action", "member_id", "success", "old_name", "caller_name", "changes", "machine_id", "logon_id"]
        return self._drawn("MANAGED", frame, own)

    def _members(self) -> pl.DataFrame:
        """Give MEMBER_OF: from the record that somebody was put into a group to the one that takes them out."""
        acts = self._changes.filter(
            pl.col("action").is_in(["add-member", "remove-member"]) & pl.col("success").ne_missing(other=False)
        ).drop_nulls(["member_id", "group_id"])
        self.case.drawn.take(acts)
        pair = ["member_id", "member_label", "group_id"]
        left = pl.col("action") == "remove-member"
        acts = acts.sort(*pair, "time", "event_id").with_columns(
            turn=left.shift().over(pair).fill_null(value=False).cast(pl.Int64).cum_sum().over(pair),
            added_by=pl.when(~left).then("user_id"),
            removed_by=pl.when(left).then("user_id"),
        )
        grouped = acts.group_by(*pair, "turn", maintain_order=True).agg(
            *evidence(), first("added_by"), first("removed_by"),
            start=pl.col("time").min(), end=pl.col("time").max(), open=pl.col("action").last() == "add-member",
        )  # fmt: skip
        return grouped.with_columns(
            hashed("MEMBER_OF", *pair, "start").alias("id"), confidence=pl.lit("observed"),
            from_id=pl.col("member_id"), from_label=pl.col("member_label"), to_id=pl.col("group_id"),
        ).drop(*pair, "turn")  # fmt: skip

    @cached_property
    def _looked_up(self) -> pl.DataFrame:
        frame = self.case.accounts.resolve(
            self.case.facts("enumeration"), "target_user", "target_domain", "target_sid", "target_id"
        )
        frame = self._groups.resolve(frame, "group_sid", "group", "group_domain", "group_id")
        label = pl.when(pl.col("group_id").is_not_null()).then(pl.lit("Group")).otherwise(pl.lit("User"))
        return frame.with_columns(to_id=pl.coalesce("group_id", "target_id"), to_label=label)

    def _enumerated(self) -> pl.DataFrame:
        frame = self._with_process(self._looked_up)
        return self._drawn("ENUMERATED", frame, ["machine_id", "process_id", "program", "logon_id"])

    def _settings(self) -> pl.DataFrame:
        """Give CHANGED_SETTING: policies and the like, logs that were cleared and clocks that were set."""
        policy = self.case.facts("policy_change").with_columns(
            target=pl.coalesce("target", "target_sid"), changes=_joined("changes", "; ")
        )
        state = self.case.facts("machine_state")
        cleared = state.filter(pl.col("state") == "log_cleared").with_columns(
            what=pl.lit("log"),
            operation=pl.lit("clear"),
            changes=pl.lit(None, pl.String),
            target=pl.coalesce("target", pl.when(pl.col("code") == "Security/1102").then(pl.lit("Security"))),
        )
        step = (pl.col("clock_delta") / SECOND).round().cast(pl.Int64)
        moved = pl.when(step != 0).then(pl.concat_str(step.cast(pl.String), pl.lit(" s")))
        clock = state.filter(pl.col("state") == "clock_changed").with_columns(
            what=pl.lit("clock"), operation=pl.lit("change"), target=pl.lit(None, pl.String), changes=moved
        )
        own = ["what", "operation", "target", "changes"]
        columns = ["machine_id", "user_id", "logon_id", "pid", "path", "time", "event_id", "source", *own]
        frame = pl.concat([part.select(columns) for part in (policy, cleared, clock)])
        frame = self._with_process(frame).with_columns(to_id=pl.col("machine_id"), to_label=pl.lit("Machine"))
        return self._drawn("CHANGED_SETTING", frame, [*own, "process_id", "program", "logon_id"])

    @cached_property
    def _object_changes(self) -> pl.DataFrame:
        guid = pl.col("object_guid").str.strip_chars("{}").str.to_uppercase()
        frame = self.case.facts("directory_change")
        return frame.with_columns(
            id=self._own(pl.coalesce(guid, "object")), name=pl.col("object"), type=pl.col("object_class"),
            value=pl.col("value").str.slice(0, _VALUE_LENGTH),
        )  # fmt: skip

    def _changed_objects(self) -> pl.DataFrame:
        frame = self._object_changes.with_columns(to_id=pl.col("id"), to_label=pl.lit("DirectoryObject")).drop("id")
        own = ["operation", "attribute", "value", "old_object", "machine_id", "logon_id"]
        return self._drawn("CHANGED_OBJECT", frame, own)

    @cached_property
    def _object_accesses(self) -> pl.DataFrame:
        name = pl.col("object")
        guid = pl.when(name.str.contains(r"^[0-9a-fA-F-]{36}$")).then(name.str.to_uppercase())
        directory = self._own(pl.coalesce(guid, pl.when(name.str.contains("(?i)(?:^|,)DC=")).then(name)))
        # 4662 also tells of objects of the machine itself, such as secrets of its local security authority.
        return self.case.facts("directory_access").with_columns(
            id=pl.coalesce(directory, key("machine_id", "object")), name=name, type=pl.col("object_type"),
            rights=_joined("rights", ", "),
        )  # fmt: skip

    def _used_rights(self) -> pl.DataFrame:
        frame = self._object_accesses.with_columns(to_id=pl.col("id"), to_label=pl.lit("DirectoryObject")).drop("id")
        return self._drawn("USED_RIGHTS", frame, ["rights", "mask", "success", "machine_id", "logon_id"])

    def _certificates(self) -> pl.DataFrame:
        frame = self.case.facts("certificate_issue").with_columns(
            to_id=pl.col("machine_id"), to_label=pl.lit("Machine")
        )
        own = ["operation", "template", "alternative_name", "subject", "request"]
        return self._drawn("ASKED_CERTIFICATE", frame, own)

    def _drawn(self, kind: str, frame: pl.DataFrame, own: list[str]) -> pl.DataFrame:
        """Fold acts of accounts to one relationship per actor, what it was done to, and the properties `own`."""
        parts = ["user_id", "to_id", "to_label", *own]
        rows = self.case.drawn.take(frame.drop_nulls(["user_id", "to_id"]))
        grouped = rows.group_by(parts).agg(*evidence(), start=pl.col("time").min(), end=pl.col("time").max())
        made = grouped.with_columns(hashed(kind, *parts).alias("id"), from_id=pl.col("user_id"), **_LABELS)
        return made.drop("user_id")

    def _with_process(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `process_id`, where the process is a node, and `program`, its path as the record states it."""
        found = self.processes.resolve(frame.with_columns(guid=pl.lit(None, pl.String)))
        known = pl.col("process_id").is_in(self.processes.nodes.get_column("id").implode())
        return found.with_columns(process_id=pl.when(known).then("process_id"), program=pl.col("path"))

    def _own(self, value: pl.Expr) -> pl.Expr:
        return value if self.case.client_id == "default" else pl.concat_str(pl.lit(f"{self.case.client_id}:"), value)


def _joined(column: str, separator: str) -> pl.Expr:
    """Give a list of texts as one text; null where it is empty."""
    texts = pl.col(column).list.join(separator)
    return pl.when(texts != "").then(texts)
