"""Whose an address was: sightings of addresses on machines, weighed by the hour, folded to intervals.

Every sighting is kept and none decides alone. In each hour a machine whose sightings weigh far less than another's is
outvoted; what remains is cut into runs of one machine; a short run amid another machine's is dirt where that other
machine's weigh far more, and names nobody where they don't. An address that keeps passing to and fro between
machines (one NAT, equal virtual networks) names nobody while it does.

What only a client says of itself is no sighting (`stated`).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt import ids
from graphhunt.graph.doubts import doubts
from graphhunt.graph.frames import HOUR, SECOND, evidence, mapped, with_address
from graphhunt.graph.network_names import network_names
from graphhunt.graph.sides import sided
from graphhunt.graph.stated import Stated
from graphhunt.graph.weights import OUTVOTED, OWNED, SIGHTINGS
from graphhunt.schema import EVIDENCE_CAP

if TYPE_CHECKING:
    from graphhunt.graph.resolved import Resolved

GAP = 7 * 86_400 * SECOND
"""Sightings further apart than this are two times a machine had the address, µs."""

TO_AND_FRO = 2 * HOUR
"""An address that leaves a machine and is back within this passes to and fro, µs."""

THIN, BRIEF = 3, 60 * SECOND
"""A run of at most so many sightings, or at most so long, is too little for a hand-over amid another machine's."""

_PASSES = 3
"""How often runs are folded: dirt between dirt."""

_UNSHARED = ("private", "public", "link-local")
SIGHTING = ["machine_id", "ip", "time", "event_id", "source", "kind"]
_NAMING = [kind for kind, weight in SIGHTINGS.items() if weight.naming]
_RUN = ["ip", "run"]


