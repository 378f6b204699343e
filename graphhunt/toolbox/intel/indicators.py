"""Lists of indicators of the user's own: read once, matched against any number of values in one pass.

A list is a table: `kind`, `value` (as `kinds.normal` spells it), `source`, `valid_from` and `valid_until` (µs or
null), `tlp`, `severity`, `description`, `id` (the list's own, where it has one).
"""

from __future__ import annotations

import ipaddress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.errors import LoadError
from graphhunt.toolbox.intel.kinds import address_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCHEMA = {
    "kind": pl.String, "value": pl.String, "source": pl.String, "valid_from": pl.Int64, "valid_until": pl.Int64,
    "tlp": pl.String, "severity": pl.String, "description": pl.String, "id": pl.String,
}  # fmt: skip
"""Columns of a list."""

_TLP = {"white": "clear", "amber+strict": "amber+strict", "amber_strict": "amber+strict"}
_HEX = {32: "md5_hash", 40: "sha1_hash", 64: "sha256_hash"}
_WORDS = {
    "ip": None, "ipv4-addr": "ipv4", "ipv6-addr": "ipv6", "ip-dst": None, "ip-src": None, "domain": "dns",
    "domain-name": "dns", "hostname": "dns", "fqdn": "dns", "uri": "url", "link": "url", "md5": "md5_hash",
    "sha1": "sha1_hash", "sha-1": "sha1_hash", "sha256": "sha256_hash", "sha-256": "sha256_hash",
    "email-addr": "email", "email-src": "email", "email-dst": "email",
}  # fmt: skip
_V4 = r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$"
_NETWORK = r"^[0-9a-fA-F.:]+/\d{1,3}$"
_DAYS = ("%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f")


