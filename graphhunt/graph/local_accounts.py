r"""Local accounts of one name on several machines.

Somebody who goes from one machine to another with a local account goes as the account of the same name there: the
password (or its hash) is the same on both, and no credential was switched.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from graphhunt.graph.identity import NETBIOS


def local_accounts(users: pl.DataFrame, machines: Iterable[str]) -> dict[str, str]:
    r"""Give the name, in lower case, of each account that a machine keeps itself.

    Args:
        users: `id`, `name` and `domain` of accounts. A machine's own domain is its name, which NetBIOS cuts; an
            account of a Unix system has the id `machine\name`.
        machines: Ids of the machines.
    """
    names = {machine.casefold() for machine in machines}
    short = {name.partition(".")[0] for name in names} | names
    known = short | {name[:NETBIOS] for name in short}
    return {
        one: name.casefold()
        for one, name, domain in users.select("id", "name", "domain").iter_rows()
        if name and ((domain or "").casefold() in known or one.rpartition("\\")[0].casefold() in known)
    }


def same_local(frame: pl.DataFrame, one: str, other: str, local: dict[str, str]) -> pl.Expr:
    """Tell whether two columns name local accounts of one name.

    Args:
        frame: Where the columns are.
        one: A column of account ids.
        other: Another one.
        local: What `local_accounts` gave.
    """
    pairs = frame.select(one, other).iter_rows()
    alike = [a in local and local[a] == local.get(b) for a, b in pairs]
    return pl.lit(pl.Series("alike", alike, dtype=pl.Boolean))