class Ownership:
    """Which machine had which address when, and how sure that is."""

    def __init__(self, case: Resolved) -> None:
        self.case = case
        self.connections = sided(case.facts("connection"), case.machines)

    @cached_property
    def sightings(self) -> pl.DataFrame:
        """Every sighting of a naming kind, in one fixed order, with `outvoted`."""
        frame = self._seen.filter(pl.col("kind").is_in(_NAMING))
        lost = _outvoted(self._seen)
        hours = frame.with_columns(hour=pl.col("time") // HOUR)
        marked = hours.join(lost, on=["ip", "machine_id", "hour"], how="left", maintain_order="left")
        return marked.with_columns(pl.col("outvoted").fill_null(value=False)).drop("hour")

    @cached_property
    def _seen(self) -> pl.DataFrame:
        """Every sighting of any kind, in one fixed order."""
        told = pl.col("told").replace_strict(
            {
                "outgoing": "outgoing", "own": "incoming_own", "channel": "incoming_own", "name": "incoming_name",
                "port": "incoming_port",
            }, default=None, return_dtype=pl.String,
        )  # fmt: skip
        leases = with_address(self._leases().rename({"ip": "_ip"}), "_ip", "ip")
        parts = [
            self.connections.filter("owned").rename({"local_ip": "ip"}).with_columns(kind=told).select(SIGHTING),
            leases.with_columns(kind=pl.lit("lease")).select(SIGHTING),
            self._machine_accounts().select(SIGHTING),
            network_names(self.case).select(SIGHTING),
            self._sensed(placed=True).with_columns(kind=pl.lit("sensed")).select(SIGHTING),
        ]
        frame = mapped(pl.concat(parts).drop_nulls(["ip", "kind"]), "ip", "scope", ids.scope)
        usable = frame.filter(pl.col("scope").is_in(_UNSHARED)).drop("scope")
        return usable.sort("ip", "time", "machine_id", "event_id", "kind")

    def _leases(self) -> pl.DataFrame:
        """Give the leases of machines: of the one that states it, else of the one that is named in it."""
        leases = self.case.machines.named(self.case.machines.placed(self.case.raw("lease")), "name", "_named")
        return leases.with_columns(machine_id=pl.coalesce("machine_id", "_named")).drop_nulls("machine_id")

    def _machine_accounts(self) -> pl.DataFrame:
        """Give the logons of known machines' own accounts: `WS5$` was at the address, or somebody with its key."""
        logons = with_address(self.case.facts("logon"), "source_ip", "ip")
        logons = logons.filter(pl.col("user").str.ends_with("$") & pl.col("success") & (pl.col("logon_type") == 3))
        package = pl.col("auth_package").str.to_lowercase().str.contains("kerberos").fill_null(value=False)
        logons = logons.with_columns(
            kind=pl.when(package).then(pl.lit("machine_kerberos")).otherwise(pl.lit("machine_ntlm"))
        )
        logons = self.case.machines.named(logons.rename({"machine_id": "target_id"}), "user", "machine_id", "domain")
        known = pl.col("machine_id").is_in(list(self.case.machines.known))
        return logons.filter(known & (pl.col("machine_id") != pl.col("target_id")))

    @cached_property
    def runs(self) -> pl.DataFrame:
        """The intervals: ip, machine_id, start, end, sightings, `shared`; in order of address and time."""
        counted = _runs(self.sightings.filter(~pl.col("outvoted")))
        for _ in range(_PASSES):
            counted = _folded(counted)
        return _contested(counted)

    def resolve(self, frame: pl.DataFrame, column: str, into: str) -> pl.DataFrame:
        """Add column `into`: the machine that had the address in `column` at `time`, null if none is known to."""
        found = self.owners(frame.get_column(column), frame.get_column("time"))
        return frame.with_columns(found.get_column("machine_id").alias(into))

    def weighed(self, frame: pl.DataFrame, column: str, into: str) -> pl.DataFrame:
        """Add column `into` as `resolve` does, `{into}_weight` (how sure that is) and `{into}_said` (by statements)."""
        found = self.owners(frame.get_column(column), frame.get_column("time"))
        return frame.with_columns(
            found.get_column("machine_id").alias(into),
            found.get_column("weight").alias(f"{into}_weight"),
            found.get_column("said").alias(f"{into}_said"),
        )

    def owners(self, addresses: pl.Series, times: pl.Series) -> pl.DataFrame:
        """Look addresses up at times: `machine_id`, `weight` and `said` per row.

        Sightings are asked first; where they know no machine, what clients say of themselves (`said` is True then).

        Args:
            addresses: Normalised addresses, null where there is none.
            times: When, µs.
        """
        asked = pl.DataFrame({"ip": addresses, "time": times}).with_row_index("_row")
        wanted = asked.drop_nulls()
        if not wanted.height:
            unknown = {"machine_id": pl.String, "weight": pl.Float64, "said": pl.Boolean}
            nobody = asked.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in unknown.items())
            return nobody.select(*unknown)
        found = wanted.join(_nearest(self.runs, wanted), on="_row", how="left", maintain_order="left")
        unowned = found.filter(pl.col("machine_id").is_null() & ~pl.col("shared").fill_null(value=False))
        said = self.stated.resolve(unowned.select("_row", "ip", "time"))
        seen = found.drop_nulls("machine_id").select("_row", "machine_id", "weight", said=pl.lit(value=False))
        found = pl.concat([seen, said.with_columns(said=pl.lit(value=True))])
        return asked.join(found, on="_row", how="left", maintain_order="left").select("machine_id", "weight", "said")

    @cached_property
    def stated(self) -> Stated:
        """What clients say of themselves, with the sightings that support it."""
        return Stated(self.case, self._seen, self.runs)

    @cached_property
    def placed(self) -> pl.DataFrame:
        """The sightings within intervals, with the start of the interval (`run_start`) and whether it is shared."""
        return _placed(self.sightings, self.runs)

    @cached_property
    def alone(self) -> pl.DataFrame:
        """The sightings of machines known by nothing but their address, each with the number of its interval."""
        return _placed(self._sensed(placed=False), None)

    def _sensed(self, *, placed: bool) -> pl.DataFrame:
        """Give records of sensors that name a host by its address: those placed on a machine that has a name, or not.

        Those that are not stay apart from the sightings: an address proves nothing of itself.
        """
        machines = self.case.machines
        hosts = mapped(machines.spellings.select("host", "machine_id"), "host", "ip", ids.address).drop_nulls("ip")
        own = hosts.get_column("machine_id").map_elements(machines.is_address, return_dtype=pl.Boolean)
        hosts = hosts.filter(~own if placed else own)
        columns = [name for name in SIGHTING if name != "kind"]
        parts = [pl.DataFrame(schema=dict.fromkeys(columns, pl.String) | {"time": pl.Int64})]
        for kind in self.case.kinds() if hosts.height else []:
            rows = self.case.raw(kind).join(hosts.select("host", "ip").unique(), on="host")
            parts.append(machines.resolve(rows).join(hosts, on=["host", "machine_id"], how="semi").select(columns))
        return pl.concat(parts).drop_nulls("time").unique().sort("ip", "time", "machine_id", "event_id")

    def doubts(self) -> pl.DataFrame:
        """Give what contradicts the intervals: outvoted machines and addresses that name nobody."""
        lost = (
            self.sightings.filter("outvoted").group_by("ip", "machine_id").agg(*evidence(), time=pl.col("time").min())
        )
        words = pl.format("{} sighting(s) on {} weigh too little against another machine's", "count", "machine_id")
        outvoted = doubts("address_outvoted", lost.rename({"evidence": "event_id"}), "ip", words)
        runs = self.runs.filter("shared").group_by("ip").agg(
            time=pl.col("start").min(), machines=pl.col("machine_id").unique().sort().str.join(", ")
        )  # fmt: skip
        seen = self.sightings.sort("time", "event_id").group_by("ip").agg(pl.col("event_id").head(EVIDENCE_CAP))
        words = pl.format("it passes to and fro between {}: it names no machine then", "machines")
        shared = doubts("address_shared", runs.join(seen, on="ip", how="left"), "ip", words, repaired=False)
        return pl.concat([outvoted, shared])


