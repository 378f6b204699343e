"""Names of addresses as network logs show them: name servers' answers, and servers reached by their name.

Where a name has one address in a day and the address one name, they are one machine; a name or address that has
several that day tells nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import HOUR, SENSOR, with_address

if TYPE_CHECKING:
    from graphhunt.graph.resolved import Resolved

_DAY = 24 * HOUR


def network_names(case: Resolved) -> pl.DataFrame:
    """Give sightings of machines at addresses: machine_id, ip, time, event_id, source, kind."""
    asked = pl.concat([_shares(case), _logons(case)])
    wanted = pl.concat([asked, _tickets(case)]).get_column("machine_id").unique().to_list()
    known = [*wanted, *case.machines.known]
    frame = pl.concat([asked, _answers(case).filter(pl.col("machine_id").is_in(known))]).drop_nulls(
        ["machine_id", "ip"]
    )
    # An address in place of a name tells of no name.
    frame = with_address(frame, "machine_id", "_address").filter(pl.col("_address").is_null())
    frame = frame.with_columns(day=pl.col("time") // _DAY)
    alone = (pl.col("ip").n_unique().over("machine_id", "day") == 1) & (
        pl.col("machine_id").n_unique().over("ip", "day") == 1
    )
    return frame.filter(alone).with_columns(kind=pl.lit("network_name"))


def _named(case: Resolved, frame: pl.DataFrame, name: str, address: str) -> pl.DataFrame:
    frame = frame.drop("machine_id", strict=False)
    frame = case.machines.named(with_address(frame, address, "ip"), name, "machine_id")
    return frame.select("machine_id", "ip", "time", "event_id", "source")


def _shares(case: Resolved) -> pl.DataFrame:
    """Give servers that a share was opened on by name, as sensors saw it."""
    frame = case.raw("share_access").filter(pl.col("code").str.contains(SENSOR))
    frame = frame.with_columns(_at=pl.coalesce("destination_ip", "host"))
    return _named(case, frame, "server_name", "_at")


def _logons(case: Resolved) -> pl.DataFrame:
    """Give servers that called themselves by name in an NTLM exchange."""
    frame = case.raw("authentication").filter((pl.col("protocol") == "ntlm") & pl.col("code").str.contains(SENSOR))
    return _named(case, frame, "server_name", "destination_ip")


def _tickets(case: Resolved) -> pl.DataFrame:
    """Give servers that tickets name; they have no address there."""
    frame = case.raw("authentication").filter(pl.col("service").str.contains("/", literal=True))
    server = pl.col("service").str.split("/").list.get(1, null_on_oob=True)
    return _named(case, frame.with_columns(_server=server, _at=pl.lit(None, pl.String)), "_server", "_at")


def _answers(case: Resolved) -> pl.DataFrame:
    """Give what name servers answered."""
    frame = case.raw("dns_query").explode("answers", empty_as_null=True, keep_nulls=False)
    return _named(case, frame, "query", "answers")
