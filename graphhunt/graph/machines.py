"""Machines: every spelling of a host folded to one node.

The id is the short name while the tenant has one suffix group for it, else `short@suffix`.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable

import polars as pl

from graphhunt import ids
from graphhunt.graph.frames import mapped
from graphhunt.graph.identity import DAY, SHOWN, Doubt, HostName, doubts_table, host_name, is_itself, names_nobody
from graphhunt.graph.identity_local import RecordFiles, local_machines, no_files
from graphhunt.graph.identity_machines import Activity, Groups
from graphhunt.graph.identity_statements import Statement, part_of, standing

_SEEN = {"host": pl.String, "first_seen": pl.Int64, "last_seen": pl.Int64}
_EVENT = {"event_id": pl.String, "host": pl.String, "time": pl.Int64, "source": pl.String}
_PLACED = {"event_id": pl.String, "host": pl.String, "time": pl.Int64, "machine_id": pl.String}
_SIDS = ("sid", "subject_sid", "creator_sid")


class Machines:
    """The hosts that logged an event; FQDN, NetBIOS name and case are one machine.

    Only a host an event happened on is a machine: a collector, or a name an attacker put into a logon,
    doesn't become one here. Names that mean one machine wherever they stand are looked up in a table; records of the
    others (`localhost`, a bare name that several machines have, a host that an analyst split) are placed one by one.

    Args:
        frames: All facts by kind.
        client_id: Tenant.
        files: Gives the files that records came from.
        statements: What analysts state.
    """

    def __init__(
        self,
        frames: dict[str, pl.DataFrame],
        client_id: str = "default",
        files: RecordFiles = no_files,
        statements: Iterable[Statement] = (),
    ) -> None:
        self.client_id = client_id
        self._frames = frames
        self._said = standing(statements, "machine")
        seen = _seen(frames)
        hosts = seen.get_column("host").to_list()
        self._groups = Groups([host for host in hosts if not is_itself(host)], _listed(frames))
        self._own = {row.b.strip().lower(): _alone(row.b) for row in self._said if row.verdict == "apart"}
        self._joined: dict[str, str] = {}
        self._join()
        self._splits = [(self._stated(row.a), row) for row in self._said if row.verdict == "split"]
        keys = {host: self._key(host) for host in hosts}
        odd = {host for host, key in keys.items() if key is None or self._split(key)}
        table = {host: key for host, key in keys.items() if host not in odd}
        self._ids = pl.DataFrame(
            [(host, key and self._id(key)) for host, key in sorted(table.items())],
            schema={"host": pl.String, "machine_id": pl.String},
            orient="row",
        )
        self._issuers: dict[str, frozenset[str]] = {}
        self._doubts: list[Doubt] = []
        self._learn(hosts)
        self._placed = self._place(odd, keys, files)
        self._spell(seen)

    def _spell(self, seen: pl.DataFrame) -> None:
        """Learn which spellings each machine has, when they were seen, and which machines run Unix."""
        own = self._placed.group_by("host", "machine_id").agg(
            first_seen=pl.col("time").min(), last_seen=pl.col("time").max()
        )
        plain = seen.join(self._ids, on="host").select(own.columns)
        self.spellings = pl.concat([plain, own]).drop_nulls("machine_id").sort("host", "machine_id")
        self.known = frozenset(self.spellings.get_column("machine_id"))
        self.unix = self._unix()

    def seen_in(self, frames: dict[str, pl.DataFrame]) -> Machines:
        """Give the same machines, seen when other facts about the same hosts say; by kind."""
        made = copy.copy(self)
        made._frames = frames
        made._spell(_seen(frames))
        return made

    def holding(self, told: pl.DataFrame) -> Machines:
        """Give the same machines, with the records of some hosts placed on others.

        Args:
            told: event_id, host, time, machine_id of all records of these hosts; a null leaves a record where it is.
        """
        told = told.join(self._ids.rename({"machine_id": "_own"}), on="host")
        told = told.with_columns(machine_id=pl.coalesce("machine_id", "_own")).select(*_PLACED)
        several = pl.col("machine_id").n_unique().over("host") > 1
        whole = told.filter(~several).select("host", "machine_id").unique().sort("host")
        made = copy.copy(self)
        kept = self._ids.join(told, on="host", how="anti")
        made._ids = pl.concat([kept, whole])
        made._placed = pl.concat([self._placed, told.filter(several)])
        made._spell(_seen(self._frames))
        return made

    def _id(self, key: str) -> str:
        return key if self.client_id == "default" else f"{self.client_id}:{key}"

    def key_of(self, machine_id: str) -> str:
        """Give a machine's id without its tenant."""
        return machine_id if self.client_id == "default" else machine_id.removeprefix(f"{self.client_id}:")

    def _key(self, text: str) -> str | None:
        """Give the machine that a spelling means wherever it stands; None if that depends on the record."""
        if is_itself(text):
            return None
        if own := self._own.get(text.strip().lower()):
            return own
        name = host_name(text)
        key = self._groups.key(name) if name else ""
        return self._joined.get(key, key) if key is not None else None

    def _stated(self, text: str) -> str:
        """Give the machine that a spelling in a statement means."""
        name = None if text.startswith("localhost@") else host_name(text)
        return (self._key(text) or name.short) if name else text

    def _join(self) -> None:
        """Learn what every joined machine is to be called; the first one named stays."""
        for row in self._said:
            if row.verdict == "join":
                old, new = self._stated(row.b), self._stated(row.a)
                if old != new:
                    self._joined = {key: new if value == old else value for key, value in self._joined.items()}
                    self._joined[old] = new

    def _split(self, key: str) -> list[Statement]:
        return [row for machine, row in self._splits if machine == key]

    def _place(self, odd: set[str], keys: dict[str, str | None], files: RecordFiles) -> pl.DataFrame:
        """Give the machine of every record of the hosts that no table tells."""
        if not odd:
            return pl.DataFrame(schema=_PLACED)
        events = _events(self._frames, odd)
        local = sorted(host for host in odd if is_itself(host))
        parts = [pl.DataFrame(schema=_PLACED)]
        if local:
            told = local_machines(events.filter(pl.col("host").is_in(local)), files(local))
            self._doubts += [row._replace(subject=self._id(row.subject)) for row in told.doubts]
            parts.append(told.placed)
        contested = sorted(host for host in odd - set(local) if keys[host] is None)
        for host, day in (
            events.filter(pl.col("host").is_in(contested)).select("host", DAY_OF).unique().sort(pl.all()).iter_rows()
        ):
            part = events.filter((pl.col("host") == host) & (day == DAY_OF))
            parts.append(_at(part, self._bare(host, day, None)))
        parts += [_at(events.filter(pl.col("host") == host), keys[host]) for host in sorted(odd) if keys[host]]
        placed = pl.concat(parts).unique(["event_id", "host"], keep="first", maintain_order=True)
        self._unplaced(contested, placed)
        placed = self._torn(placed.with_columns(pl.col("machine_id").replace(self._joined)))
        return placed.with_columns(machine_id=pl.col("machine_id").map_elements(self._id, return_dtype=pl.String))

    def _learn(self, known: Collection[str]) -> None:
        """Learn when the machines of contested short names were active, and whose SIDs their records name."""
        alike = [(host, name) for host in known if (name := host_name(host))]
        hosts = sorted(host for host, name in alike if len(self._groups.suffixes(self._groups.whole(name).short)) > 1)
        if not hosts:
            return
        days = _events(self._frames, hosts).select("host", DAY_OF).unique().sort("host", "day")
        found = {str(host[0]): part.get_column("day").to_list() for host, part in days.group_by("host")}
        self._issuers = _issuers(self._frames, hosts)
        self._groups.learn(
            {host: Activity(found.get(host, []), self._issuers.get(host, frozenset())) for host in hosts}
        )

    def _bare(self, text: str, day: int | None, domain: str | None) -> str:
        """Give the machine of a contested bare name in a record; the bare name itself if nothing tells."""
        name = host_name(text) or HostName(text, "")
        found = self._groups.placed(name, day, domain, self._issuers.get(text, frozenset()))
        key = found or self._groups.whole(name).short
        return self._joined.get(key, key)

    def _unplaced(self, contested: Collection[str], placed: pl.DataFrame) -> None:
        """Doubt every bare name whose records could be of several machines."""
        for host in contested:
            name = self._groups.whole(host_name(host) or HostName(host, ""))
            left = placed.filter((pl.col("host") == host) & (pl.col("machine_id") == name.short)).sort(
                "time", "event_id"
            )
            if left.height:
                others = " or ".join(f"{name.short}.{suffix}" for suffix in self._groups.suffixes(name.short))
                text = f"{left.height} records of {host} could be of {others}; they stay apart"
                shown = left.get_column("event_id").head(SHOWN).to_list()
                self._doubts.append(
                    Doubt("which_host", self._id(name.short), left.item(0, "time"), text, shown, repaired=False)
                )

    def _torn(self, placed: pl.DataFrame) -> pl.DataFrame:
        """Give the records within an analyst's split to the other machine."""
        for key, row in self._splits:
            inside = (pl.col("machine_id") == key) & row.holds(pl.col("time"))
            placed = placed.with_columns(
                machine_id=pl.when(inside).then(pl.lit(part_of(key, row))).otherwise("machine_id")
            )
        return placed

    def _unix(self) -> frozenset[str]:
        """List the machines whose records are of a Unix system: its own logs, or programs by POSIX paths."""
        found: set[str] = set()
        for kind, frame in self._frames.items():
            unix = pl.col("code").str.contains(r"^(?:syslog|auditd)/")
            if kind == "process_start":
                unix = unix | pl.col("path").str.starts_with("/")
            rows = frame.filter(unix.fill_null(value=False)).unique("host")
            found |= set(self.resolve(rows).get_column("machine_id"))
        return frozenset(found)

    def placed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `machine_id` from `host`: null where the host is unknown."""
        frame = frame.join(self._ids, on="host", how="left", maintain_order="left")
        if not self._placed.height:
            return frame
        own = self._placed.select("event_id", "host", _own="machine_id")
        frame = frame.join(own, on=["event_id", "host"], how="left", maintain_order="left")
        return frame.with_columns(machine_id=pl.coalesce("_own", "machine_id")).drop("_own")

    def resolve(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `machine_id` from `host`, and drop rows whose host is unknown."""
        return self.placed(frame).filter(pl.col("machine_id").is_not_null())

    def named(self, frame: pl.DataFrame, column: str, into: str, domain: str | None = None) -> pl.DataFrame:
        """Add column `into`: the id that the machine named in `column` has or would have.

        Names that mean nobody in particular (`localhost`) give null. A bare name of several machines goes by the
        column `domain` and the time of the row (`time`, else `start`).
        """
        values = frame.get_column(column).drop_nulls().unique().sort().to_list()
        keys = {value: None if names_nobody(value) else self._key(value) for value in values}
        table = pl.DataFrame(
            [(value, key and self._id(key)) for value, key in keys.items()],
            schema={column: pl.String, into: pl.String},
            orient="row",
        )
        unclear = [v for v, key in keys.items() if not names_nobody(v) and (key is None or self._split(key))]
        if not unclear:
            return frame.join(table, on=column, how="left", maintain_order="left")
        when = next((name for name in ("time", "start") if name in frame.columns), None)
        moment = pl.col(when) if when else pl.lit(None, pl.Int64)
        asked = frame.with_columns(_when=moment, _domain=pl.col(domain) if domain else pl.lit(None, pl.String))
        context = [column, "_when", "_domain"]
        rows = asked.filter(pl.col(column).is_in(unclear)).select(context).unique()
        told = pl.DataFrame(
            [(*row, self._id(self._named(*row))) for row in rows.iter_rows()],
            schema={**rows.schema, "_told": pl.String},
            orient="row",
        )
        asked = asked.join(table, on=column, how="left", maintain_order="left")
        asked = asked.join(told, on=context, how="left", nulls_equal=True, maintain_order="left")
        return asked.with_columns(pl.coalesce("_told", into).alias(into)).drop("_when", "_domain", "_told")

    def _named(self, text: str, moment: int | None, domain: str | None) -> str:
        """Give the machine that an unclear name means at a moment."""
        key = self._key(text) or self._bare(text, None if moment is None else moment // DAY, domain)
        for row in self._split(key):
            if moment is not None and (row.start or 0) <= moment and (row.end is None or moment < row.end):
                return part_of(key, row)
        return key

    def short(self, machine_id: str) -> str:
        """Give the short name in a machine's id."""
        return self.key_of(machine_id).partition("@")[0]

    def is_address(self, machine_id: str) -> bool:
        """Tell whether nothing but its address is known of a machine."""
        return ids.address(self.key_of(machine_id)) is not None

    def whole(self, name: str) -> str:
        """Give the short name that a stated bare name stands for: the whole of one that Windows cut."""
        return self._groups.whole(HostName(name.lower(), "")).short

    def _shown(self, machine_id: str) -> str:
        """Show a machine's name as its id has it, where no record spells it."""
        return self.short(machine_id).upper()

    def doubts(self) -> pl.DataFrame:
        """Give what contradicts about machines."""
        return doubts_table(self._doubts)

    def nodes(self) -> pl.DataFrame:
        """Give one row per machine with its names and times."""
        frame = mapped(self.spellings, "host", "ip", ids.address)
        named = pl.col("ip").is_null()
        short = pl.when(named).then(pl.col("host").str.split(".").list.first()).otherwise("host")
        fqdn = pl.when(named & pl.col("host").str.contains(".", literal=True)).then(pl.col("host").str.to_lowercase())
        lengths = short.str.len_chars()
        longest = short.filter(named & (lengths == lengths.filter(named).max())).min()
        return (
            frame.group_by("machine_id")
            .agg(
                name=longest,
                fqdn=fqdn.drop_nulls().sort().first(),
                aliases=pl.col("host").unique().sort(),
                first_seen=pl.col("first_seen").min(),
                last_seen=pl.col("last_seen").max(),
            )
            .with_columns(
                name=pl.coalesce("name", pl.col("machine_id").map_elements(self._shown, return_dtype=pl.String))
            )
            .rename({"machine_id": "id"})
            .sort("id")
        )  # fmt: skip


DAY_OF: pl.Expr = (pl.col("time") // DAY).alias("day")
"""Day of a record, since 1970."""


def _alone(text: str) -> str:
    """Give the id of a spelling that an analyst told apart."""
    name = host_name(text) or HostName(text, "")
    return f"{name.short}@{name.suffix}"


def _at(events: pl.DataFrame, key: str | None) -> pl.DataFrame:
    return events.select("event_id", "host", "time", machine_id=pl.lit(key, pl.String))


def _seen(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Give every spelling of a host with its first and last time."""
    parts = [
        frame.select("host", "time").drop_nulls("host").group_by("host").agg(
            first_seen=pl.col("time").min(), last_seen=pl.col("time").max()
        )
        for frame in frames.values()
    ]  # fmt: skip
    whole = pl.concat([pl.DataFrame(schema=_SEEN), *parts])
    return whole.group_by("host").agg(pl.col("first_seen").min(), pl.col("last_seen").max()).sort("host")


def _listed(frames: dict[str, pl.DataFrame]) -> list[str]:
    """List the full names of the computers in a directory."""
    found = frames.get("directory_object")
    if found is None:
        return []
    names = found.filter(pl.col("type") == "Computer").get_column("name").drop_nulls().unique().sort()
    return [name for name in names if "." in name]


def _events(frames: dict[str, pl.DataFrame], hosts: Collection[str]) -> pl.DataFrame:
    """Give the records of some hosts."""
    mine = pl.col("host").is_in(sorted(hosts))
    parts = [frame.filter(mine).select(*_EVENT) for frame in frames.values()]
    return pl.concat([pl.DataFrame(schema=_EVENT), *parts]).unique(["event_id", "host"]).sort("time", "event_id")


def _issuers(frames: dict[str, pl.DataFrame], hosts: Collection[str]) -> dict[str, frozenset[str]]:
    """Give who issued the SIDs in the records of some hosts."""
    mine = pl.col("host").is_in(sorted(hosts))
    parts = [pl.DataFrame(schema={"host": pl.String, "issuer": pl.String})]
    for frame in frames.values():
        parts += [
            frame.filter(mine).select("host", issuer=pl.col(name).str.extract(r"^(S-1-5-21-\d+-\d+-\d+)-\d+$"))
            for name in _SIDS
            if name in frame.columns
        ]
    rows = pl.concat(parts).drop_nulls().unique()
    return {str(host[0]): frozenset(part.get_column("issuer")) for host, part in rows.group_by("host")}
