"""Which nodes a name means: any name, alias or address, in any case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.lateral.paths import LogonTable

_NAMES = {
    "Machine": ("id", "name", "fqdn", "aliases", "ips", "object_id"), "User": ("id", "name", "sid", "aliases"),
    "Realm": ("id", "name"),
}  # fmt: skip


def nodes_named(snapshot: Snapshot, label: str, name: str) -> set[str]:
    """Give the ids of the machines or accounts that a name means."""
    frame = snapshot.table(label)
    wanted = name.strip().lower()
    return set() if frame is None else set(frame.filter(_says(frame, _NAMES[label], wanted)).get_column("id"))


def hosts_named(snapshot: Snapshot, table: LogonTable, name: str) -> list[str]:
    """Give the node ids that a machine's name, alias or address means, among those with remote logons."""
    found = nodes_named(snapshot, "Machine", name) | nodes_named(snapshot, "Realm", name) | {name.strip().lower()}
    return sorted(found.intersection(table.hosts))


def accounts_named(snapshot: Snapshot, table: LogonTable, name: str) -> list[str]:
    """Give the node ids that an account's name means, among those with remote logons."""
    return sorted(nodes_named(snapshot, "User", name).intersection(table.accounts))


def _says(frame: pl.DataFrame, columns: tuple[str, ...], wanted: str) -> pl.Expr:
    """Match rows in which any name equals the wanted one."""
    tests = []
    for column in columns:
        if column not in frame.columns:
            continue
        is_list = frame.schema[column] == pl.List(pl.String)
        text = (
            pl.col(column).list.eval(pl.element().str.to_lowercase()) if is_list else pl.col(column).str.to_lowercase()
        )
        tests.append((text.list.contains(wanted) if is_list else text == wanted).fill_null(value=False))
    return pl.any_horizontal(tests)
