"""How much each kind of evidence weighs: every number of the rules that weigh, with its reason.

A claim says that a subject (an address, a logon, an act) belongs to a candidate. Claims of different kinds for one
candidate combine as independent witnesses, repeats of one kind don't multiply, and contrary evidence takes away:
`1 - product(1 - weight)`, times `product(1 - contrary)`, at most `CERTAIN`. A *naming* kind may bring a candidate
in; a *supporting* kind only raises one that a naming kind has brought. Weights are judgements with reasons, never
learnt from a recording.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

CERTAIN = 0.99
"""No combination of claims is surer than this."""

CHOSEN = 0.5
"""A candidate less certain than this isn't chosen."""

LEAD = 0.3
"""A candidate that isn't this much surer than the next one isn't chosen."""

CERTAINTIES = ((0.9, "seen"), (0.7, "likely"), (0.5, "weak"), (0.0, "possible"))
"""From which certainty on which word says it."""


class Weight(NamedTuple):
    """Weight of one kind of claim, and whether the kind may bring a candidate in."""

    weight: float
    naming: bool


SIGHTINGS: dict[str, Weight] = {
    # A server gave the address, or the machine itself lists it.
    "lease": Weight(2.0, naming=True),
    # The machine's own connection left from it.
    "outgoing": Weight(1.0, naming=True),
    # A connection came in to it; how sure the record tells its ends apart depends on what told them.
    "incoming_own": Weight(0.5, naming=True),
    "incoming_name": Weight(0.3, naming=True),
    "incoming_port": Weight(0.2, naming=True),
    # A name server, or whoever reached it by its name, says whose it is.
    "network_name": Weight(0.5, naming=True),
    # A sensor's record of the address, placed on the machine that the other sightings tell: it says until when.
    "sensed": Weight(0.1, naming=True),
    # The machine's account logged on from it: by Kerberos its key was there, by NTLM it may be relayed.
    "machine_kerberos": Weight(0.3, naming=False),
    "machine_ntlm": Weight(0.1, naming=False),
}
"""Points of a sighting of an address on a machine; an hour weighs `points * log2(1 + sightings)`."""

OUTVOTED = 8
"""A machine whose sightings of an address weigh this many times less than another's in the same hours is wrong."""

ORIGINS: dict[str, Weight] = {
    # The source machine itself recorded the connection that carried the logon.
    "port_join": Weight(0.97, naming=True),
    # The record's address was that machine's: 0.95 during its sightings, less away from them.
    "address": Weight(0.95, naming=True),
    # A ticket carries the same LogonGuid; it marks the ticket, which serves many logons for hours.
    "ticket_guid": Weight(0.6, naming=True),
    # The account asked for a ticket to this machine just before.
    "ticket": Weight(0.8, naming=True),
    # The only connection to the service's port just then; with the account at its other end.
    "connection": Weight(0.6, naming=True),
    "connection_account": Weight(0.85, naming=True),
    # The client says so itself.
    "stated_name": Weight(0.4, naming=True),
    "common_name": Weight(0.1, naming=True),
    # Another record of the session says where from.
    "witness": Weight(0.95, naming=True),
    # The account had a session open on the machine.
    "account_there": Weight(0.3, naming=False),
}
"""Weight of a claim of where a logon came from."""


class Witness(NamedTuple):
    """Weight of one kind of record that tells of a session, and whether it tells of an attempt only."""

    weight: float
    attempt: bool = False


LOGON = 0.95
"""Certainty of a session whose own logon was recorded by the machine that was reached."""

WITNESSES: dict[str, Witness] = {
    # The machine that was reached recorded a session from an address.
    "desktop_session": Witness(0.95),
    "desktop_reconnect": Witness(0.95),
    "share": Witness(0.9),
    "winrm_session": Witness(0.8),
    # 1149: a channel was authenticated; old systems write it for failures too.
    "desktop_channel": Witness(0.4),
    "desktop_attempt": Witness(0.3, attempt=True),
    # A sensor infers success from sizes or from what follows.
    "ssh_sensor": Witness(0.6),
    "ntlm_sensor": Witness(0.6),
    "share_sensor": Witness(0.7),
    # A ticket alone says that a session was wanted; with traffic to the service there was one.
    "ticket": Witness(0.45, attempt=True),
    "ticket_flow": Witness(0.9),
    "ticket_flow_sensor": Witness(0.7),
    # Whoever goes out says so before anybody lets them in.
    "outgoing": Witness(0.45, attempt=True),
    "credentials": Witness(0.45, attempt=True),
}
"""Weight of records that tell of a session from elsewhere, beside its logon."""

