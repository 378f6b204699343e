"""Groups: which node a group's SID or name means.

A group of a domain is its SID. A group of a machine (`S-1-5-32-544` and its like, and those whose SID the machine
issued) is that machine's own (`SID@machine`), as its accounts are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from graphhunt.graph.identity_accounts import ISSUER
from graphhunt.graph.identity_groups import BUILTIN, GROUP_NAMES, known_groups

if TYPE_CHECKING:
    from graphhunt.graph.case import Case


class Named(NamedTuple):
    """The columns in which records name a group: by SID, or by name and domain."""

    sid: str
    name: str
    domain: str


BY_GROUP = Named("group_sid", "group", "group_domain")
"""As most records do."""

BY_TARGET = Named("target_sid", "target_user", "target_domain")
"""As a record does that changed a member."""


class Groups:
    """The look-up from the SIDs and names of groups to nodes.

    Args:
        case: The case.
    """

    def __init__(self, case: Case) -> None:
        self._prefix = "" if case.client_id == "default" else f"{case.client_id}:"
        self._issuers = sorted(case.accounts.issuers)
        self.known = known_groups({kind: case.raw(kind) for kind in case.kinds()})

    def resolve(self, frame: pl.DataFrame, into: str, named: Named = BY_GROUP) -> pl.DataFrame:
        """Add column `into`: the group's id, by its SID, else by its name; null where the row names none."""
        own = pl.concat_str(named.sid, pl.col("machine_id").str.strip_prefix(self._prefix), separator="@")
        by_sid = pl.when(self._local(named.sid)).then(own).otherwise(pl.col(named.sid))
        by_name = pl.concat_str(pl.coalesce(named.domain, pl.lit("")), pl.col(named.name), separator="\\")
        stated = pl.coalesce(by_sid, by_name.str.to_lowercase().str.strip_prefix("\\"))
        return frame.with_columns(pl.concat_str(pl.lit(self._prefix), stated).alias(into))

    def nodes(self, frame: pl.DataFrame, into: str, named: Named = BY_GROUP) -> pl.DataFrame:
        """Give what resolved records say of the groups they name: id, name, domain, sid and machine_id."""
        shown = pl.col(named.sid).replace_strict(GROUP_NAMES, default=None, return_dtype=pl.String)
        return frame.drop_nulls(into).select(
            id=into,
            name=pl.coalesce(named.name, shown),
            domain=named.domain,
            sid=named.sid,
            machine_id=pl.when(self._local(named.sid)).then("machine_id"),
        )

    def _local(self, sid: str) -> pl.Expr:
        issued = pl.col(sid).str.extract(ISSUER).is_in(self._issuers).fill_null(value=False)
        return issued | pl.col(sid).str.starts_with(BUILTIN).fill_null(value=False)
