"""Records beside the logon's own that tell of a session from elsewhere, in the same columns whatever log they stand in.

Remote desktop, WinRM, share and Kerberos records, what clients record of going out, and what network sensors infer.
None is as good as the logon's own record; together they show sessions where that log is missing. How much each weighs,
and which are only attempts, stands in `weights.WITNESSES`.

References: Microsoft, events 4648, 4769, 4778, 5140; TerminalServices-LocalSessionManager 21 and 25,
RemoteConnectionManager 1149, RdpCoreTS 131; Zeek's logs rdp, ssh, ntlm, kerberos and smb_mapping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt import ids
from graphhunt.graph.frames import ORDER, SECOND, SENSOR, mapped, with_address
from graphhunt.graph.weights import WITNESSES

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphhunt.graph.case import Case

COLUMNS = [
    "machine_id",
    "from_id",
    "from_label",
    "address",
    "user_id",
    "family",
    "time",
    "kind",
    "record",
    "event_id",
    "source",
]
"""Target, where from (machine or address), its address, account, family of service, when, what told, which record."""

FAMILY_PORTS = {"winrm": (5985, 5986), "rdp": (3389,), "smb": (445, 139, 135), "host": (135, 445, 3389, 5985)}
"""Service ports by family; `host` tickets serve several."""

_CLASSES = {"http": "winrm", "wsman": "winrm", "cifs": "smb", "termsrv": "rdp", "rpcss": "smb", "host": "host"}
"""First part of a service's name in a ticket to the family of service."""

_SYSTEM = ("S-1-5-18", "S-1-5-19", "S-1-5-20")
_BACKGROUND = ("sysvol", "netlogon")
FLOW_BEFORE, FLOW_AFTER = 60 * SECOND, 600 * SECOND
"""Traffic to the service begins from this long before its ticket is asked for to this long after, µs."""


