"""Acts in the realms of clouds: sign-ins, roles taken on, changes of accounts, and calls, per account, realm and hour.

No machine stands behind these records; an address in them is that of an egress and names no machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import Fold, proof
from graphhunt.graph.frame import Family, Tables
from graphhunt.graph.frames import HOUR, joined, with_address
from graphhunt.graph.management import GROUPS
from graphhunt.graph.shape import edges

if TYPE_CHECKING:
    from graphhunt.graph.definitions import Definitions
    from graphhunt.graph.windows import Window

KINDS = ("authentication", "explicit_credentials", "account_change", "cloud_action", "logon")
"""Kinds of facts that may be of a realm."""

_CHECKED = (
    "user_id", "realm_id", "protocol", "service", "address", "workstation", "success", "status", "outcome", "mfa",
    "hour",
)  # fmt: skip
_TAKEN = ("subject_id", "user_id", "target_server", "address", "access_key")
_ACTED = ("user_id", "realm_id", "action", "service", "target", "address", "access_key", "success", "status", "hour")
_CHANGED = ("user_id", "to_id", "to_label", "action", "member_id", "success", "changes", "address")
_OF_REALM = {
    "AUTHENTICATED": ("AUTHENTICATED in realms", _CHECKED),
    "USED_CREDENTIALS": ("USED_CREDENTIALS in realms", _TAKEN),
    "ACTED_ON": ("ACTED_ON", _ACTED),
    "MANAGED": ("MANAGED in realms", _CHANGED),
}
"""By type of relationship, the table of its acts and what tells them apart."""


def owned(value: pl.Expr, client_id: str) -> pl.Expr:
    """Give the id of a realm, or of what is in one, with its tenant."""
    return value if client_id == "default" else pl.concat_str(pl.lit(f"{client_id}:"), value)


def caller_realm() -> pl.Expr:
    """Give the realm of who asked for a sign-in to another one: Okta opens the applications below it."""
    okta = pl.when(pl.col("realm").str.starts_with("okta:")).then(pl.lit("okta"))
    return pl.coalesce("subject_domain", okta)


def of_realm(rows: pl.DataFrame, known: Definitions) -> pl.DataFrame:
    """Give the facts of realms among some, with `realm_id`, `user_id`, `address` and `hour`."""
    frame = known.accounts.resolve(known.machines.placed(rows.filter(pl.col("realm").is_not_null())))
    frame = with_address(frame, "source_ip", "address")
    return frame.with_columns(realm_id=owned(pl.col("realm"), known.client_id), hour=pl.col("time") // HOUR)


def _contributes(window: Window, known: Definitions) -> Tables:
    found = {kind: of_realm(window.raw(kind), known) for kind in KINDS}
    changes = _changes(found["account_change"], known)
    taken = known.accounts.resolve(
        found["explicit_credentials"], "subject_user", "subject_domain", "subject_sid", "subject_id"
    )
    places = [frame.select("realm", "time", "event_id", id="realm_id") for frame in found.values()]
    callers = found["authentication"].with_columns(realm=caller_realm()).drop_nulls(["realm", "subject_user"])
    places.append(callers.select("realm", "time", "event_id", id=owned(pl.col("realm"), known.client_id)))
    groups = changes.drop_nulls("group_id").select(
        id="group_id", name="group", domain="group_domain", sid="group_sid", machine_id=pl.lit(None, pl.String)
    )
    return {
        "AUTHENTICATED in realms": found["authentication"].drop_nulls("user_id"),
        "USED_CREDENTIALS in realms": taken.drop_nulls(["subject_id", "user_id"]),
        "ACTED_ON": found["cloud_action"].drop_nulls("user_id"),
        "MANAGED in realms": changes.drop_nulls("user_id"),
        "Realm": pl.concat(places),
        "Group": groups,
    }


def _changes(changes: pl.DataFrame, known: Definitions) -> pl.DataFrame:
    """Give changes of accounts in realms: of a group or role, of an account, or else of the realm itself."""
    frame = known.accounts.resolve(changes, "target_user", "target_domain", "target_sid", "target_id")
    named = owned(pl.concat_str("group_domain", "group", separator="/"), known.client_id)
    frame = frame.with_columns(group_id=named)
    grouped = pl.col("group_id").is_not_null()
    label = pl.when(grouped).then(pl.lit("Group")).when(pl.col("target_id").is_not_null()).then(pl.lit("User"))
    return frame.with_columns(
        to_id=pl.coalesce("group_id", "target_id", "realm_id"),
        to_label=label.otherwise(pl.lit("Realm")),
        member_id=pl.when(grouped).then("target_id"),
        changes=joined("changes", "; "),
    )


def _draws(sums: Tables, _known: Definitions) -> Tables:
    """Give the relationships of accounts to realms, and the realms."""
    ends = {
        "AUTHENTICATED": ("user_id", "realm_id", "Realm"),
        "USED_CREDENTIALS": ("subject_id", "user_id", "User"),
        "ACTED_ON": ("user_id", "realm_id", "Realm"),
        "MANAGED": ("user_id", "to_id", None),
    }
    tables = {}
    for kind, (start, end, label) in ends.items():
        table, parts = _OF_REALM[kind]
        rows = sums[table].with_columns(_start=start, _end=end)
        made = edges(kind, rows, *parts, start="_start", end="_end").with_columns(from_label=pl.lit("User"))
        if label:
            made = made.with_columns(to_label=pl.lit(label))
        unwanted = ("user_id", "subject_id", "realm_id", "hour", *(("to_id",) if start == end else ()))
        tables[kind] = made.drop(*unwanted, strict=False).rename(
            {"address": "source_ip", "workstation": "source_name"}, strict=False
        )
    provider = pl.col("realm").str.split(":").list.first()
    nodes = sums["Realm"].select("id", name="realm", provider=provider)
    return {**tables, "Realm": nodes}


FAMILY = Family(
    "realms",
    asks=("machines", "accounts"),
    folds={
        **{table: Fold(parts, proof()) for table, parts in _OF_REALM.values()},
        "Realm": Fold(("id", "realm"), {}, drawn=False),
        "Group": GROUPS,
    },
    contributes=_contributes,
    draws=_draws,
)
"""The rules."""
