"""POSSIBLE_* relationships: what a directory's collector computed that accounts could do, and what of it was used.

A right was used when an account that holds it, itself or through groups, was seen to do what it allows:

- a session: the account logged on to that machine;
- administration: a remote logon whose session was privileged, or whose traces name a technique that needs it;
- remote desktop, PowerShell remoting, DCOM: a remote logon with that technique (or of that logon type).

Of other rights logons can't tell; their `used` is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from graphhunt.graph.frames import evidence, hashed

if TYPE_CHECKING:
    from graphhunt.graph.case import Case

SESSION, MEMBER, ADMIN, LOGON, CONTROL = (
    "POSSIBLE_SESSION", "POSSIBLE_MEMBER_OF", "POSSIBLE_ADMIN", "POSSIBLE_LOGON", "POSSIBLE_CONTROL",
)  # fmt: skip
TYPES = (SESSION, MEMBER, ADMIN, LOGON, CONTROL)
"""Relationship types of possible rights."""

_BY_RIGHT = {
    "hassession": (SESSION, ("Machine",), ("User",)),
    "memberof": (MEMBER, None, ("Group",)),
    "adminto": (ADMIN, None, ("Machine",)),
    "canrdp": (LOGON, None, ("Machine",)),
    "canpsremote": (LOGON, None, ("Machine",)),
    "executedcom": (LOGON, None, ("Machine",)),
    "sqladmin": (LOGON, None, ("Machine",)),
}
_ADMIN_TECHNIQUES = ("T1569.002", "T1053.005", "T1047", "T1021.003", "T1021.006")
_LOGON_TECHNIQUES = {"canrdp": "T1021.001", "canpsremote": "T1021.006", "executedcom": "T1021.003"}
_DEEPEST = 32
_USE: dict[str, pl.DataType | type[pl.DataType]] = {
    "used_logons": pl.Int64, "first_used": pl.Int64, "last_used": pl.Int64, "used_by": pl.List(pl.String),
}  # fmt: skip


class Possible(NamedTuple):
    """The directory's part of the graph.

    Attributes:
        relationships: By type, with the columns of the schema.
        groups: Group nodes.
        others: DirectoryObject nodes.
        machines: `id`, `name` and `object_id` of the directory's computers.
    """

    relationships: dict[str, pl.DataFrame]
    groups: pl.DataFrame
    others: pl.DataFrame
    machines: pl.DataFrame


def possible(case: Case, sessions: pl.DataFrame, remote: pl.DataFrame) -> Possible:
    """Compute the directory's nodes and rights, and mark the rights that logons used.

    Args:
        case: The case.
        sessions: The LOGGED_ON table.
        remote: The REMOTE_LOGON table.
    """
    objects = _objects(case)
    rights = _rights(case, objects)
    ends = pl.concat([rights.select(id=f"{side}_id", label=f"{side}_label", type=f"{side}_type") for side in _SIDES])
    named = objects.select("id", "label", "name", "type")
    nodes = pl.concat([named, ends.join(named, on=["id", "label"], how="anti")], how="diagonal").sort("id", "type")
    nodes = nodes.unique(["id", "label"], keep="first", maintain_order=True)
    tables = _marked(rights, sessions, remote)
    computers = objects.filter(pl.col("label") == "Machine").unique("id", keep="first", maintain_order=True)
    name = pl.coalesce("name", "id").alias("name")
    return Possible(
        tables,
        nodes.filter(pl.col("label") == "Group").select("id", name),
        nodes.filter(pl.col("label") == "DirectoryObject").select("id", name, "type"),
        computers.select("id", "name", "object_id"),
    )


_SIDES = ("from", "to")


def _objects(case: Case) -> pl.DataFrame:
    """Give every object of the directory once, with the node it is."""
    facts = case.drawn.take(case.raw("directory_object").drop_nulls("object_id"))
    facts = case.machines.named(case.accounts.resolve(facts), "name", "_machine")
    label = (
        pl.when((pl.col("type") == "Computer") & pl.col("_machine").is_not_null()).then(pl.lit("Machine"))
        .when((pl.col("type") == "User") & pl.col("user_id").is_not_null()).then(pl.lit("User"))
        .when(pl.col("type") == "Group").then(pl.lit("Group"))
        .otherwise(pl.lit("DirectoryObject"))
    )  # fmt: skip
    facts = facts.with_columns(label=label)
    own = _prefixed(case, pl.col("object_id"))
    node = (
        pl.when(pl.col("label") == "Machine").then("_machine").when(pl.col("label") == "User").then("user_id")
        .otherwise(own)
    )  # fmt: skip
    # A file that names an object says more of it than one that only numbers it, and a known kind more than a word.
    best = pl.col("label").replace_strict({"DirectoryObject": 1}, default=0)
    sorted_facts = facts.with_columns(id=node, _rank=best).sort("object_id", "_rank", pl.col("name").is_null(), "name")
    return sorted_facts.unique("object_id", keep="first", maintain_order=True).select(
        "object_id", "id", "label", "name", "type"
    )


def _prefixed(case: Case, value: pl.Expr) -> pl.Expr:
    return value if case.client_id == "default" else pl.concat_str(pl.lit(f"{case.client_id}:"), value)


def _rights(case: Case, objects: pl.DataFrame) -> pl.DataFrame:
    """Give every right with the nodes it joins, each once."""
    facts = case.drawn.take(case.raw("possible_right").drop_nulls(["start_id", "end_id"]))
    accounts = case.accounts.nodes().select(pl.col("id").alias("_account"))
    for side, end in zip(_SIDES, ("start", "end"), strict=True):
        facts = _end(case, facts, side, end, objects, accounts)
    facts = facts.with_columns(_word=pl.col("right").str.to_lowercase())
    kinds = [
        pl.when((pl.col("_word") == word) & _fits("from", starts) & _fits("to", ends)).then(pl.lit(kind))
        for word, (kind, starts, ends) in _BY_RIGHT.items()
    ]
    facts = facts.with_columns(type=pl.coalesce(*kinds, pl.lit(CONTROL)))
    # Without a time of its own a file says what was possible, not when.
    facts = facts.with_columns(moment=pl.when(~pl.col("guessed_time")).then("time"))
    parts = ["type", "right", "from_id", "from_label", "to_id", "to_label"]
    grouped = facts.group_by(parts).agg(
        *evidence(), pl.col("from_type").min(), pl.col("to_type").min(),
        start=pl.col("moment").min(), end=pl.col("moment").max(),
    )  # fmt: skip
    return grouped.with_columns(hashed("POSSIBLE", *parts).alias("id"), confidence=pl.lit("observed")).sort("id")


def _fits(side: str, labels: tuple[str, ...] | None) -> pl.Expr:
    return pl.lit(value=True) if labels is None else pl.col(f"{side}_label").is_in(list(labels))


def _end(
    case: Case, facts: pl.DataFrame, side: str, end: str, objects: pl.DataFrame, accounts: pl.DataFrame
) -> pl.DataFrame:
    """Add the node at one end: the object of that id or name, else an account of that SID, else an object as stated."""
    by_id = objects.select(pl.col("object_id").alias(f"{end}_id"), _id="id", _label="label")
    names = objects.drop_nulls("name").with_columns(_name=pl.col("name").str.to_uppercase())
    by_name = names.sort("_name", "object_id").unique("_name", keep="first", maintain_order=True)
    by_name = by_name.select(pl.col("_name").alias(f"{end}_id"), _named="id", _named_label="label")
    facts = facts.join(by_id, on=f"{end}_id", how="left", maintain_order="left")
    facts = facts.join(by_name, on=f"{end}_id", how="left", maintain_order="left")
    facts = facts.with_columns(_account_id=_prefixed(case, pl.col(f"{end}_id")))
    facts = facts.join(accounts.with_columns(_account_id="_account"), on="_account_id", how="left")
    named = pl.col(f"{end}_by") == "name"
    stated = pl.when(pl.col(f"{end}_type") == "Group").then(pl.lit("Group")).otherwise(pl.lit("DirectoryObject"))
    user = pl.when(pl.col("_account").is_not_null()).then(pl.lit("User"))
    return facts.with_columns(
        pl.when(named).then(pl.coalesce("_named", "_account_id"))
        .otherwise(pl.coalesce("_id", "_account", "_account_id")).alias(f"{side}_id"),
        pl.when(named).then(pl.coalesce("_named_label", stated))
        .otherwise(pl.coalesce("_label", user, stated)).alias(f"{side}_label"),
        pl.col(f"{end}_type").alias(f"{side}_type"),
    ).drop("_id", "_label", "_named", "_named_label", "_account", "_account_id")  # fmt: skip


def _marked(rights: pl.DataFrame, sessions: pl.DataFrame, remote: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Split the rights by type, each with what was used of it."""
    holders = _holders(rights)
    tables: dict[str, pl.DataFrame] = {}
    for kind in TYPES:
        rows = rights.filter(pl.col("type") == kind).drop("type", "from_type", "to_type")
        if not rows.height:
            continue
        uses = _uses(kind, rows, holders, sessions, remote)
        rows = rows.join(uses, on="id", how="left", maintain_order="left")
        told = pl.lit(None, pl.Boolean)
        if kind in (SESSION, ADMIN):
            told = pl.col("used_logons").is_not_null()
        elif kind == LOGON:
            known = pl.col("right").str.to_lowercase().is_in(list(_LOGON_TECHNIQUES))
            told = pl.when(known).then(pl.col("used_logons").is_not_null())
        tables[kind] = rows.with_columns(used=told)
    return tables


