"""Hops by way of clouds: sign-ins and calls from an address to a realm, and from a realm on to others and to machines.

Whoever calls a cloud's control plane is in a realm: there by a sign-in or by a key. From the realm the control plane
leads on: a role of another account is taken on, an application is opened, a session is opened on an instance. Each of
these acts is told twice, as one act: from the caller's address, and from the realm that it went by.

- A sign-in or call that succeeded leads from its address (or the device that is joined to the realm, or the machine
  that had the address then) to the realm.
- A role that was taken on, or an application that was opened, leads from the caller's realm to that of the role.
- A session that the control plane opened on an instance leads from the account's realm to the machine.
- A logon from an address on a machine by an account that had signed in from the same address in the hours before leads
  from the realm to the machine: the account is one on premises and in the cloud.

What was done under a role is known to be its caller's by the temporary key that the caller was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.folds import Fold, first_known, greatest, proof
from graphhunt.graph.frames import HOUR, hashed
from graphhunt.graph.realms import caller_realm, of_realm, owned
from graphhunt.graph.shape import drawn
from graphhunt.graph.weights import CAUSES, CLOUD_LOGONS
from graphhunt.graph.windows import Window

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.definitions import Definitions

SIGNED_IN = 12 * HOUR
"""How long after a sign-in a logon from the same address by the same account is by way of it, µs."""

_TECHNIQUES = {
    "sign-in": ("T1078.004", "cloud account", "a sign-in to the cloud, or calls signed with its keys, from there"),
    "role": ("T1548.005", "role taken on", "a role was taken on by a call under an account of that realm"),
    "application": ("T1021.007", "cloud service", "an application was opened by way of the realm's sign-in"),
    "instance": ("T1021.008", "direct cloud VM connection", "the cloud's control plane opened a session on it"),
    "joined": ("T1021", "joined account", "the account had signed in to the realm from the same address before"),
}
"""By way of a hop: its ATT&CK technique, that in words, and what shows it."""

_KEY = ("way", "from_id", "from_label", "to_id", "to_label", "user_id", "access_key", "slot")
_COMMON = ["time", "event_id", "source", *_KEY, "certainty", "address", "caller_id"]
_HOPS = Fold(
    _KEY,
    {
        **proof(),
        "certainty": greatest("certainty"),
        "address": first_known("address"),
        "caller_id": first_known("caller_id"),
    },
)


def cloud_hops(case: Case, known: Definitions, remote: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of REMOTE_LOGON that begin or end in a realm.

    Args:
        case: The case.
        known: Its definitions.
        remote: The logons between machines and from addresses, whose acts those by way of a realm share.
    """
    whole = Window(case)
    checks = of_realm(whole.raw("authentication"), known).filter("success")
    calls = of_realm(whole.raw("cloud_action"), known).filter("success")
    logons = of_realm(whole.raw("logon"), known).filter("success")
    signs = _arrivals(checks, calls, known)
    opened = _instances(logons)
    parts = [signs, _onward(checks, known), opened, _joined_accounts(remote, signs, opened)]
    rows = pl.concat([part.select(_COMMON) for part in parts]).drop_nulls(["from_id", "to_id", "user_id"])
    rows = rows.filter(pl.col("from_id") != pl.col("to_id"))
    folded = _HOPS.shown([_HOPS.given(rows)])
    return _told(_caused(folded), case, remote)


def with_control_planes(remote: pl.DataFrame, case: Case) -> pl.DataFrame:
    """Name the technique of remote logons that a cloud's control plane opened, where nothing else tells it."""
    one = ["user_id", "to_id", "start"]
    logons = case.facts("logon").filter(pl.col("success") & pl.col("realm").is_not_null())
    how = logons.select("user_id", to_id="machine_id", start="time", _how="logon_process").unique(one, keep="first")
    frame = remote.join(how, on=one, how="left", maintain_order="left")
    bare = pl.col("_how").is_not_null() & pl.col("technique").is_null()
    technique, _, reason = _TECHNIQUES["instance"]
    told = {"technique": pl.lit(technique), "technique_name": pl.col("_how"), "technique_reason": pl.lit(reason)}
    named = {name: pl.when(bare).then(value).otherwise(name) for name, value in told.items()}
    return frame.with_columns(**named).drop("_how")


def _arrivals(checks: pl.DataFrame, calls: pl.DataFrame, known: Definitions) -> pl.DataFrame:
    """Give sign-ins and calls from where they came, per hour."""
    nothing = pl.lit(None, pl.String)
    named = known.machines.named(checks, "workstation", "device_id")
    device = pl.when(pl.col("device_id").is_in(list(known.machines.known))).then("device_id")
    both = [
        named.with_columns(device_id=device, access_key=nothing),
        calls.with_columns(device_id=nothing, access_key=nothing),
    ]
    columns = ["time", "event_id", "source", "user_id", "realm_id", "address", "device_id", "access_key", "hour"]
    frame = known.owners.weighed(pl.concat([part.select(columns) for part in both]), "address", "owner_id")
    machine = pl.coalesce("device_id", "owner_id")
    return frame.with_columns(
        way=pl.lit("sign-in"), from_id=pl.coalesce(machine, "address"),
        from_label=pl.when(machine.is_not_null()).then(pl.lit("Machine")).otherwise(pl.lit("IP")),
        to_id=pl.col("realm_id"), to_label=pl.lit("Realm"), slot=pl.col("hour"),
        certainty=pl.lit(CLOUD_LOGONS["sign-in"]), caller_id=nothing,
    )  # fmt: skip


