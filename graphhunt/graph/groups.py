"""Groups: which node a group's SID or name means.

A group of a domain is its SID. A group of a machine (`S-1-5-32-544` and its like, and those whose SID the machine
issued) is that machine's own (`SID@machine`), as its accounts are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import first
from graphhunt.graph.identity_accounts import ISSUER
from graphhunt.graph.identity_groups import BUILTIN, GROUP_NAMES, known_groups

if TYPE_CHECKING:
    from graphhunt.graph.case import Case

_NODE = {"id": pl.String, "name": pl.String, "domain": pl.String, "sid": pl.String, "machine_id": pl.String}


class Groups:
    """The groups that records name.

    Args:
        case: The case.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.known = known_groups({kind: case.raw(kind) for kind in case.kinds()})
        self._named: list[pl.DataFrame] = [pl.DataFrame(schema=_NODE)]

    def resolve(self, frame: pl.DataFrame, sid: str, name: str, domain: str, into: str) -> pl.DataFrame:
        """Add column `into`: the group's id, by its SID, else by its name; null where the row names none."""
        prefix = "" if self.case.client_id == "default" else f"{self.case.client_id}:"
        issued = pl.col(sid).str.extract(ISSUER).is_in(sorted(self.case.accounts.issuers)).fill_null(value=False)
        local = issued | pl.col(sid).str.starts_with(BUILTIN).fill_null(value=False)
        own = pl.concat_str(sid, pl.col("machine_id").str.strip_prefix(prefix), separator="@")
        by_sid = pl.when(local).then(own).otherwise(pl.col(sid))
        by_name = pl.concat_str(pl.coalesce(domain, pl.lit("")), pl.col(name), separator="\\").str.to_lowercase()
        found = pl.concat_str(pl.lit(prefix), pl.coalesce(by_sid, by_name.str.strip_prefix("\\")))
        frame = frame.with_columns(found.alias(into))
        shown = pl.coalesce(name, pl.col(sid).replace_strict(GROUP_NAMES, default=None, return_dtype=pl.String))
        rows = frame.drop_nulls(into).select(
            id=into, name=shown, domain=domain, sid=sid, machine_id=pl.when(local).then("machine_id")
        )
        self._named.append(rows)
        return frame

    def nodes(self, listed: pl.DataFrame) -> pl.DataFrame:
        """Give one row per group: those resolved so far, and those that a directory lists."""
        rows = pl.concat([listed.select("id", "name"), *self._named], how="diagonal").unique().sort(pl.all())
        columns = [first(name) for name in _NODE if name != "id"]
        grouped = rows.group_by("id", maintain_order=True).agg(columns)
        return grouped.with_columns(name=pl.coalesce("name", "sid", "id"))