class IndicatorList:
    """Indicators that values are matched against.

    Args:
        table: Rows as `SCHEMA` has them; rows that are equal are one.
        passed_over: How many entries of the lists couldn't be used, by reason.
    """

    def __init__(self, table: pl.DataFrame, passed_over: dict[str, int] | None = None) -> None:
        self.table = table.unique(["kind", "value", "source"], keep="first", maintain_order=True)
        self.passed_over = passed_over or {}

    def __len__(self) -> int:
        """Count the indicators."""
        return self.table.height

    def match(self, values: pl.DataFrame) -> pl.DataFrame:
        """Find the indicators of values.

        Args:
            values: `kind` and `value` (spelt by `kinds.normal` or `spelt`), with any further columns.

        Returns:
            The columns of `values` and those of the list (its value as `indicator`), one row for each pair.
        """
        known = self.table.rename({"value": "indicator"})
        exact = values.join(known, left_on=["kind", "value"], right_on=["kind", "indicator"], how="inner")
        exact = exact.with_columns(indicator=pl.col("value"))
        wide = self._in_networks(values, known)
        return pl.concat([exact, wide.select(exact.columns)]) if wide.height else exact

    def _in_networks(self, values: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
        """Find the addresses that lie in networks of the list."""
        addresses = values.filter(pl.col("kind").is_in(["ipv4", "ipv6"])) if self._networks else values.clear()
        pairs = [
            (value, network)
            for value in addresses.get_column("value").unique(maintain_order=True)
            for network in self._networks_of(value)
        ]
        found = pl.DataFrame(pairs, schema={"value": pl.String, "indicator": pl.String}, orient="row")
        networks = known.filter(pl.col("kind") == "network").drop("kind")
        return addresses.join(found, on="value").join(networks, on="indicator")

    @cached_property
    def _networks(self) -> dict[tuple[int, int], dict[int, str]]:
        """Give networks by version and length of the prefix, then by address."""
        found: dict[tuple[int, int], dict[int, str]] = {}
        for text in self.table.filter(pl.col("kind") == "network").get_column("value"):
            network = ipaddress.ip_network(text)
            found.setdefault((network.version, network.prefixlen), {})[int(network.network_address)] = text
        return found

    def _networks_of(self, value: str) -> Iterable[str]:
        address = address_of(value)
        if address is None:
            return
        number, bits = int(address), address.max_prefixlen
        for (version, length), networks in self._networks.items():
            if version == address.version and (number >> (bits - length) << (bits - length)) in networks:
                yield networks[number >> (bits - length) << (bits - length)]


def read_lists(paths: Sequence[str | Path]) -> IndicatorList:
    """Read lists: CSV, STIX 2.1 (`.json`), folders of a MISP feed, text with one indicator a line.

    Raises:
        LoadError: A file can't be read, or holds nothing that is known.
    """
    from graphhunt.toolbox.intel import read_csv, read_misp, read_stix, read_text

    tables, passed = [], dict[str, int]()
    for path in map(Path, paths):
        if not path.exists():
            raise LoadError("there is no list of indicators", where=str(path))
        reader = read_misp if path.is_dir() else {".csv": read_csv, ".json": read_stix}.get(path.suffix, read_text)
        rows, skipped = reader.read(path)
        tables.append(arranged(rows))
        left = rows.height - tables[-1].height
        for reason, count in {**skipped, **({"not an indicator": left} if left else {})}.items():
            passed[reason] = passed.get(reason, 0) + count
    return IndicatorList(pl.concat(tables) if tables else pl.DataFrame(schema=SCHEMA), passed)


def arranged(rows: pl.DataFrame) -> pl.DataFrame:
    """Bring rows with `value` and any of the other columns as text into the form of a list."""
    texts = dict.fromkeys(SCHEMA, pl.String)
    rows = rows.select(
        pl.col(name).cast(dtype, strict=False) if name in rows.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in texts.items()
    )
    rows = rows.with_columns(kind=named_kind(), value=fanged("value"))
    rows = rows.with_columns(kind=pl.coalesce("kind", told_kind()))
    rows = spelt(rows.filter(pl.col("kind").is_not_null() & (pl.col("value") != "")))
    return rows.with_columns(
        tlp=pl.col("tlp").str.to_lowercase().str.strip_prefix("tlp:").str.strip_chars().replace(_TLP),
        valid_from=moment("valid_from"), valid_until=moment("valid_until"),
    ).select(list(SCHEMA))  # fmt: skip


def named_kind() -> pl.Expr:
    """Give the kind that a list names; null where its word is general or unknown."""
    word = pl.col("kind").str.strip_chars().str.to_lowercase()
    own = {kind: kind for kind in ("ipv4", "ipv6", "dns", "url", "email", *_HEX.values(), "network")}
    return word.replace_strict({**own, **_WORDS}, default=None, return_dtype=pl.String)


def told_kind() -> pl.Expr:
    """Tell the kind of `value` by its form; null for none."""
    value = pl.col("value")
    hexes = value.str.contains(r"^[0-9a-fA-F]{32,64}$")
    length = value.str.len_bytes().replace_strict(_HEX, default=None, return_dtype=pl.String)
    return (
        pl.when(hexes).then(length)
        .when(value.str.contains(_V4)).then(pl.lit("ipv4"))
        .when(value.str.contains(_NETWORK)).then(pl.lit("network"))
        .when(value.str.contains("://", literal=True)).then(pl.lit("url"))
        .when(value.str.contains("@", literal=True)).then(pl.lit("email"))
        .when(value.str.contains(r"^[0-9a-fA-F]*:[0-9a-fA-F:.]+$")).then(pl.lit("ipv6"))
        .when(value.str.contains(r"^[^\s/\\:,;]+\.[^\s/\\:,;.\d][^\s/\\:,;.]*\.?$")).then(pl.lit("dns"))
    )  # fmt: skip


def fanged(column: str) -> pl.Expr:
    """Give a column of indicators without defanging."""
    text = pl.col(column).str.strip_chars()
    bare = text.str.replace_all(r"\[\.\]|\(\.\)|\[dot\]", ".").str.replace_all("[:]", ":", literal=True)
    bare = bare.str.replace(r"(?i)^hxxp", "http").str.replace_all("[@]", "@", literal=True)
    return pl.when(text.str.contains(r"[\[(]|(?i)^hxxp")).then(bare).otherwise(text)


def spelt(rows: pl.DataFrame) -> pl.DataFrame:
    """Spell `value` the way it is matched; rows whose address or network isn't one are left out."""
    value = pl.col("value")
    front = value.str.extract(r"^([^:/?#]+://[^/?#]*)", 1)
    url = pl.concat_str(front.str.to_lowercase(), value.str.slice(front.str.len_chars()))
    rows = rows.with_columns(
        value=pl.when(pl.col("kind") == "url").then(pl.coalesce(url, value))
        .when(pl.col("kind") == "dns").then(value.str.to_lowercase().str.strip_chars_end("."))
        .otherwise(value.str.to_lowercase())
    )  # fmt: skip
    odd = (pl.col("kind").is_in(["ipv6", "network"])) | (
        (pl.col("kind") == "ipv4") & ~pl.col("value").str.contains(_V4)
    )
    texts = rows.filter(odd).get_column("value").unique().to_list()
    shortest = {text: _shortest(text) for text in texts}
    if shortest:
        found = pl.col("value").replace_strict(shortest, default=None, return_dtype=pl.String)
        rows = rows.with_columns(value=pl.when(odd).then(found).otherwise(pl.col("value")))
    return rows.filter(pl.col("value").is_not_null())


def _shortest(text: str) -> str | None:
    try:
        return str(ipaddress.ip_network(text, strict=False)) if "/" in text else str(ipaddress.ip_address(text))
    except ValueError:
        return None


def moment(column: str) -> pl.Expr:
    """Read a column of ISO 8601 text, or of days, as µs UTC; null where it isn't a time."""
    text = pl.col(column).str.strip_chars()
    zoned = text.str.to_datetime(_DAYS[0], time_unit="us", time_zone="UTC", strict=False).dt.replace_time_zone(None)
    others = [text.str.to_datetime(form, time_unit="us", strict=False) for form in _DAYS[1:]]
    day = text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    return pl.coalesce(zoned, *others, day).dt.epoch("us").alias(column)
