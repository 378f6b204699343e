"""Links: what joins acts by cause. Each says of what kind it is, how sure, why, and by which records.

`observed`: a record says it. `correlated`: two records fit. `inferred`: it follows without a record of its own; such a
link is drawn as a break and can be cut. Nothing is joined through a hub, a program that starts others for whoever asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.incidents.lead import MINUTE
from graphhunt.incidents.leads.hops import FAN_OUT_WITHIN
from graphhunt.incidents.leads.network import WAYS
from graphhunt.incidents.programs import HUBS, INTERPRETERS
from graphhunt.incidents.tables import vertex

if TYPE_CHECKING:
    from graphhunt.incidents.files import Arrivals
    from graphhunt.incidents.networks import Networks
    from graphhunt.incidents.tables import Tables

COLUMNS = {
    "a": pl.String(), "b": pl.String(), "kind": pl.String(), "confidence": pl.String(), "reason": pl.String(),
    "evidence": pl.List(pl.String()),
}  # fmt: skip
"""Columns of links: the earlier vertex, the later one, kind, how sure, why, and records."""

SHARED_WITHIN = 72 * 60 * MINUTE
"""Two processes that talk to one outside address belong together if they are no further apart."""

SHARED_PROGRAMS = 3
"""Programs that may talk to an outside address for it to join anything; a popular one joins nothing."""

RECONNECTED = 10 * MINUTE
"""A session that ended this long before is still the one that was taken up again."""

SENSED_WITHIN = 24 * 60 * MINUTE
"""What a sensor saw of a machine follows a remote logon to it this soon."""


def links_of(tables: Tables, networks: Networks, arrivals: Arrivals) -> pl.DataFrame:
    """Give every observed and correlated link, with the columns of `COLUMNS`."""
    parts = [
        _lineage(tables), _own_session(tables), _work(tables), *_services(tables), *_hop_causes(tables),
        _same_act(tables), _credentials(tables), _twin_halves(tables), _fan_out(tables),
        *_files(tables, arrivals), _shared_outside(networks), _reconnects(tables), *_sensed(tables, networks),
    ]  # fmt: skip
    found = pl.concat([part.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items()) for part in parts])
    return found.drop_nulls(["a", "b"]).filter(pl.col("a") != pl.col("b"))


def _said(kind: str, confidence: str, reason: str) -> dict[str, pl.Expr]:
    return {"kind": pl.lit(kind), "confidence": pl.lit(confidence), "reason": pl.lit(reason)}


def _hubs(tables: Tables) -> pl.Series:
    named = tables.processes.filter(pl.col("name").is_in(HUBS) | pl.col("name").is_null())
    return named.get_column("id").implode()


def _lineage(tables: Tables) -> pl.DataFrame:
    made = tables.edges("SPAWNED").filter(~pl.col("from_id").is_in(_hubs(tables)))
    said = _said("lineage", "observed", "the one process started the other")
    return made.select("evidence", a=vertex("process", "from_id"), b=vertex("process", "to_id"), **said)


def _own_session(tables: Tables) -> pl.DataFrame:
    """A process belongs to its logon session; the system's own sessions join nothing."""
    known = tables.sessions.get_column("logon_session_id").drop_nulls().implode()
    inside = tables.processes.filter(pl.col("logon_session_id").is_in(known))
    said = _said("session", "observed", "the process ran in that logon session")
    return inside.select("evidence", a=vertex("session", "logon_session_id"), b=vertex("process", "id"), **said)


def _work(tables: Tables) -> pl.DataFrame:
    """A process that a service, task, WMI or the like started for a session from elsewhere."""
    done = tables.processes.drop_nulls("remote_session_id")
    said = _said("remote work", "correlated", "the process was started for that session from elsewhere")
    return done.select("evidence", a=vertex("session", "remote_session_id"), b=vertex("process", "id"), **said)


def _services(tables: Tables) -> list[pl.DataFrame]:
    known = tables.sessions.get_column("logon_session_id").drop_nulls().implode()
    made = tables.edges("INSTALLED", "logon_session_id").filter(pl.col("logon_session_id").is_in(known))
    by_session = _said("service", "observed", "the session installed the service or task")
    run = tables.edges("STARTED").join(made.select(from_id="to_id").unique(), on="from_id", how="semi")
    by_service = _said("service", "correlated", "the service or task started the process")
    return [
        made.select("evidence", a=vertex("session", "logon_session_id"), b=vertex("work", "to_id"), **by_session),
        run.select("evidence", a=vertex("work", "from_id"), b=vertex("process", "to_id"), **by_service),
    ]


