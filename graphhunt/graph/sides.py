"""Which end of a connection is the machine that recorded it.

Sysmon's and the filtering platform's source is the machine itself for outgoing connections; for incoming ones it
depends on their version. So what the machine's outgoing records show, the names that the record states, what the
machine's other records of that channel do, and port ranges are asked, in this order; where none answers, the ends are
not told apart.

References: Sysmon event 3 ("Initiated"), Security 5156 ("Direction"); RFC 6335, 6 (dynamic ports).
"""

from __future__ import annotations

import polars as pl

from graphhunt import ids
from graphhunt.graph.frames import HOUR, mapped, with_address
from graphhunt.graph.machines import Machines

SERVICE = 32_768
"""Ports from here on are clients' on Linux and Windows alike; a lower one against such a one is a service's."""

DAY = 24 * HOUR

_MORE = 4
"""An end is the machine's own if its outgoing records of these days show it more than this many times as often."""

_TOLD, _ALIKE = 5, 0.9
"""From so many incoming records of a channel that agree so far, the channel's other records follow them."""

_NOBODYS = ("multicast", "unspecified", "loopback")
_ENDS = ("source", "destination")


def sided(connections: pl.DataFrame, machines: Machines) -> pl.DataFrame:
    """Tell the ends of connections apart.

    Args:
        connections: Facts of kind connection, with `machine_id`.
        machines: Whose names the records may state.

    Returns:
        The facts with `local_*`, `remote_*`, `direction` and `told`: what told the ends apart (outgoing, own, name,
        channel, port), None where nothing did. `owned` is False where the local address is no machine's own
        (broadcast, multicast, loopback, unspecified) or the ends aren't told apart.
    """
    frame = connections
    for end in _ENDS:
        frame = with_address(frame, f"{end}_ip", f"{end}_address")
        frame = machines.named(frame, f"{end}_name", f"{end}_machine")
        frame = _nobodys(frame, end)
    outgoing = (pl.col("direction") == "outbound") | pl.col("initiated").fill_null(value=False)
    frame = _counted(frame.with_columns(outgoing=outgoing.fill_null(value=False)))
    return _picked(_by_convention(frame))


def _nobodys(frame: pl.DataFrame, end: str) -> pl.DataFrame:
    """Add `{end}_nobodys`: the address can't be a machine's own, or says nothing of whose it is."""
    address = pl.col(f"{end}_address")
    broadcast = (address == "255.255.255.255") | (
        address.str.ends_with(".255") & (pl.col("protocol").str.to_lowercase() == "udp")
    )
    frame = mapped(frame, f"{end}_address", f"{end}_scope", ids.scope)
    nobodys = pl.col(f"{end}_scope").is_in(list(_NOBODYS)) | broadcast
    return frame.with_columns(nobodys.fill_null(value=False).alias(f"{end}_nobodys"))


def _counted(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `{end}_own`: how many outgoing records of the machine left from the address of that end around that day."""
    frame = frame.with_columns(_day=pl.col("time") // DAY)
    left = frame.filter(pl.col("outgoing") & ~pl.col("source_nobodys")).drop_nulls("source_address")
    days = left.group_by("machine_id", pl.col("source_address").alias("_address"), "_day").agg(
        _own=pl.len().cast(pl.Int64)
    )
    around = pl.concat([days.with_columns(pl.col("_day") + step) for step in (-1, 0, 1)])
    own = around.group_by("machine_id", "_address", "_day").agg(pl.col("_own").sum())
    for end in _ENDS:
        table = own.rename({"_address": f"{end}_address", "_own": f"{end}_own"})
        frame = frame.join(table, on=["machine_id", f"{end}_address", "_day"], how="left", maintain_order="left")
    return frame.with_columns(pl.col(f"{end}_own").fill_null(0) for end in _ENDS).drop("_day")


def _named(end: str) -> pl.Expr:
    """Tell whether the record gives an end the name of the machine itself."""
    return pl.col(f"{end}_machine").eq(pl.col("machine_id")).fill_null(value=False)


def _by_own() -> pl.Expr:
    """Tell whether the source is the machine: by its outgoing records, else by an end that can't be remote."""
    source, destination = pl.col("source_own"), pl.col("destination_own")
    one_sided = pl.col("source_nobodys") != pl.col("destination_nobodys")
    # Whoever sent a packet has an address: an end that has none is the one that it came in to, unless the machine
    # hears its own broadcast or multicast.
    return (
        pl.when(source > _MORE * destination)
        .then(pl.lit(value=True))
        .when(destination > _MORE * source)
        .then(pl.lit(value=False))
        .when(one_sided & ~_named("source") & ~_named("destination"))
        .then("source_nobodys")
    )


def _by_convention(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `_own_says` and `_channel_says`: whether the source is the machine, by its addresses and by its channel."""
    frame = frame.with_columns(_own_says=_by_own(), _channel=pl.col("code").str.split("/").list.first())
    told = frame.filter(~pl.col("outgoing")).drop_nulls("_own_says")
    shares = told.group_by("machine_id", "_channel").agg(_n=pl.len(), _sources=pl.col("_own_says").sum().cast(pl.Int64))
    enough = pl.col("_n") >= _TOLD
    says = (
        pl.when(enough & (pl.col("_sources") >= _ALIKE * pl.col("_n")))
        .then(pl.lit(value=True))
        .when(enough & (pl.col("_sources") <= (1 - _ALIKE) * pl.col("_n")))
        .then(pl.lit(value=False))
    )
    shares = shares.select("machine_id", "_channel", _channel_says=says)
    return frame.join(shares, on=["machine_id", "_channel"], how="left", maintain_order="left")


def _picked(frame: pl.DataFrame) -> pl.DataFrame:
    """Take the first answer, and give the ends their names."""
    source_name, destination_name = _named("source"), _named("destination")
    by_name = pl.when(source_name != destination_name).then(source_name)
    source_served = (pl.col("source_port") < SERVICE).fill_null(value=False)
    destination_served = (pl.col("destination_port") < SERVICE).fill_null(value=False)
    by_port = pl.when(source_served != destination_served).then(source_served)
    outgoing = pl.when("outgoing").then(pl.lit(value=True))
    answers = {
        "outgoing": outgoing, "own": pl.col("_own_says"), "name": by_name, "channel": pl.col("_channel_says"),
        "port": by_port,
    }  # fmt: skip
    told = pl.coalesce(pl.when(answer.is_not_null()).then(pl.lit(name)) for name, answer in answers.items())
    # Nothing tells: incoming records mostly state the machine as the destination.
    local_source = pl.coalesce(*answers.values(), pl.lit(value=False))
    frame = frame.with_columns(told=told, _pick=local_source)
    pick = pl.col("_pick")
    nobodys = pl.when(pick).then("source_nobodys").otherwise("destination_nobodys")
    return frame.with_columns(
        local_ip=pl.when(pick).then("source_address").otherwise("destination_address"),
        local_port=pl.when(pick).then("source_port").otherwise("destination_port"),
        remote_ip=pl.when(pick).then("destination_address").otherwise("source_address"),
        remote_port=pl.when(pick).then("destination_port").otherwise("source_port"),
        remote_name=pl.when(pick).then("destination_name").otherwise("source_name"),
        direction=pl.when("outgoing").then(pl.lit("outgoing")).otherwise(pl.lit("incoming")),
        owned=~nobodys & pl.col("told").is_not_null(),
    ).drop("_pick", "_own_says", "_channel_says", "_channel")
