"""Management: accounts and groups made and changed, settings, directory objects, certificates; and look-ups.

Sources: Microsoft, "Audit account management" (4720-4767, 4781, 4798, 4799), "Audit directory service" (4662,
5136-5141), "Audit certification services" (4886-4888), "Audit policy change" (4719 …), and 1102, 104, 4616.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.account_changes import account_changes
from graphhunt.graph.folds import Fold, first_known, proof
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import SECOND, joined, key
from graphhunt.graph.groups import BY_TARGET
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

_VALUE_LENGTH = 1000
"""Characters of a directory's value that an edge repeats; the record has all."""

_OWN = {
    "MANAGED": (
        "action", "member_id", "success", "old_name", "caller_name", "changes", "machine_id", "logon_id",
    ),
    "ENUMERATED": ("machine_id", "process_id", "program", "logon_id"),
    "CHANGED_SETTING": ("what", "operation", "target", "changes", "process_id", "program", "logon_id"),
    "CHANGED_OBJECT": ("operation", "attribute", "value", "old_object", "machine_id", "logon_id"),
    "USED_RIGHTS": ("rights", "mask", "success", "machine_id", "logon_id"),
    "ASKED_CERTIFICATE": ("operation", "template", "alternative_name", "subject", "request"),
}  # fmt: skip
"""What tells the acts of each kind apart, beside who did them and to what; each is a property."""

_ENDS = ("user_id", "to_id", "to_label")

_OF_GROUP = ("name", "domain", "sid", "machine_id")

GROUPS = Fold(("id",), {column: first_known(column) for column in _OF_GROUP}, order=_OF_GROUP, drawn=False)
"""What records and directories say of groups."""

OBJECTS = Fold(("id",), {name: first_known(name) for name in ("name", "type")}, order=("wordless", "name", "type"))
"""What records and directories say of a directory's objects."""


def listed(groups: pl.DataFrame, objects: pl.DataFrame) -> Tables:
    """Give rows of `GROUPS` and `OBJECTS` for what a directory lists."""
    unknown = [pl.lit(None, pl.String).alias(column) for column in _OF_GROUP if column != "name"]
    return {"Group": groups.with_columns(unknown), "DirectoryObject": _named_objects(objects)}


def _named_objects(rows: pl.DataFrame) -> pl.DataFrame:
    """Give rows of `OBJECTS`: a name in words comes before the GUID that 4662 has in its place."""
    return rows.with_columns(wordless=~pl.col("name").str.contains("=", literal=True)).drop_nulls("id")


def _contributes(window: Window, known: Definitions) -> Tables:
    changes = account_changes(window, known.accounts, known.groups)
    looked_up = _looked_up(window, known)
    changed, accessed = _object_changes(window, known), _object_accesses(window, known)
    acts = {
        "MANAGED": changes.rename({"old_user": "old_name", "caller": "caller_name"}),
        "ENUMERATED": _with_process(looked_up, known),
        "CHANGED_SETTING": _settings(window, known),
        "CHANGED_OBJECT": _on_object(changed),
        "USED_RIGHTS": _on_object(accessed),
        "ASKED_CERTIFICATE": window.facts("certificate_issue").with_columns(
            to_id=pl.col("machine_id"), to_label=pl.lit("Machine")
        ),
    }
    named = [
        known.groups.nodes(changes, "group_id"),
        known.groups.nodes(changes, "nested_id", BY_TARGET),
        known.groups.nodes(looked_up, "group_id"),
    ]
    columns = ["id", "name", "type", "event_id"]
    objects = pl.concat([changed.select(columns), accessed.select(columns)])
    return {
        **{kind: rows.drop_nulls(["user_id", "to_id"]) for kind, rows in acts.items()},
        "Group": pl.concat(named),
        "DirectoryObject": _named_objects(objects),
    }


def _looked_up(window: Window, known: Definitions) -> pl.DataFrame:
    frame = known.accounts.resolve(
        window.facts("enumeration"), "target_user", "target_domain", "target_sid", "target_id"
    )
    frame = known.groups.resolve(frame, "group_id")
    label = pl.when(pl.col("group_id").is_not_null()).then(pl.lit("Group")).otherwise(pl.lit("User"))
    return frame.with_columns(to_id=pl.coalesce("group_id", "target_id"), to_label=label)


def _settings(window: Window, known: Definitions) -> pl.DataFrame:
    """Give CHANGED_SETTING: policies and the like, logs that were cleared and clocks that were set."""
    policy = window.facts("policy_change").with_columns(
        target=pl.coalesce("target", "target_sid"), changes=joined("changes", "; ")
    )
    state = window.facts("machine_state")
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
    return _with_process(frame, known).with_columns(to_id=pl.col("machine_id"), to_label=pl.lit("Machine"))


def _object_changes(window: Window, known: Definitions) -> pl.DataFrame:
    guid = pl.col("object_guid").str.strip_chars("{}").str.to_uppercase()
    return window.facts("directory_change").with_columns(
        id=_own(pl.coalesce(guid, "object"), known), name=pl.col("object"), type=pl.col("object_class"),
        value=pl.col("value").str.slice(0, _VALUE_LENGTH),
    )  # fmt: skip


def _object_accesses(window: Window, known: Definitions) -> pl.DataFrame:
    name = pl.col("object")
    guid = pl.when(name.str.contains(r"^[0-9a-fA-F-]{36}$")).then(name.str.to_uppercase())
    directory = _own(pl.coalesce(guid, pl.when(name.str.contains("(?i)(?:^|,)DC=")).then(name)), known)
    # 4662 also tells of objects of the machine itself, such as secrets of its local security authority.
    return window.facts("directory_access").with_columns(
        id=pl.coalesce(directory, key("machine_id", "object")), name=name, type=pl.col("object_type"),
        rights=joined("rights", ", "),
    )  # fmt: skip


def _on_object(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(to_id=pl.col("id"), to_label=pl.lit("DirectoryObject")).drop("id")


def _with_process(frame: pl.DataFrame, known: Definitions) -> pl.DataFrame:
    """Add `process_id`, where the process is a node, and `program`, its path as the record states it."""
    found = known.processes.resolve(frame.with_columns(guid=pl.lit(None, pl.String)))
    node = pl.col("process_id").is_in(known.processes.nodes.get_column("id").implode())
    return found.with_columns(process_id=pl.when(node).then("process_id"), program=pl.col("path"))


def _own(value: pl.Expr, known: Definitions) -> pl.Expr:
    return value if known.client_id == "default" else pl.concat_str(pl.lit(f"{known.client_id}:"), value)


def _draws(sums: Tables, _known: Definitions) -> Tables:
    """Give a relationship per actor, what it was done to, and the properties that tell acts of its kind apart."""
    tables = {}
    for kind, own in _OWN.items():
        rows = sums[kind].with_columns(_target="to_id")
        made = edges(kind, rows, *_ENDS, *own, start="user_id", end="_target")
        tables[kind] = made.with_columns(from_label=pl.lit("User"))
    nodes = {
        "Group": sums["Group"].with_columns(name=pl.coalesce("name", "sid", "id")),
        "DirectoryObject": sums["DirectoryObject"].with_columns(name=pl.coalesce("name", "id")),
    }
    return {**tables, **nodes}


FAMILY = Family(
    "management",
    asks=("accounts", "groups", "processes"),
    folds={
        **{kind: Fold((*_ENDS, *own), proof()) for kind, own in _OWN.items()},
        "Group": GROUPS,
        "DirectoryObject": OBJECTS,
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