def _onward(checks: pl.DataFrame, known: Definitions) -> pl.DataFrame:
    """Give the roles that were taken on and the applications that were opened from another realm."""
    frame = known.accounts.resolve(checks, "subject_user", "subject_domain", "subject_sid", "caller_id")
    by = owned(caller_realm(), known.client_id)
    role = pl.col("protocol") == "sts"
    return frame.drop_nulls("caller_id").with_columns(
        way=pl.when(role).then(pl.lit("role")).otherwise(pl.lit("application")),
        from_id=by, from_label=pl.lit("Realm"), to_id=pl.col("realm_id"), to_label=pl.lit("Realm"),
        slot=pl.col("hour"), certainty=pl.lit(CLOUD_LOGONS["sign-in"]),
    )  # fmt: skip


def _instances(logons: pl.DataFrame) -> pl.DataFrame:
    """Give the sessions that a control plane opened on machines."""
    return logons.drop_nulls("machine_id").with_columns(
        way=pl.lit("instance"), from_id=pl.col("realm_id"), from_label=pl.lit("Realm"), to_id=pl.col("machine_id"),
        to_label=pl.lit("Machine"), slot=pl.col("time"), caller_id=pl.lit(None, pl.String),
        certainty=pl.col("certainty").fill_null(CLOUD_LOGONS["sign-in"]),
    )  # fmt: skip


def _joined_accounts(remote: pl.DataFrame, signs: pl.DataFrame, opened: pl.DataFrame) -> pl.DataFrame:
    """Give the logons from addresses by accounts that had signed in to a realm from there before."""
    there = signs.filter(pl.col("from_label") == "IP").select("user_id", "address", "realm_id", signed="time")
    asked = remote.filter(pl.col("from_label") == "IP").select(
        "user_id", "to_id", "start", "evidence", "count", sure="certainty", address="from_id"
    )
    others = asked.join(opened.select("user_id", "to_id", start="slot"), on=["user_id", "to_id", "start"], how="anti")
    pairs = others.join(there, on=["user_id", "address"])
    near = pairs.filter((pl.col("start") - pl.col("signed")).is_between(0, SIGNED_IN))
    first = near.sort("signed", descending=True).unique(["user_id", "to_id", "start", "realm_id"], keep="first")
    rows = first.with_columns(event_id="evidence").explode("event_id", empty_as_null=True, keep_nulls=False)
    return rows.with_columns(
        way=pl.lit("joined"), from_id=pl.col("realm_id"), from_label=pl.lit("Realm"), to_label=pl.lit("Machine"),
        time=pl.col("start"), slot=pl.col("start"), source=pl.lit(None, pl.String), caller_id=pl.lit(None, pl.String),
        access_key=pl.lit(None, pl.String),
        certainty=pl.min_horizontal("sure", pl.lit(CLOUD_LOGONS["joined"])),
    )  # fmt: skip


def _caused(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the ids, and to what was done with a temporary key the hop by which it was given."""
    made = rows.with_columns(id=hashed("REMOTE_LOGON by realm", *_KEY))
    given = made.filter(pl.col("way") == "role").drop_nulls("access_key").sort("start", "id")
    keys = given.unique("access_key", keep="first", maintain_order=True)
    keys = keys.select("access_key", caused_by="id", cause_account_id="caller_id")
    return made.join(keys, on="access_key", how="left", maintain_order="left").with_columns(
        caused_by=pl.when(pl.col("way") == "instance").then("caused_by"),
        cause_account_id=pl.when(pl.col("way") == "instance").then("cause_account_id").otherwise("caller_id"),
    )


def _told(rows: pl.DataFrame, case: Case, remote: pl.DataFrame) -> pl.DataFrame:
    """Give the hops the columns of REMOTE_LOGON."""
    users = case.accounts.nodes().select(user_id="id", user_name="name", user_kind="kind")
    own = remote.select("user_id", "to_id", slot="start", _act="act").unique(["user_id", "to_id", "slot"], keep="first")
    frame = rows.join(users, on="user_id", how="left").join(own, on=["user_id", "to_id", "slot"], how="left")
    words = [pl.col("way").replace_strict({way: told[n] for way, told in _TECHNIQUES.items()}) for n in range(3)]
    led, own_key = pl.col("caused_by").is_not_null(), pl.col("caller_id").is_not_null()
    proved = led | own_key
    reason = (
        pl.when(led).then(pl.format("its temporary key {} was given for the role", "access_key"))
        .when(own_key).then(pl.lit("the record names who asked"))
        .otherwise(pl.lit("no record tells what led to it"))
    )  # fmt: skip
    return drawn(
        "REMOTE_LOGON",
        frame.with_columns(
            technique=words[0], technique_name=words[1], technique_reason=words[2], act=pl.coalesce("_act", "id"),
            source_ip=pl.col("address"), open=pl.lit(value=True), origin_how=pl.col("way"),
            witnesses=pl.concat_list(pl.lit("cloud")), cause_reason=reason, cause_proved=led,
            cause_how=pl.when(proved).then(pl.lit("credentials")).otherwise(pl.lit("none")),
            cause_certainty=pl.when(proved).then(CAUSES["credentials"]),
            confidence=pl.when(pl.col("way") == "joined").then(pl.lit("correlated")).otherwise(pl.lit("observed")),
        ),
    ).sort("start", "id")  # fmt: skip