class Witnesses:
    """All records of a case that tell of sessions from elsewhere.

    Args:
        case: Whose records.
        begun: The sessions whose logon was recorded (`Sessions.begun`).
        keyed: Adds the parts of the session key to records that carry a LogonId.
    """

    def __init__(self, case: Case, begun: pl.DataFrame, keyed: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        self.case = case
        self.begun = begun
        self.keyed = keyed

    def records(self) -> pl.DataFrame:
        """Give every record with a target and a source that isn't the target itself, in `COLUMNS`."""
        parts = [
            self._desktops(), self._shares(), self._sensors(), self._tickets(), self._outgoing(), self._credentials(),
        ]  # fmt: skip
        frame = pl.concat([part.select(COLUMNS) for part in parts])
        scoped = mapped(frame, "address", "scope", ids.scope)
        local = scoped.get_column("scope").is_in(["loopback", "unspecified"]).fill_null(value=False)
        # The system's own account comes from the machine itself, whatever its address.
        local = local | frame.get_column("user_id").is_in(list(_SYSTEM)).fill_null(value=False)
        frame = frame.filter(~local).drop_nulls(["machine_id", "from_id"])
        return frame.filter(pl.col("from_id") != pl.col("machine_id")).sort(*ORDER, "kind")

    def _placed(self, frame: pl.DataFrame, address: str = "source_ip") -> pl.DataFrame:
        """Add `address`, `from_id` and `from_label`: the machine that had the address, else the address."""
        frame = with_address(frame, address, "address")
        frame = self.case.owners.resolve(frame, "address", "_owner")
        label = pl.when(pl.col("_owner").is_not_null()).then(pl.lit("Machine")).otherwise(pl.lit("IP"))
        return frame.with_columns(from_id=pl.coalesce("_owner", "address"), from_label=label)

    def _target(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Put the machine that had the address in place of a target that a sensor knows by its address alone."""
        frame = with_address(frame, "host", "_host_address")
        frame = self.case.owners.resolve(frame, "_host_address", "_target")
        return frame.with_columns(machine_id=pl.coalesce("_target", "machine_id"))

    def _desktops(self) -> pl.DataFrame:
        """Give remote desktop and WinRM records of the machine that was reached."""
        action, code = pl.col("action"), pl.col("code")
        sensor = code.str.contains(SENSOR)
        winrm = code.str.starts_with("WinRM")
        kind = (
            pl.when(sensor | (action == "attempt")).then(pl.lit("desktop_attempt"))
            .when(winrm & action.is_in(["authenticated", "shell"])).then(pl.lit("winrm_session"))
            .when(action == "authenticated").then(pl.lit("desktop_channel"))
            .when(action == "connect").then(pl.lit("desktop_session"))
            .when(action == "reconnect").then(pl.lit("desktop_reconnect"))
        )  # fmt: skip
        frame = self.case.facts("session_change").with_columns(
            kind=kind, family=pl.when(winrm).then(pl.lit("winrm")).otherwise(pl.lit("rdp"))
        )
        return self._target(self._placed(frame.drop_nulls(["kind", "source_ip"])))

    def _shares(self) -> pl.DataFrame:
        """Give shares opened from an address in sessions whose logon isn't recorded."""
        frame = self.case.facts("share_access").filter(
            pl.col("success").fill_null(value=True) & ~pl.col("code").str.contains(SENSOR)
        )
        name = pl.col("share").str.to_lowercase().str.split("\\").list.last()
        frame = frame.filter(~name.is_in(list(_BACKGROUND)).fill_null(value=False)).drop_nulls("source_ip")
        begun = self.begun.drop_nulls("logon_id").select("machine_id", "boot", "logon_id", "turn")
        unknown = self.keyed(frame).join(begun, on=["machine_id", "boot", "logon_id", "turn"], how="anti")
        return self._placed(unknown.with_columns(kind=pl.lit("share"), family=pl.lit("smb")))

    def _sensors(self) -> pl.DataFrame:
        """Give what a network sensor infers: SSH and NTLM logons that succeeded, and administrators' shares."""
        ssh = self.case.facts("logon").filter(
            pl.col("success") & pl.col("code").str.contains(SENSOR) & pl.col("user").is_null()
        )
        ntlm = self.case.facts("authentication").filter(
            pl.col("success") & (pl.col("protocol") == "ntlm") & pl.col("code").str.contains(SENSOR)
        )
        shares = self.case.facts("share_access").filter(
            pl.col("code").str.contains(SENSOR)
            & pl.col("share").str.to_lowercase().str.contains(r"\\(admin|[a-z])\$$")
            & pl.col("success").fill_null(value=True)
        )
        parts = [
            ssh.with_columns(kind=pl.lit("ssh_sensor"), family=pl.lit("ssh")),
            ntlm.with_columns(kind=pl.lit("ntlm_sensor"), family=pl.lit("smb")),
            shares.with_columns(kind=pl.lit("share_sensor"), family=pl.lit("smb")),
        ]
        found = [self._target(self._placed(part)).select(COLUMNS) for part in parts]
        return pl.concat(found)

    def _tickets(self) -> pl.DataFrame:
        """Give a person's tickets for services of another machine, alone and with traffic to the service."""
        frame = self.case.facts("authentication").filter(
            (pl.col("protocol") == "kerberos-service") & pl.col("success") & ~pl.col("user").str.contains(r"\$(@|$)")
        )
        service = pl.col("service").str.to_lowercase()
        named = service.str.contains("/", literal=True)
        account = service.str.ends_with("$")
        frame = frame.with_columns(
            _class=pl.when(named).then(service.str.split("/").list.first()).when(account).then(pl.lit("host")),
            _server=pl.when(named)
            .then(service.str.split("/").list.get(1, null_on_oob=True))
            .when(account)
            .then(service),
        )
        frame = frame.with_columns(
            family=pl.col("_class").replace_strict(_CLASSES, default=None, return_dtype=pl.String)
        )
        frame = frame.drop_nulls(["family", "_server"])
        # A ticket for the controller itself is what every logon to the domain asks for.
        frame = self.case.machines.named(
            self._target(frame).rename({"machine_id": "issuer"}), "_server", "machine_id", "domain"
        )
        frame = self._placed(frame.filter(pl.col("machine_id") != pl.col("issuer")))
        followed = self._followed(frame)
        alone = frame.join(followed, on="event_id", how="anti").with_columns(kind=pl.lit("ticket"))
        return pl.concat([alone.select(COLUMNS), followed])

    def _followed(self, tickets: pl.DataFrame) -> pl.DataFrame:
        """Find tickets that traffic from the same address to the service's ports goes with."""
        ports_of_remote_access = pl.col("destination_port").is_in([5985, 5986, 3389, 445, 139, 135])
        flows = self.case.raw("flow").filter(ports_of_remote_access & pl.col("allowed").ne_missing(other=False))
        flows = with_address(with_address(flows, "source_ip", "address"), "destination_ip", "_reached")
        flows = self.case.owners.resolve(flows, "_reached", "machine_id").drop_nulls(["address", "machine_id"])
        ports = pl.DataFrame(
            [(family, port) for family, group in FAMILY_PORTS.items() for port in group],
            schema={"family": pl.String, "port": pl.Int64}, orient="row",
        )  # fmt: skip
        seen = flows.select("address", "machine_id", flow="time", port="destination_port", proof="event_id")
        pairs = tickets.join(seen, on=["address", "machine_id"]).join(ports, on=["family", "port"])
        ahead = pl.col("flow") - pl.col("time")
        near = pairs.filter(ahead.is_between(-FLOW_BEFORE, FLOW_AFTER)).unique(["event_id", "proof"])
        sensor = pl.col("code").str.contains(SENSOR)
        kind = pl.when(sensor).then(pl.lit("ticket_flow_sensor")).otherwise(pl.lit("ticket_flow"))
        first = near.sort("event_id", "flow", "proof").unique("event_id", keep="first", maintain_order=True)
        return first.with_columns(kind=kind).select(COLUMNS)

    def _outgoing(self) -> pl.DataFrame:
        """Give what clients record of going out by remote desktop, WinRM or SMB: attempts, unless refused."""
        frame = self.case.facts("outgoing_remote").filter(pl.col("success").fill_null(value=True))
        frame = frame.rename({"machine_id": "from_id"})
        frame = self.case.machines.named(frame, "target_name", "named")
        frame = with_address(frame, "target_ip", "_reached")
        frame = self.case.owners.resolve(frame, "_reached", "_owner")
        return frame.with_columns(
            machine_id=pl.coalesce("named", "_owner"), from_label=pl.lit("Machine"), family="via",
            address=pl.lit(None, pl.String), kind=pl.lit("outgoing"),
        )  # fmt: skip

    def _credentials(self) -> pl.DataFrame:
        """Give the uses of other credentials towards another machine (4648), recorded where they were used."""
        frame = self.case.machines.named(
            self.case.facts("explicit_credentials").rename({"machine_id": "from_id"}), "target_server", "machine_id"
        )
        for column, into in (("target_server", "_there"), ("host", "_here")):
            frame = mapped(frame, column, into, ids.short_host)
        frame = frame.filter(pl.col("_there") != pl.col("_here"))
        desktop = pl.col("target_info").str.to_lowercase().str.starts_with("termsrv").fill_null(value=False)
        return frame.with_columns(
            from_label=pl.lit("Machine"), address=pl.lit(None, pl.String), kind=pl.lit("credentials"),
            family=pl.when(desktop).then(pl.lit("rdp")).otherwise(pl.lit("host")),
        )  # fmt: skip


def weighed(records: pl.DataFrame) -> pl.DataFrame:
    """Add `weight` and `attempt` to witness records."""
    weights = {kind: witness.weight for kind, witness in WITNESSES.items()}
    attempts = [kind for kind, witness in WITNESSES.items() if witness.attempt]
    return records.with_columns(
        weight=pl.col("kind").replace_strict(weights, return_dtype=pl.Float64), attempt=pl.col("kind").is_in(attempts)
    )