def _holders(rights: pl.DataFrame) -> pl.DataFrame:
    """Give (account, principal) for every account: itself, and the groups it belongs to at any depth."""
    member = rights.filter(pl.col("type") == MEMBER).select(group="to_id", member="from_id").unique()
    users = pl.concat([rights.filter(pl.col(f"{s}_label") == "User").select(user=f"{s}_id") for s in _SIDES]).unique()
    found = users.with_columns(principal="user")
    new = found
    for _ in range(_DEEPEST):
        new = new.join(member, left_on="principal", right_on="member").select("user", principal="group").unique()
        new = new.join(found, on=["user", "principal"], how="anti")
        if not new.height:
            break
        found = pl.concat([found, new])
    return found


def _uses(
    kind: str, rows: pl.DataFrame, holders: pl.DataFrame, sessions: pl.DataFrame, remote: pl.DataFrame
) -> pl.DataFrame:
    """Count the logons that used each right of one type."""
    if kind == SESSION:
        seen = sessions.select(user="from_id", machine="to_id", at="start")
        pairs = rows.select("id", machine="from_id", user="to_id").join(seen, on=["user", "machine"])
        return _counted(pairs)
    if kind not in (ADMIN, LOGON):
        return pl.DataFrame(schema={"id": pl.String, **_USE})
    privileged = sessions.select(
        logon_session_id="id",
        strong=pl.any_horizontal(pl.col("privileged") == True, pl.col("elevated") == True),  # noqa: E712
    )
    logons = remote.join(privileged, on="logon_session_id", how="left").select(
        "technique", "logon_type", "strong", user="user_id", machine="to_id", at="start"
    )
    held = rows.select("id", "right", principal="from_id", machine="to_id").join(holders, on="principal")
    pairs = held.join(logons, on=["user", "machine"])
    return _counted(pairs.filter(_allows(kind)))


def _allows(kind: str) -> pl.Expr:
    """Tell logons that used the right of their row."""
    if kind == ADMIN:
        strong = pl.col("strong").fill_null(value=False)
        return strong | pl.col("technique").is_in(list(_ADMIN_TECHNIQUES)).fill_null(value=False)
    word = pl.col("right").str.to_lowercase()
    wanted = word.replace_strict(_LOGON_TECHNIQUES, default=None, return_dtype=pl.String)
    desktop = (word == "canrdp") & (pl.col("logon_type") == 10)
    return ((pl.col("technique") == wanted) | desktop).fill_null(value=False)


def _counted(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.group_by("id").agg(
        used_logons=pl.len().cast(pl.Int64), first_used=pl.col("at").min(), last_used=pl.col("at").max(),
        used_by=pl.col("user").unique().sort().head(20),
    )  # fmt: skip