def _hop_causes(tables: Tables) -> list[pl.DataFrame]:
    """What led to a remote logon: the process that opened it, or the session that is proved to have."""
    hops, hubs = tables.hops, _hubs(tables)
    sure = pl.when("cause_proved").then(pl.lit("observed")).otherwise(pl.lit("correlated"))
    carried = _said("hop cause", "observed", "the process opened the connection of the remote logon")
    led = _said("hop cause", "observed", "") | {"reason": pl.col("cause_reason"), "confidence": sure}
    own = hops.filter(~pl.col("origin_process_id").is_in(hubs)).drop_nulls("origin_process_id")
    by_process = hops.filter(pl.col("cause_proved") & ~pl.col("cause_process_id").is_in(hubs))
    by_session = hops.filter(pl.col("cause_proved")).drop_nulls("origin_session_id")
    before = tables.hops.select(caused_by="id", earlier="vertex")
    by_hop = hops.filter(pl.col("cause_proved")).join(before, on="caused_by")
    return [
        own.select("evidence", a=vertex("process", "origin_process_id"), b="vertex", **carried),
        by_process.select("evidence", a=vertex("process", "cause_process_id"), b="vertex", **led),
        by_session.select("evidence", a=vertex("session", "origin_session_id"), b="vertex", **led),
        by_hop.select("evidence", a="earlier", b="vertex", **led),
    ]


def _same_act(tables: Tables) -> pl.DataFrame:
    """One use of a technique makes several logons."""
    hops = tables.hops.drop_nulls("act").with_columns(first=pl.col("vertex").first().over("act"))
    said = _said("same act", "correlated", "one use of a technique made several logons")
    return hops.select("evidence", a="first", b="vertex", **said)


def _credentials(tables: Tables) -> pl.DataFrame:
    """A session whose credentials were put in place in another (type 9)."""
    used = tables.hops.drop_nulls("credential_session_id")
    said = _said("credentials", "observed", "the credentials were put in place in that session")
    return used.select("evidence", a=vertex("session", "credential_session_id"), b="vertex", **said)


def _twin_halves(tables: Tables) -> pl.DataFrame:
    """An administrator's logon has two halves, with and without the rights."""
    halves = tables.sessions.drop_nulls("logon_group")
    first = pl.col("logon_session_id").first().over("logon_group")
    said = _said("same logon", "observed", "the two sessions are halves of one logon")
    return halves.with_columns(first=first).select(
        "evidence", a=vertex("session", "first"), b=vertex("session", "logon_session_id"), **said
    )


def _fan_out(tables: Tables) -> pl.DataFrame:
    """Programs that one account runs on several machines from one place, one right after the other."""
    run = tables.hops.filter(pl.col("remote_process_id").is_not_null()).sort("from_id", "user_id", "start", "id")
    before = pl.col("vertex").shift(1).over("from_id", "user_id")
    gap = pl.col("start") - pl.col("start").shift(1).over("from_id", "user_id")
    near = run.with_columns(a=before, gap=gap).filter(pl.col("gap") < FAN_OUT_WITHIN)
    said = _said(
        "one after the other", "correlated", "the same account ran programs from the same machine within minutes"
    )
    return near.select("evidence", "a", b="vertex", **said)


def _files(tables: Tables, arrivals: Arrivals) -> list[pl.DataFrame]:
    hubs = _hubs(tables)
    said = _said("file", "observed", "the file was written, then used")
    own = arrivals.used.filter(~pl.col("writer").is_in(hubs))
    served = arrivals.used.filter("remote").join(
        arrivals.served.select("writer", "key", "wrote", session="vertex"), on=["writer", "key", "wrote"]
    )
    over = _said("file", "correlated", "the file came over that session, then was used")
    copied = arrivals.copied.filter(~pl.col("origin").is_in(hubs))
    sent = _said("file", "correlated", "a file of that name was written there just before")
    return [
        own.select(evidence="written", a=vertex("process", "writer"), b=vertex("process", "process_id"), **said),
        served.select(evidence="written", a="session", b=vertex("process", "process_id"), **over),
        copied.select(evidence="proof", a=vertex("process", "origin"), b="vertex", **sent),
    ]


