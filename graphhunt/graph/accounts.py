r"""Accounts: SID, `DOMAIN\\name`, `DNS.DOMAIN\\name` and UPN of one account are one node.

Sources: Microsoft, "Well-known SIDs" (MS-DTYP 2.4.2.4); the spellings are those the Security log writes for
one account in 4624 (NetBIOS domain for NTLM, DNS domain for Kerberos), 4769 (UPN) and Sysmon (`DOMAIN\\name`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from graphhunt.graph.wellknown import LOCAL_DOMAINS, WELL_KNOWN_NAMES, account_kind, sid_of, well_known_sid

_ROLES = (
    ("user", "domain", "sid"),
    ("subject_user", "subject_domain", "subject_sid"),
    ("creator_user", "creator_domain", "creator_sid"),
    ("outbound_user", "outbound_domain", None),
    ("target_user", "target_domain", "target_sid"),
)
_SPELLING = ["sid", "domain", "user", "host"]
_SCHEMA = {"sid": pl.String, "domain": pl.String, "user": pl.String, "host": pl.String, "time": pl.Int64}


class _Name(NamedTuple):
    domain: str
    name: str


def take_apart(user: str) -> tuple[str | None, str]:
    r"""Take `DOMAIN\\name` and `name@domain` apart; the domain is None where the text has none.

    A name is kept exactly as it was written where taking it apart would leave nothing of it, such as `@SUM(1+1)`.
    """
    domain, mark, name = user.partition("\\")
    if not mark and not user.startswith("@"):
        name, mark, domain = user.rpartition("@")
    return (domain, name) if mark and name else (None, user)


def split_name(user: str | None, domain: str | None, host: str | None) -> _Name | None:
    r"""Fold an account's spelling to (short domain, name), lower case.

    `DOMAIN\\name` and UPNs in the name field are taken apart; `.` and empty local domains mean the host.
    """
    if not user:
        return None
    stated, name = take_apart(user.lower())
    domain = domain if stated is None else stated
    short = (domain or "").lower().split(".", 1)[0] if domain != "." else "."
    if short in LOCAL_DOMAINS:
        short = (host or "").lower().split(".", 1)[0]
    return _Name(short, name)


class Accounts:
    """Every account named by a fact, folded to one id: the SID where any fact states it.

    Args:
        frames: All facts by kind.
        client_id: Tenant.
    """

    def __init__(self, frames: dict[str, pl.DataFrame], client_id: str = "default") -> None:
        self.client_id = client_id
        seen = self._spellings(frames.values())
        domains = self._domain_aliases(seen)
        self._rows = self._resolve(seen, domains)
        self._table = pl.DataFrame(
            [(*spelling, uid, name) for spelling, uid, name in self._rows],
            schema={**{c: pl.String for c in _SPELLING}, "_id": pl.String, "_contested": pl.String},
            orient="row",
        )
        self._times = seen.group_by(_SPELLING).agg(first=pl.col("time").min(), last=pl.col("time").max())
        self._sightings = self._contested_sightings(seen)

    @staticmethod
    def _spellings(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
        """Collect every distinct (sid, domain, user) with when it was seen and how often."""
        parts = [pl.DataFrame(schema=_SCHEMA)]
        for frame in frames:
            for user, domain, sid in _ROLES:
                if user in frame.columns and domain in frame.columns:
                    has_sid = sid is not None and sid in frame.columns
                    parts.append(
                        frame.select(
                            (pl.col(sid) if has_sid and sid else pl.lit(None, pl.String)).alias("sid"),
                            pl.col(domain).alias("domain"),
                            pl.col(user).alias("user"),
                            pl.when(pl.col(domain).is_in(list(LOCAL_DOMAINS))).then(pl.col("host")).alias("host"),
                            "time",
                        )
                    )
        return pl.concat(parts).filter(pl.col("user").is_not_null() | pl.col("sid").is_not_null())

    @staticmethod
    def _domain_aliases(seen: pl.DataFrame) -> dict[str, str]:
        """Learn which short domains are one: those under which one SID carries one name."""
        rows = seen.select("sid", "domain", "user").drop_nulls().unique().sort(pl.all())
        groups: dict[tuple[str, str], set[str]] = defaultdict(set)
        for sid, domain, user in rows.iter_rows():
            name = split_name(user, domain, None)
            if name and name.domain and sid.startswith("S-1-5-21-"):
                groups[sid, name.name].add(name.domain)
        parent: dict[str, str] = {}

        def root(domain: str) -> str:
            while parent.get(domain, domain) != domain:
                domain = parent[domain]
            return domain

        for group in groups.values():
            roots = sorted({root(domain) for domain in group})
            for other in roots[1:]:
                parent[other] = roots[0]
        return {domain: root(domain) for domain in parent}

    def _resolve(
        self, seen: pl.DataFrame, domains: dict[str, str]
    ) -> list[tuple[tuple[str | None, ...], str | None, str | None]]:
        """Give for each spelling its id, or the contested name when several SIDs carry it."""
        spellings = [tuple(row) for row in seen.select(_SPELLING).unique().sort(pl.all()).iter_rows()]
        sids: dict[_Name, set[str]] = defaultdict(set)
        folded: list[tuple[str | None, _Name | None]] = []
        for sid, domain, user, host in spellings:
            name = split_name(user, domain, host)
            if name:
                name = _Name(domains.get(name.domain, name.domain), name.name)
            known = well_known_sid(sid, name.domain if name else "", name.name if name else "")
            folded.append((known or (sid if sid and sid.startswith("S-1-") and sid != "S-1-0-0" else None), name))
            if folded[-1][0] and not known and name and name.domain:
                sids[name].add(str(folded[-1][0]))
        by_name: dict[str, set[str]] = defaultdict(set)
        for name, values in sids.items():
            by_name[name.name] |= values
        self.names = sids
        return [
            (spelling, *self._pick(sid, name, sids, by_name))
            for spelling, (sid, name) in zip(spellings, folded, strict=True)
        ]

    def _pick(
        self, sid: str | None, name: _Name | None, sids: dict[_Name, set[str]], by_name: dict[str, set[str]]
    ) -> tuple[str | None, str | None]:
        if sid:
            return self._id(sid), None
        if name is None:
            return None, None
        candidates = sids.get(name, set()) if name.domain else by_name.get(name.name, set())
        if len(candidates) == 1:
            return self._id(next(iter(candidates))), None
        plain = f"{name.domain}\\{name.name}" if name.domain else name.name
        return self._id(plain), plain if len(candidates) > 1 else None

    def _id(self, value: str) -> str:
        return value if self.client_id == "default" else f"{self.client_id}:{value}"

    def _contested_sightings(self, seen: pl.DataFrame) -> pl.DataFrame:
        """Give when each SID was seen under a name that several SIDs carry, sorted by time."""
        contested = {row[2] for row in self._rows if row[2]}
        names = {
            (f"{name.domain}\\{name.name}" if full else name.name): values
            for full in (True, False)
            for name, values in self.names.items()
        }
        rows = [(plain, self._id(sid), sid) for plain in sorted(contested) for sid in sorted(names.get(plain, ()))]
        table = pl.DataFrame(rows, schema={"_contested": pl.String, "_sid": pl.String, "sid": pl.String}, orient="row")
        return table.join(seen.select("sid", "time").drop_nulls(), on="sid").drop("sid").sort("time", "_sid")

    def resolve(
        self, frame: pl.DataFrame, user: str = "user", domain: str = "domain", sid: str = "sid", into: str = "user_id"
    ) -> pl.DataFrame:
        """Add column `into`: the account's id; null where the row names none.

        A name without SID that several SIDs carry (an account made anew) goes to the one seen nearest in time.
        """
        keys = frame.select(
            (pl.col(sid) if sid in frame.columns else pl.lit(None, pl.String)).alias("sid"),
            pl.col(domain).alias("domain"),
            pl.col(user).alias("user"),
            pl.when(pl.col(domain).is_in(list(LOCAL_DOMAINS))).then(pl.col("host")).alias("host"),
            "time",
        ).with_row_index("_row")
        found = keys.join(self._table, on=_SPELLING, how="left", nulls_equal=True, maintain_order="left")
        if self._sightings.height and found.get_column("_contested").is_not_null().any():
            asked = found.filter(pl.col("_contested").is_not_null()).sort("time", "_row")
            near = asked.join_asof(
                self._sightings, on="time", by="_contested", strategy="nearest", check_sortedness=False
            )
            found = found.join(near.select("_row", "_sid"), on="_row", how="left", maintain_order="left")
            found = found.with_columns(_id=pl.coalesce("_sid", "_id"))
        return frame.with_columns(found.get_column("_id").alias(into))

    def nodes(self) -> pl.DataFrame:
        """Give one row per account: display name, shortest domain, SID, aliases, kind, first and last time named."""
        plain = pl.col("user").map_elements(lambda user: take_apart(user)[1] or None, return_dtype=pl.String)
        qualified = pl.col("user").str.contains(r"[@\\]") | pl.col("domain").is_null()
        alias = pl.when(qualified).then(pl.col("user")).otherwise(pl.concat_str("domain", "user", separator="\\"))
        rows = self._table.drop_nulls("_id").join(self._times, on=_SPELLING, how="left", nulls_equal=True)
        rows = rows.with_columns(alias=alias, plain=plain, length=pl.col("domain").str.len_chars())
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


def _described(accounts: pl.DataFrame) -> pl.DataFrame:
    """Give each account's SID, kind, and its built-in name where it is a built-in account."""
    found = [
        (account, sid_of(account), account_kind(account, name), WELL_KNOWN_NAMES.get(sid_of(account) or ""))
        for account, name in accounts.select("id", "name").iter_rows()
    ]
    columns = {"id": pl.String, "sid": pl.String, "kind": pl.String, "known_name": pl.String}
    return pl.DataFrame(found, schema=columns, orient="row")