def _points(prefix: str = "") -> pl.Expr:
    """Weigh sightings counted by kind in columns: points times the logarithm of their number, summed in one order."""
    return pl.sum_horizontal(
        weight.weight * (1 + pl.col(f"{prefix}{kind}")).log(2) for kind, weight in SIGHTINGS.items()
    )


def _by_kind() -> list[pl.Expr]:
    return [(pl.col("kind") == kind).sum().cast(pl.Int64).alias(kind) for kind in SIGHTINGS]


def _outvoted(seen: pl.DataFrame) -> pl.DataFrame:
    """Give (ip, machine_id, hour, outvoted): machines that another outweighs in the hour and its two neighbours."""
    naming = seen.filter(pl.col("kind").is_in(_NAMING))
    owners = naming.group_by("ip").agg(pl.col("machine_id").n_unique().alias("n")).filter(pl.col("n") > 1)
    contested = seen.join(owners.select("ip"), on="ip", how="semi").with_columns(hour=pl.col("time") // HOUR)
    hours = contested.group_by("ip", "machine_id", "hour").agg(_by_kind())
    around = pl.concat([hours.with_columns(pl.col("hour") + step) for step in (-1, 0, 1)])
    weighed = around.group_by("ip", "machine_id", "hour").agg(pl.col(list(SIGHTINGS)).sum())
    weighed = weighed.with_columns(points=_points()).with_columns(top=pl.col("points").max().over("ip", "hour"))
    return weighed.filter(OUTVOTED * pl.col("points") <= pl.col("top")).select(
        "ip", "machine_id", "hour", outvoted=pl.lit(value=True)
    )


def _runs(sightings: pl.DataFrame) -> pl.DataFrame:
    """Count the uninterrupted times a machine had an address: one row each, with the sightings by kind."""
    changed = (pl.col("ip") != pl.col("ip").shift()) | (pl.col("machine_id") != pl.col("machine_id").shift())
    paused = pl.col("time") - pl.col("time").shift() > GAP
    frame = sightings.with_columns(run=(changed | paused).fill_null(value=True).cum_sum())
    return frame.group_by(*_RUN, "machine_id", maintain_order=True).agg(
        *_by_kind(), start=pl.col("time").min(), end=pl.col("time").max()
    )


def _neighbours(runs: pl.DataFrame) -> pl.DataFrame:
    """Add for each run whether the runs of its address before and after are one other machine's, and their points."""
    runs = runs.with_columns(points=_points(), n=pl.sum_horizontal(*SIGHTINGS))
    before, after = pl.col("machine_id").shift().over("ip"), pl.col("machine_id").shift(-1).over("ip")
    amid = (before == after).fill_null(value=False) & (before != pl.col("machine_id")).fill_null(value=False)
    around = pl.col("points").shift().over("ip") + pl.col("points").shift(-1).over("ip")
    return runs.with_columns(amid=amid, around=around)


def _thin() -> pl.Expr:
    short = (pl.col("n") <= THIN) | (pl.col("end") - pl.col("start") <= BRIEF)
    return (pl.col("lease") == 0) & short


def _folded(runs: pl.DataFrame) -> pl.DataFrame:
    """Drop thin runs amid another machine's that weighs far more, and join what they parted."""
    marked = _neighbours(runs)
    dirt = pl.col("amid") & _thin() & (OUTVOTED * pl.col("points") <= pl.col("around"))
    kept = marked.filter(~dirt)
    changed = (pl.col("ip") != pl.col("ip").shift()) | (pl.col("machine_id") != pl.col("machine_id").shift())
    paused = pl.col("start") - pl.col("end").shift() > GAP
    kept = kept.with_columns(run=(changed | paused).fill_null(value=True).cum_sum())
    return kept.group_by(*_RUN, "machine_id", maintain_order=True).agg(
        pl.col(list(SIGHTINGS)).sum(), start=pl.col("start").min(), end=pl.col("end").max()
    )


def _contested(runs: pl.DataFrame) -> pl.DataFrame:
    """Mark as `shared` the runs during which an address names nobody.

    These are runs of an address that passes to and fro (the runs two before and two after are the same machine's), and
    thin runs amid another machine's that are neither dirt nor a hand-over.
    """
    marked = _neighbours(runs)
    own = pl.col("machine_id")
    back, ahead = own.shift(2).over("ip") == own, own.shift(-2).over("ip") == own
    span = pl.col("start").shift(-2).over("ip") - pl.col("end").shift(2).over("ip")
    swinging = (back & ahead & (span <= TO_AND_FRO)).fill_null(value=False)
    parted = pl.col("start").shift(-1).over("ip") - pl.col("end").shift().over("ip")
    unclear = pl.col("amid") & _thin() & (parted <= TO_AND_FRO).fill_null(value=False)
    return marked.select("ip", "machine_id", "start", "end", "n", shared=swinging | unclear)


def _nearest(runs: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """Give (_row, machine_id, weight, shared) of the run that holds each asked time, or is nearest to it."""
    known = runs.select("ip", "machine_id", "start", "end", "shared")
    asked = wanted.select("_row", "ip", "time").sort("time", "_row")
    before = asked.join_asof(
        known.sort("start", "ip"), left_on="time", right_on="start", by="ip", strategy="backward",
        check_sortedness=False, coalesce=False,
    )  # fmt: skip
    after = asked.join_asof(
        known.sort("start", "ip"), left_on="time", right_on="start", by="ip", strategy="forward",
        check_sortedness=False, coalesce=False,
    )  # fmt: skip
    before = before.with_columns(away=pl.max_horizontal(pl.col("time") - pl.col("end"), pl.lit(0)))
    after = after.with_columns(away=pl.col("start") - pl.col("time"))
    both = pl.concat([part.drop_nulls("machine_id") for part in (before, after)])
    best = both.sort("_row", "away", "start").unique("_row", keep="first", maintain_order=True)
    weight = pl.lit(None, pl.Float64)
    for seconds, sure in reversed(OWNED):
        weight = pl.when(pl.col("away") <= seconds * SECOND).then(sure).otherwise(weight)
    best = best.with_columns(weight=weight).drop_nulls("weight")
    named = pl.when(~pl.col("shared")).then("machine_id")
    return best.select("_row", machine_id=named, weight=pl.when(~pl.col("shared")).then("weight"), shared="shared")


def _placed(sightings: pl.DataFrame, runs: pl.DataFrame | None) -> pl.DataFrame:
    """Add `run_start` and `shared` of the run that each sighting lies in, or uninterrupted where there are no runs."""
    if runs is None:
        changed = (pl.col("ip") != pl.col("ip").shift()) | (pl.col("machine_id") != pl.col("machine_id").shift())
        return sightings.with_columns(run_start=changed.fill_null(value=True).cum_sum(), shared=pl.lit(value=False))
    known = runs.select("ip", "machine_id", "shared", run_start="start", run_end="end").sort("run_start", "ip")
    return (
        sightings.sort("time", "event_id")
        .join_asof(
            known, left_on="time", right_on="run_start", by=["ip", "machine_id"], strategy="backward",
            check_sortedness=False, coalesce=False,
        )
        .filter(pl.col("time") <= pl.col("run_end"))
    )  # fmt: skip
