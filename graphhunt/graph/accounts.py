r"""Accounts: SID, `DOMAIN\\name`, `DNS.DOMAIN\\name` and UPN of one account are one node.

A SID that a machine issued is an account of that machine (`SID@machine`): clones issue the same ones. Accounts of Unix
systems are each machine's own (`machine\\name`), unless a domain is stated.

Accounts of clouds are told by `graphhunt.graph.cloud_accounts`.

Sources: Microsoft, "Well-known SIDs" (MS-DTYP 2.4.2.4); the spellings are those the Security log writes for
one account in 4624 (NetBIOS domain for NTLM, DNS domain for Kerberos), 4769 (UPN) and Sysmon (`DOMAIN\\name`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from graphhunt.graph.cloud_accounts import CLOUD, REALM, cloud_name, upns
from graphhunt.graph.identity import NETBIOS, SHOWN, Doubt, doubts_table
from graphhunt.graph.identity_accounts import ISSUER, Domains, Sighting, is_named, local_issuers
from graphhunt.graph.identity_statements import Statement, part_of, standing
from graphhunt.graph.wellknown import LOCAL_DOMAINS, WELL_KNOWN_NAMES, account_kind, sid_of, well_known_sid

if TYPE_CHECKING:
    from graphhunt.graph.machines import Machines

_ROLES = (
    ("user", "domain", "sid"),
    ("subject_user", "subject_domain", "subject_sid"),
    ("creator_user", "creator_domain", "creator_sid"),
    ("outbound_user", "outbound_domain", None),
    ("target_user", "target_domain", "target_sid"),
    ("old_user", "target_domain", "target_sid"),
)
_SPELLING = ["sid", "domain", "user", "place"]
_SEEN = {
    "sid": pl.String, "domain": pl.String, "user": pl.String, "machine": pl.String, "time": pl.Int64,
    "event_id": pl.String, "logon": pl.Boolean, "realm": pl.String, "upn": pl.Boolean,
}  # fmt: skip


class _Name(NamedTuple):
    domain: str
    name: str


class _Spelled(NamedTuple):
    """A spelling taken apart: the SID (with the machine that issued it), and the name."""

    sid: str | None
    name: _Name | None


def take_apart(user: str) -> tuple[str | None, str]:
    r"""Take `DOMAIN\\name` and `name@domain` apart; the domain is None where the text has none.

    A name is kept exactly as it was written where taking it apart would leave nothing of it, such as `@SUM(1+1)`.
    """
    domain, mark, name = user.partition("\\")
    if not mark and not user.startswith("@"):
        name, mark, domain = user.rpartition("@")
    return (domain, name) if mark and name else (None, user)


def split_name(user: str | None, domain: str | None, place: str | None) -> _Name | None:
    r"""Fold an account's spelling to (short domain, name), lower case.

    `DOMAIN\\name` and UPNs in the name field are taken apart; `.`, empty local domains and a machine's own name mean
    the machine (`place`).
    """
    if not user:
        return None
    stated, name = take_apart(user.lower())
    domain = domain if stated is None else stated
    short = (domain or "").lower().split(".", 1)[0] if domain != "." else "."
    machine = (place or "").lower()
    if short in LOCAL_DOMAINS or is_named(machine.partition("@")[0], short):
        short = machine
    return _Name(short, name)


class Accounts:
    """Every account named by a fact, folded to one id: the SID where any fact states it.

    Args:
        frames: All facts by kind.
        machines: The machines of the case.
        statements: What analysts state.
    """

    def __init__(
        self, frames: dict[str, pl.DataFrame], machines: Machines, statements: Iterable[Statement] = ()
    ) -> None:
        self.client_id = machines.client_id
        self._machines = machines
        self._keys = {machine: machines.key_of(machine) for machine in machines.known}
        self._said = standing(statements, "account")
        self._domains = Domains(self._keys.values())
        seen = self._sightings_of(frames)
        self._issuers = self._local(seen)
        self._own = self._own_domains(seen)
        seen = self._spelled(seen)
        self._seen = seen
        self._rows = self._resolve(seen)
        self._table = pl.DataFrame(
            [(*spelling, uid, name) for spelling, uid, name in self._rows],
            schema={**dict.fromkeys(_SPELLING, pl.String), "_id": pl.String, "_contested": pl.String},
            orient="row",
        )
        self._sightings = self._contested_sightings(seen)
        self._splits = [(uid, row) for row in self._said if row.verdict == "split" for uid in self._cited(row.a)]

    def _sightings_of(self, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Collect where accounts are named: spelling, machine, time and record."""
        parts = [pl.DataFrame(schema=_SEEN)]
        for kind, frame in frames.items():
            roles = [(u, d, s) for u, d, s in _ROLES if u in frame.columns and d in frame.columns]
            placed = self._machines.placed(frame) if roles else frame
            for user, domain, sid in roles:
                has_sid = sid is not None and sid in frame.columns
                parts.append(
                    placed.select(
                        (pl.col(sid) if has_sid and sid else pl.lit(None, pl.String)).alias("sid"),
                        pl.col(domain).alias("domain"),
                        pl.col(user).alias("user"),
                        pl.col("machine_id").alias("machine"),
                        "time",
                        "event_id",
                        pl.lit(kind == "logon" and user == "user").alias("logon"),
                        realm=REALM if "realm" in frame.columns else pl.lit(None, pl.String),
                        upn=upns(frame, user),
                    )
                )
        return pl.concat(parts).filter(pl.col("user").is_not_null() | pl.col("sid").is_not_null())

    def _local(self, seen: pl.DataFrame) -> frozenset[str]:
        """List the issuers of SIDs that are machines."""
        stated = pl.coalesce("domain", pl.col("user").str.extract(r"^([^\\]+)\\."))
        rows = seen.select(
            issuer=pl.col("sid").str.extract(ISSUER),
            domain=stated.str.to_lowercase().str.split(".").list.first(),
            machine="machine",
            logon="logon",
        )
        short = {machine: key.partition("@")[0] for machine, key in self._keys.items()}
        found = [
            Sighting(issuer, domain, short.get(machine), logon)
            for issuer, domain, machine, logon in rows.filter(pl.col("issuer").is_not_null()).unique().iter_rows()
        ]
        return local_issuers(found, frozenset(short.values()))

    @property
    def issuers(self) -> frozenset[str]:
        """The issuers of SIDs that are machines."""
        return self._issuers

    def _own_domains(self, seen: pl.DataFrame) -> pl.DataFrame:
        """Give the pairs of domain and machine in which the domain means the machine."""
        pairs = seen.select("domain", "machine").unique().drop_nulls("machine")
        rows = [
            (domain, machine)
            for domain, machine in pairs.iter_rows()
            if (domain is None and machine in self._machines.unix)
            or (domain is not None and self._is_own(domain.lower(), self._keys[machine]))
        ]
        return pl.DataFrame(rows, schema={"domain": pl.String, "machine": pl.String}, orient="row").with_columns(
            own=pl.lit(value=True)
        )

    @staticmethod
    def _is_own(domain: str, key: str) -> bool:
        return domain in LOCAL_DOMAINS or is_named(key.partition("@")[0], domain.partition(".")[0])

    def _spelled(self, seen: pl.DataFrame) -> pl.DataFrame:
        """Add `place`: the machine, where an account's spelling means something else on another one."""
        seen = seen.join(self._own, on=["domain", "machine"], how="left", nulls_equal=True, maintain_order="left")
        bare = pl.col("domain").is_not_null() | pl.col("sid").is_null()
        issued = pl.col("sid").str.extract(ISSUER).is_in(list(self._issuers)).fill_null(value=False)
        local = (pl.col("own").fill_null(value=False) & bare) | issued
        cloud = pl.col("realm").is_not_null()
        return seen.with_columns(place=pl.when(cloud).then(pl.lit(CLOUD)).when(local).then("machine")).drop("own")

    def _resolve(self, seen: pl.DataFrame) -> list[tuple[tuple[str | None, ...], str | None, str | None]]:
        """Give for each spelling its id, or the contested name when several SIDs carry it."""
        spellings = [tuple(row) for row in seen.select(_SPELLING).unique().sort(pl.all()).iter_rows()]
        self._learn_domains(spellings)
        self._folded = {spelling: self._fold(*spelling) for spelling in spellings}
        sids: dict[_Name, set[str]] = defaultdict(set)
        for spelling, (sid, name) in self._folded.items():
            if sid and sid != well_known_sid(sid, "", "") and name and name.domain and spelling[0]:
                sids[name].add(sid)
        by_name: dict[str, set[str]] = defaultdict(set)
        for name, values in sids.items():
            by_name[name.name] |= values
        self.names = sids
        picked = {spelling: self._pick(spelled, sids, by_name) for spelling, spelled in self._folded.items()}
        picked |= self._upns_joined(picked, seen.filter("upn").select(_SPELLING).unique())
        return [(spelling, *found) for spelling, found in self._stated(picked).items()]

    def _upns_joined(
        self, picked: dict[tuple[str | None, ...], tuple[str | None, str | None]], windows: pl.DataFrame
    ) -> dict[tuple[str | None, ...], tuple[str | None, str | None]]:
        """Give the accounts of clouds that no SID tells, where Windows' records call one account by their UPN."""
        found: dict[str, set[str]] = defaultdict(set)
        for spelling in windows.iter_rows():
            if uid := picked[spelling][0]:
                found[str(spelling[2]).lower()].add(uid)
        joined: dict[tuple[str | None, ...], tuple[str | None, str | None]] = {}
        for spelling, (sid, name) in self._folded.items():
            uids = found.get(name.name, set()) if name and name.domain == CLOUD else set()
            if len(uids) == 1 and sid is None and name not in self.names:
                joined[spelling] = (next(iter(uids)), None)
        return joined

    def _learn_domains(self, spellings: Iterable[tuple[str | None, ...]]) -> None:
        """Learn which short domains are one: those under which one SID, no machine's, carries one name."""
        groups: dict[tuple[str, str], set[str]] = defaultdict(set)
        for sid, domain, user, _place in spellings:
            name = split_name(user, domain, None) if domain else None
            if sid and name and name.domain and sid.startswith("S-1-5-21-") and self._issuer(sid) not in self._issuers:
                groups[sid, name.name].add(name.domain)
        self._domains.learn(groups.values())

    @staticmethod
    def _issuer(sid: str) -> str:
        return sid.rpartition("-")[0]

    def _fold(self, sid: str | None, domain: str | None, user: str | None, place: str | None) -> _Spelled:
        """Take one spelling apart."""
        if place == CLOUD:
            stated = sid if sid and sid.startswith("S-1-5-21-") else None
            return _Spelled(stated, _Name(CLOUD, cloud_name(user, domain)) if user else None)
        key = self._keys.get(place or "")
        own = domain is None and sid is None and place is not None
        name = split_name(user, "." if own and take_apart(user or "")[0] is None else domain, key)
        if name:
            whole = name.name
            if whole.endswith("$") and len(whole) == NETBIOS + 1:
                whole = self._machines.whole(whole[:-1]) + "$"
            name = _Name(name.domain if name.domain == key else self._domains.folded(name.domain), whole)
        known = well_known_sid(sid, name.domain if name else "", name.name if name else "")
        if known or not sid or not sid.startswith("S-1-") or sid == "S-1-0-0":
            return _Spelled(known, name)
        if self._issuer(sid) not in self._issuers:
            return _Spelled(sid, name)
        stated = name.domain if name and name.domain in self._keys.values() else key
        return _Spelled(f"{sid}@{stated}" if stated else sid, name)

    def _pick(
        self, spelled: _Spelled, sids: dict[_Name, set[str]], by_name: dict[str, set[str]]
    ) -> tuple[str | None, str | None]:
        sid, name = spelled
        if sid:
            return self._id(sid), None
        if name is None:
            return None, None
        candidates = sids.get(name, set()) if name.domain else by_name.get(name.name, set())
        if len(candidates) == 1:
            return self._id(next(iter(candidates))), None
        plain = _plain(name)
        return self._id(plain), plain if len(candidates) > 1 else None

    def _id(self, value: str) -> str:
        return value if self.client_id == "default" else f"{self.client_id}:{value}"

    def _cited(self, text: str) -> list[str]:
        r"""List the accounts that a citation means: by SID, `DOMAIN\\name`, `name@domain` or name."""
        return sorted({uid for spelling, uid, _ in self._rows if uid and self._cites(text, self._folded[spelling])})

    def _cites(self, text: str, spelled: _Spelled) -> bool:
        if spelled.name is not None and spelled.name.domain == CLOUD and text.lower() == spelled.name.name:
            return True
        if text.upper().startswith("S-1-"):
            return spelled.sid is not None and text.lower() in (
                spelled.sid.lower(),
                spelled.sid.partition("@")[0].lower(),
            )
        name = self._name(text)
        if name is None or spelled.name is None:
            return False
        return name == spelled.name if name.domain else name.name == spelled.name.name

    def _name(self, text: str) -> _Name | None:
        name = split_name(text, None, None)
        return name and _Name(self._domains.folded(name.domain), name.name)

    def _stated(
        self, picked: dict[tuple[str | None, ...], tuple[str | None, str | None]]
    ) -> dict[tuple[str | None, ...], tuple[str | None, str | None]]:
        """Apply what analysts join and tell apart, in the order in which they said it."""
        for row in self._said:
            if row.verdict == "split":
                continue
            mine = [[key for key in picked if self._cites(text, self._folded[key])] for text in (row.a, row.b)]
            ids = [sorted({uid for key in keys if (uid := picked[key][0])}) for keys in mine]
            if not all(ids):
                continue
            if row.verdict == "join":
                picked = {key: (ids[0][0], None) if found[0] in ids[1] else found for key, found in picked.items()}
            elif set(ids[0]) & set(ids[1]):
                picked |= self._apart(row, mine, ids[0])
        return picked

    def _apart(
        self, row: Statement, mine: list[list[tuple[str | None, ...]]], shared: list[str]
    ) -> dict[tuple[str | None, ...], tuple[str | None, str | None]]:
        """Give one of two spellings of an account an id of its own: the second, unless the id is its already."""
        own = [self._id(_plain(name)) if (name := self._name(text)) else self._id(text) for text in (row.a, row.b)]
        side = 0 if own[1] in shared or row.b.upper().startswith("S-1-") else 1
        other = set(mine[1 - side])
        return {key: (own[side], None) for key in mine[side] if side or key not in other}

    def _contested_sightings(self, seen: pl.DataFrame) -> pl.DataFrame:
        """Give when each SID was seen under a name that several SIDs carry, sorted by time."""
        rows = [
            (plain, self._id(sid), sid.partition("@")[0])
            for plain, sids in self._contested().items()
            for sid in sorted(sids)
        ]
        table = pl.DataFrame(rows, schema={"_contested": pl.String, "_sid": pl.String, "sid": pl.String}, orient="row")
        return table.join(seen.select("sid", "time").drop_nulls(), on="sid").drop("sid").sort("time", "_sid")

    def _contested(self) -> dict[str, set[str]]:
        """Give the SIDs of every name that several carry and that some record states without one."""
        wanted = sorted({plain for _, _, plain in self._rows if plain})
        found: dict[str, set[str]] = defaultdict(set)
        for name, sids in self.names.items():
            for plain in (_plain(name), name.name):
                found[plain] |= sids
        return {plain: found[plain] for plain in wanted}

    def resolve(
        self, frame: pl.DataFrame, user: str = "user", domain: str = "domain", sid: str = "sid", into: str = "user_id"
    ) -> pl.DataFrame:
        """Add column `into`: the account's id; null where the row names none.

        A name without SID that several SIDs carry (an account made anew) goes to the one seen nearest in time.
        """
        if not frame.height:
            return frame.with_columns(pl.lit(None, pl.String).alias(into))
        placed = frame if "machine_id" in frame.columns else self._machines.placed(frame)
        keys = placed.select(
            (pl.col(sid) if sid in frame.columns else pl.lit(None, pl.String)).alias("sid"),
            pl.col(domain).alias("domain"),
            pl.col(user).alias("user"),
            pl.col("machine_id").alias("machine"),
            "time",
            realm=REALM if "realm" in frame.columns else pl.lit(None, pl.String),
        ).with_row_index("_row")
        found = self._spelled(keys).join(self._table, on=_SPELLING, how="left", nulls_equal=True, maintain_order="left")
        if self._sightings.height and found.get_column("_contested").is_not_null().any():
            asked = found.filter(pl.col("_contested").is_not_null()).sort("time", "_row")
            near = asked.join_asof(
                self._sightings, on="time", by="_contested", strategy="nearest", check_sortedness=False
            )
            found = found.join(near.select("_row", "_sid"), on="_row", how="left", maintain_order="left")
            found = found.with_columns(_id=pl.coalesce("_sid", "_id"))
        return frame.with_columns(self._torn(found).get_column("_id").alias(into))

    def _torn(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the rows within an analyst's split to the other account."""
        for uid, row in self._splits:
            inside = (pl.col("_id") == uid) & row.holds(pl.col("time"))
            rows = rows.with_columns(_id=pl.when(inside).then(pl.lit(part_of(uid, row))).otherwise("_id"))
        return rows

    def _times(self) -> pl.DataFrame:
        """Give every spelling with its account and its first and last time."""
        rows = self._table.drop_nulls("_id")
        if not self._splits:
            times = self._seen.group_by(_SPELLING).agg(first=pl.col("time").min(), last=pl.col("time").max())
            return rows.join(times, on=_SPELLING, how="left", nulls_equal=True)
        rows = self._torn(rows.join(self._seen.select(*_SPELLING, "time"), on=_SPELLING, how="left", nulls_equal=True))
        return rows.group_by(*_SPELLING, "_id").agg(first=pl.col("time").min(), last=pl.col("time").max())

    def nodes(self) -> pl.DataFrame:
        """Give one row per account: display name, shortest domain, SID, aliases, kind, first and last time named."""
        plain = pl.col("user").map_elements(lambda user: take_apart(user)[1] or None, return_dtype=pl.String)
        qualified = pl.col("user").str.contains(r"[@\\]") | pl.col("domain").is_null()
        sign = pl.when(pl.col("place") == CLOUD).then(pl.lit("/")).otherwise(pl.lit("\\"))
        alias = pl.when(qualified).then(pl.col("user")).otherwise(pl.concat_str("domain", sign, "user"))
        rows = self._times().with_columns(alias=alias, plain=plain, length=pl.col("domain").str.len_chars())
        rows = rows.sort("_id", "length", "domain", "plain", nulls_last=True)
        grouped = rows.group_by(pl.col("_id").alias("id"), maintain_order=True).agg(
            name=pl.col("plain").drop_nulls().sort().first(),
            domain=pl.col("domain").drop_nulls().first(),
            aliases=pl.col("alias").drop_nulls().unique().sort(),
            first_seen=pl.col("first").min(),
            last_seen=pl.col("last").max(),
        )
        return (
            grouped.join(_described(grouped), on="id")
            .sort("id")
            .with_columns(
                name=pl.coalesce("known_name", "name"),
                domain=pl.when(pl.col("known_name").is_null()).then("domain").otherwise(pl.lit("NT AUTHORITY")),
                aliases=pl.when(pl.col("known_name").is_null()).then("aliases").otherwise(pl.concat_list("known_name")),
            )
            .drop("known_name")
        )

    def doubts(self) -> pl.DataFrame:
        """Give what contradicts about accounts."""
        return doubts_table([*self._cloned(), *self._several_sids(), *self._damaged()])

    def _cloned(self) -> Iterable[Doubt]:
        """Doubt every SID that several machines issued."""
        found: dict[str, set[str]] = defaultdict(set)
        for spelled in self._folded.values():
            sid, at, machine = (spelled.sid or "").partition("@")
            if at:
                found[sid].add(machine)
        for sid, machines in sorted(found.items()):
            if len(machines) > 1:
                text = f"{' and '.join(sorted(machines))} issued the same SID {sid} (clones): an account on each"
                yield self._doubt("cloned_sid", sid, text, pl.col("sid") == sid, repaired=True)

    def _several_sids(self) -> Iterable[Doubt]:
        """Doubt every name that several SIDs carry and some record states alone."""
        for plain, sids in self._contested().items():
            numbers = [sid.partition("@")[0] for sid in sorted(sids)]
            text = (
                f"{plain} is the name of {' and '.join(sorted(sids))}; records without a SID go to the one seen nearest"
            )
            yield self._doubt("several_sids", plain, text, pl.col("sid").is_in(numbers), repaired=True)

    def _damaged(self) -> Iterable[Doubt]:
        """Doubt every name of which bytes could not be read: others may be written the same."""
        names = (
            self._seen.filter(pl.col("user").str.contains("\ufffd", literal=True)).get_column("user").unique().sort()
        )
        for name in names:
            text = f"bytes of the name {name} could not be read; several accounts may be written so"
            yield self._doubt("damaged_name", name, text, pl.col("user") == name, repaired=False)

    def _doubt(self, kind: str, subject: str, text: str, rows: pl.Expr, *, repaired: bool) -> Doubt:
        found = self._seen.filter(rows).sort("time", "event_id")
        shown = found.get_column("event_id").drop_nulls().unique(maintain_order=True).head(SHOWN).to_list()
        return Doubt(kind, self._id(subject), found.get_column("time").min(), text, shown, repaired)  # type: ignore[arg-type]


def _plain(name: _Name) -> str:
    return f"{name.domain}\\{name.name}" if name.domain not in ("", CLOUD) else name.name


def _described(accounts: pl.DataFrame) -> pl.DataFrame:
    """Give each account's SID, kind, and its built-in name where it is a built-in account."""
    found = [
        (account, sid_of(account), account_kind(account, name), WELL_KNOWN_NAMES.get(sid_of(account) or ""))
        for account, name in accounts.select("id", "name").iter_rows()
    ]
    columns = {"id": pl.String, "sid": pl.String, "kind": pl.String, "known_name": pl.String}
    return pl.DataFrame(found, schema=columns, orient="row")