def _shared_outside(networks: Networks) -> pl.DataFrame:
    """Interpreters that talk to one outside address that hardly anything else talks to."""
    calls = networks.calls.filter(pl.col("to_id").is_in(list(networks.outside)))
    rare = calls.filter(pl.col("program").n_unique().over("to_id") <= SHARED_PROGRAMS)
    told = rare.filter(pl.col("program").is_in(INTERPRETERS)).unique(
        ["from_id", "to_id"], keep="first", maintain_order=True
    )
    told = told.sort("to_id", "start", "from_id").with_columns(
        before=pl.col("from_id").shift(1).over("to_id"), gap=pl.col("start") - pl.col("start").shift(1).over("to_id")
    )
    said = _said("outside address", "observed", "both talked to one outside address that hardly anything else talks to")
    near = told.filter(pl.col("gap") <= SHARED_WITHIN)
    return near.select("evidence", a=vertex("process", "before"), b=vertex("process", "from_id"), **said)


def _reconnects(tables: Tables) -> pl.DataFrame:
    """A logon that takes up a session that the account had open on the machine."""
    desk = pl.col("logon_type").is_in([7, 10]) | (pl.col("technique") == "T1021.001")
    hops = tables.hops.filter(desk & pl.col("user_id").is_not_null())
    held = tables.sessions.filter(pl.col("logon_type").is_null() | pl.col("logon_type").is_in([2, 10, 11]))
    held = held.select(to_id="to_id", user_id="from_id", session="logon_session_id", began="start", ended="end")
    pairs = hops.join(held, on=["to_id", "user_id"]).filter(
        (pl.col("session") != pl.col("logon_session_id").fill_null("")) & (pl.col("began") < pl.col("start"))
        & (pl.col("ended").is_null() | (pl.col("ended") + RECONNECTED >= pl.col("start")))
    )  # fmt: skip
    said = _said("reconnect", "correlated", "the account's open session there was taken up again")
    return pairs.select("evidence", a="vertex", b=vertex("session", "session"), **said)


def _opened(tables: Tables, networks: Networks) -> pl.DataFrame:
    """What a sensor saw go to a machine belongs to the interpreter whose connection it was, by address and port."""
    ports = [port for way in WAYS for port in way.ports]
    seen = tables.edges("FLOWED_TO", "remote_port").filter(pl.col("remote_port").is_in(ports))
    seen = seen.select("to_id", "remote_port", then="start", until="end")
    calls = networks.calls.filter(pl.col("program").is_in(INTERPRETERS)).join(seen, on=["to_id", "remote_port"])
    near = calls.filter((pl.col("start") <= pl.col("until")) & (pl.col("end") >= pl.col("then")))
    said = _said("machine", "observed", "the process opened a connection that the sensor saw go there")
    return near.select("evidence", a=vertex("process", "from_id"), b=vertex("host", "to_id"), **said).unique(["a", "b"])


def _sensed(tables: Tables, networks: Networks) -> list[pl.DataFrame]:
    """What sensors saw belongs to a remote logon where the network alone was recorded, else to who opened it."""
    if not networks.flows_only:
        return [_opened(tables, networks)]
    addresses = tables.edges("HAD_IP").select(to_id="from_id", address="to_id")
    hops = tables.hops.join(addresses, on="to_id").select("vertex", "address", "from_id", "evidence", began="start")
    flows = tables.edges("FLOWED_TO").select("start", "end", host="from_id", other="to_id")
    said = _said("machine", "correlated", "the sensor saw it of the machine that the remote logon went to")
    after = flows.join(hops, left_on="host", right_on="address").filter(
        pl.col("other").is_in(list(networks.outside))
        & (pl.col("start") >= pl.col("began")) & (pl.col("start") - pl.col("began") <= SENSED_WITHIN)
    )  # fmt: skip
    same = _said("machine", "correlated", "the sensor saw both go from one machine to the other")
    beside = flows.join(hops, left_on=["host", "other"], right_on=["from_id", "address"]).filter(
        (pl.col("end") >= pl.col("began")) & (pl.col("start") - pl.col("began") <= SENSED_WITHIN)
    )
    ordered = tables.hops.sort("from_id", "to_id", "user_id", "start", "id")
    earlier = pl.col("vertex").shift(1).over("from_id", "to_id", "user_id")
    gap = pl.col("start") - pl.col("start").shift(1).over("from_id", "to_id", "user_id")
    again = ordered.with_columns(a=earlier, gap=gap).filter(pl.col("gap") <= SENSED_WITHIN)
    return [
        after.select("evidence", a="vertex", b=vertex("host", "host"), **said).unique(["a", "b"]),
        beside.select("evidence", a="vertex", b=vertex("host", "other"), **same).unique(["a", "b"]),
        again.select("evidence", "a", b="vertex", **same),
    ]