CLOUD_LOGONS = {
    # The provider itself says that it let somebody in, and from which address.
    "sign-in": 0.95,
    # The same account signed in to the cloud from the same address before: it may be an office's.
    "joined": 0.6,
}
"""How sure hops by way of a cloud are; of sessions on instances the record says how sure they are."""

ATTEMPTED = 0.45
"""However many attempts there are, without a success they make a session no surer than this."""

REFUSED = 0.7
"""Contrary: an attempt of the same account from the same source failed at that moment."""

SPRAYED = 0.3
"""What remains of certainty where one source tried many accounts by one kind of record."""

POSSIBLE = 0.4
"""A session less certain than this isn't drawn at all."""

OWNED = ((0, 0.95), (3_600, 0.9), (86_400, 0.75), (7 * 86_400, 0.5))
"""How sure an address means its machine: so many seconds away from the nearest sighting at most, how sure."""

ELSEWHERE = 0.4
"""Contrary: the machine was seen with another address at that time."""


def combined(claims: pl.DataFrame, subject: list[str]) -> pl.DataFrame:
    """Combine claims to one row per subject and candidate, surest first.

    Args:
        claims: The subject's columns, `candidate`, `kind`, `weight`, `naming`, and where known `contrary`.
        subject: Columns that tell subjects apart.

    Returns:
        The subject's columns, `candidate`, `certainty` (rounded to hundredths), `kinds` (sorted) and `lead`
        (certainty less the next candidate's); candidates that only supporting claims speak for are left out.
    """
    group = [*subject, "candidate"]
    contrary = pl.col("contrary") if "contrary" in claims.columns else pl.lit(0.0)
    kinds = claims.group_by(*group, "kind").agg(pl.col("weight").max(), pl.col("naming").any(), contrary=contrary.max())
    # Sorted by kind, so that the product of the same claims is the same number to the last bit.
    found = kinds.sort(*group, "kind").group_by(group, maintain_order=True).agg(
        certainty=(1 - (1 - pl.col("weight")).product()) * (1 - pl.col("contrary").max()),
        kinds=pl.col("kind").filter(pl.col("weight") > 0),
        named=pl.col("naming").any(),
    )  # fmt: skip
    found = found.filter("named").drop("named").with_columns(
        certainty=pl.min_horizontal("certainty", pl.lit(CERTAIN)).round(2)
    )  # fmt: skip
    found = found.sort(*subject, pl.col("certainty") * -1, "candidate")
    following = pl.col("certainty").shift(-1).over(subject).fill_null(0.0)
    return found.with_columns(lead=(pl.col("certainty") - following).round(2))


def chosen(candidates: pl.DataFrame, subject: list[str]) -> pl.DataFrame:
    """Keep of `combined` the one candidate of each subject that is certain enough and ahead of the others."""
    best = candidates.unique(subject, keep="first", maintain_order=True)
    return best.filter((pl.col("certainty") >= CHOSEN) & (pl.col("lead") >= LEAD))


CARRIED = {"near": 0.97, "held": 0.9}
"""How sure a connection from the logon's port carried it: opened just then, or held open since long before."""

CAUSES = {
    # The process that opened the connection ran in that session.
    "process": 0.97,
    # The source recorded that this session used the account's credentials towards the target just then (4648).
    "credentials": 0.85,
    # A session there holds the account's credentials for the network (type 9).
    "new_credentials": 0.8,
    # An ancestor of the process ran in, or was started by a service or task of, an earlier remote session.
    "lineage": 0.9,
    # A service of the system opened it; another process of one session turned to the same target at that moment.
    "sibling": 0.6,
    # Sessions that were open there at that time; shared by as many as might have.
    "inferred": 0.6,
}
"""How sure each rung of the ladder is of what led to a logon; the last two never prove."""

PROVING = ("process", "credentials", "new_credentials", "lineage")
"""Rungs that prove."""
