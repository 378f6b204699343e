"""Where remote sessions came from: every claim is weighed, the best becomes the source, the others stay readable.

A logon's address names the machine that had it then. The source machine's own record of the connection, a ticket asked
for just before, the only connection to the service then, and the name the client states are further claims
(`weights.ORIGINS`). A stated name never outranks an address; an address that no machine is known to have stays an
address. A source is never guessed to be the machine itself.

References: Microsoft, event 4624 (IpAddress "-" for services behind http.sys), event 4769 (LogonGuid).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt import ids
from graphhunt.graph.carried import Carried
from graphhunt.graph.frames import HOUR, mapped, text
from graphhunt.graph.stated import COMMON
from graphhunt.graph.weights import CHOSEN, LEAD, ORIGINS, combined

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.clocks import Clocks
    from graphhunt.graph.sessions import Sessions

LOCAL_TYPES = (0, 4, 5, 9, 11)
"""Logon types that never come from another machine: system, batch, service, new credentials, cached."""

DESKTOPS = (2, 7, 10, 11, 12, 13)
"""Logon types with a desktop, whose account is at the machine itself."""

_DEFAULT_NAMES = ("localhost", "workstation")
_HERE = ("loopback", "unspecified")
_HELD = 24 * HOUR
"""How long a session without a recorded end is taken to last."""

CLAIM = ["id", "candidate", "label", "kind", "weight", "event_id", "port", "client_port"]


class Origins:
    """The source of every session that came from elsewhere."""

    def __init__(self, case: Case, sessions: Sessions, clocks: Clocks) -> None:
        self.case = case
        self.sessions = sessions
        self.clocks = clocks

    @cached_property
    def asked(self) -> pl.DataFrame:
        """Sessions whose beginning was recorded and that may come from elsewhere, with what their record says."""
        kinds = self.case.accounts.nodes().select(pl.col("id").alias("user_id"), pl.col("kind").alias("user_kind"))
        frame = self.sessions.table.filter(
            (pl.col("start_how") != "first act") & ~pl.col("logon_type").fill_null(3).is_in(list(LOCAL_TYPES))
        ).join(kinds, on="user_id", how="left", maintain_order="left")
        frame = self.case.machines.named(frame.with_columns(text("workstation")), "workstation", "named_id")
        frame = self.case.owners.weighed(frame.with_columns(time=pl.col("start")), "address", "owner_id")
        frame = mapped(frame, "address", "scope", ids.scope)
        own = pl.col("machine_id")
        itself = self.case.machines.named(
            self.case.accounts.nodes().select("id", "name").filter(pl.col("name").str.ends_with("$")), "name", "own_id"
        ).select(pl.col("id").alias("user_id"), "own_id")
        frame = frame.join(itself, on="user_id", how="left", maintain_order="left")
        # A link-local address that nobody is known to have is the machine's own where its own account comes from it.
        alone = (
            (pl.col("scope") == "link-local")
            & pl.col("owner_id").is_null()
            & ((pl.col("own_id") == own) | (pl.col("user_kind") == "system"))
        )
        here = (pl.col("owner_id") == own) | pl.col("scope").is_in(list(_HERE)) | alone
        named = pl.when(pl.col("named_id") != own).then("named_id")
        return frame.filter(~here.fill_null(value=False)).with_columns(named_id=named).drop("own_id", "time")

    @cached_property
    def _addressed(self) -> pl.DataFrame:
        """Claims by the record's address: the machine that had it, else the address itself."""
        frame = self.asked.drop_nulls("address").filter(~(_unrouted() & pl.col("named_id").is_not_null()))
        owned = pl.col("owner_id").is_not_null()
        return frame.select(
            "id", candidate=pl.coalesce("owner_id", "address"),
            label=pl.when(owned).then(pl.lit("Machine")).otherwise(pl.lit("IP")),
            kind=pl.lit("address"),
            weight=pl.coalesce("owner_id_weight", pl.lit(ORIGINS["address"].weight)),
        )  # fmt: skip

    @cached_property
    def _named(self) -> pl.DataFrame:
        """Claims by the name the client states, where no routable address outranks it."""
        nowhere = pl.col("address").is_null() | _unrouted()
        network = pl.col("logon_type").fill_null(3).is_in([3, 8, 10])
        frame = self.asked.filter(nowhere & network).drop_nulls("named_id")
        default = pl.col("workstation").str.to_lowercase().is_in(list(_DEFAULT_NAMES))
        common = frame.with_columns(common=default | self._common(frame))
        kind = pl.when("common").then(pl.lit("common_name")).otherwise(pl.lit("stated_name"))
        said = common.select("id", "user_id", "start", candidate="named_id", label=pl.lit("Machine"), kind=kind)
        there = self._there(said)
        both = pl.concat([said.drop("user_id", "start"), there])
        weights = {kind: weight.weight for kind, weight in ORIGINS.items()}
        return both.with_columns(weight=pl.col("kind").replace_strict(weights, return_dtype=pl.Float64))

    @property
    def _witnessed(self) -> pl.DataFrame:
        """Claims by other records of the session than its logon."""
        weight = pl.lit(ORIGINS["witness"].weight)
        return self.sessions.witnessed.sources.join(self.asked.select("id"), on="id", how="semi").select(
            "id", "candidate", "label", "event_id", kind=pl.lit("witness"), weight=weight
        )

    def _common(self, frame: pl.DataFrame) -> pl.Series:
        """Tell which rows' stated name is stated from many addresses that day."""
        said = self.case.owners.stated.logons.with_columns(day=pl.col("time") // (24 * HOUR))
        many = said.group_by("candidate", "day").agg(n=pl.col("ip").n_unique()).filter(pl.col("n") >= COMMON)
        rows = frame.select(candidate="named_id", day=pl.col("start") // (24 * HOUR))
        found = rows.join(many, on=["candidate", "day"], how="left", maintain_order="left")
        return found.get_column("n").is_not_null()

    def _there(self, said: pl.DataFrame) -> pl.DataFrame:
        """Give support for named machines on which the account had a desktop then."""
        until = pl.when("open").then(pl.max_horizontal("end", pl.col("start") + _HELD)).otherwise("end")
        desktops = self.sessions.table.filter(pl.col("logon_type").is_in(list(DESKTOPS))).select(
            "user_id", candidate="machine_id", began="start", until=until
        )
        pairs = said.join(desktops.unique(), on=["user_id", "candidate"])
        open_then = pairs.filter(pl.col("start").is_between("began", "until"))
        return open_then.select("id", "candidate", "label", kind=pl.lit("account_there")).unique()

    @cached_property
    def claims(self) -> pl.DataFrame:
        """Every claim of where a session came from: subject `id`, `candidate`, `label`, kind, weight and its record."""
        carried = Carried(self.case, self.clocks, self.asked)
        parts = [self._addressed, self._named, self._witnessed, carried.joined, carried.silent, carried.tickets]
        naming = {kind: weight.naming for kind, weight in ORIGINS.items()}
        frame = pl.concat([self.asked.clear().select("id"), *parts], how="diagonal")
        for name, kind in (("event_id", pl.String), ("port", pl.Int64), ("client_port", pl.Int64)):
            column = pl.col(name) if name in frame.columns else pl.lit(None)
            frame = frame.with_columns(column.cast(kind).alias(name))
        frame = frame.select(*CLAIM, naming=pl.col("kind").replace_strict(naming, return_dtype=pl.Boolean))
        own = self.asked.select("id", "machine_id")
        return frame.join(own, on="id").filter(pl.col("candidate") != pl.col("machine_id")).drop("machine_id")

    @cached_property
    def _chosen(self) -> pl.DataFrame:
        """The source per session: (id, from_id, from_label, certainty, kinds, doubt)."""
        weighed = combined(self.claims, ["id"])
        labels = self.claims.select("id", "candidate", "label").unique(["id", "candidate"])
        best = weighed.unique("id", keep="first", maintain_order=True).join(labels, on=["id", "candidate"])
        facts = self.asked.select("id", "address", "named_id")
        best = facts.join(best, on="id", how="left", maintain_order="left")
        sure = ((pl.col("certainty") >= CHOSEN) & (pl.col("lead") >= LEAD)).fill_null(value=False)
        # Claims that contradict each other leave the address that the record states; without one, the best is possible.
        bare = ~sure & pl.col("address").is_not_null()
        possible = ~sure & pl.col("address").is_null()
        torn = pl.col("certainty").is_not_null() & (pl.col("lead") < LEAD)
        found = best.with_columns(
            from_id=pl.when(bare).then("address").otherwise("candidate"),
            from_label=pl.when(bare).then(pl.lit("IP")).otherwise("label"),
            certainty=pl.when(bare).then(ORIGINS["address"].weight)
            .when(possible).then(pl.min_horizontal("certainty", pl.lit(CHOSEN - 0.01))).otherwise("certainty"),
            kinds=pl.when(bare).then(pl.lit(["address"])).otherwise("kinds"),
        )  # fmt: skip
        stated = pl.col("named_id").is_in(list(self.case.machines.known)) & (pl.col("named_id") != pl.col("from_id"))
        doubt = (
            pl.when(torn).then(pl.lit("sources_disagree"))
            .when(stated.fill_null(value=False)).then(pl.lit("name_address_mismatch"))
        )  # fmt: skip
        return found.with_columns(doubt=doubt).drop_nulls("from_id").drop("address", "named_id")

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row per remote session: its columns, its source, how sure that is, by what, and the proof."""
        best = self._chosen.select("id", "from_id", "from_label", "kinds", "doubt", sure="certainty")
        backing = self.claims.join(
            best.select("id", pl.col("from_id").alias("candidate")), on=["id", "candidate"], how="semi"
        ).sort("id", pl.col("weight") * -1, "port", "client_port", "event_id", nulls_last=True)
        proof = backing.group_by("id", maintain_order=True).agg(
            pl.col("port").drop_nulls().first().alias("service_port"),
            pl.col("client_port").drop_nulls().first(),
            proof=pl.col("event_id").drop_nulls().unique(maintain_order=True).head(4),
        )
        frame = self.asked.join(best, on="id", maintain_order="left").join(proof, on="id", how="left")
        direct = pl.col("kinds").list.contains("address") & (pl.col("sure") >= 0.9)
        by_record = pl.col("kinds").list.set_difference(["stated_name", "common_name", "account_there"]).list.len() > 0
        said = pl.col("owner_id_said").fill_null(value=False) & (pl.col("kinds").list.len() == 1)
        how = (
            pl.when(direct).then(pl.lit("observed"))
            .when(by_record & ~said).then(pl.lit("correlated"))
            .otherwise(pl.lit("inferred"))
        )  # fmt: skip
        told = pl.col("start_how") == "witness"
        frame = frame.with_columns(
            how=pl.when(told).then("confidence").otherwise(how),
            certainty=pl.min_horizontal("certainty", "sure"),
            session_sure="certainty", source_port=pl.coalesce("source_port", "client_port"),
            origin_how=pl.col("kinds").list.join(", "),
            proof=pl.col("proof").fill_null(pl.lit([], pl.List(pl.String))),
        )  # fmt: skip
        return frame.drop("client_port", "kinds", "sure").sort("start", "id")


def _unrouted() -> pl.Expr:
    """Tell addresses that name nothing beyond one link, and that no machine is known to have."""
    return ((pl.col("scope") == "link-local") & pl.col("owner_id").is_null()).fill_null(value=False)
