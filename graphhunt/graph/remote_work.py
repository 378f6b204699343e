"""What a remote session did through others: running programs, services it changed, WMI's subscriptions, holes.

- A *borrowed* program (explorer, mmc, Office …) served a dynamic port to the session's address, and started a child:
  DCOM by ShellWindows, MMC20 and the like. The child runs in the session of whoever sits there.
- A service was changed (its ImagePath written, or asked to start another way) over the session and started, without an
  install; or services were asked and one started a shell that no install explains.
- WMI filters, consumers and bindings were made by the session's account just after it began.
- A shell of SYSTEM under a service that takes connections, just after one from the session's address came in on SMB,
  is what MS17-010 leaves: only if no work with services explains it.

References: ATT&CK T1021.003, T1210, T1546.003, T1569.002; Microsoft, MS17-010; Sysmon events 3, 13, 19-21; System 7040.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import SECOND, basename

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.services import Services

TRACE = ["id", "trace", "reason", "event_id", "process_id"]

DYNAMIC = 49_152
"""Windows gives programs that serve DCOM ports from here on (RFC 6335, 6)."""

BORROWED = (
    "explorer.exe", "mmc.exe", "iexplore.exe", "mshta.exe", "excel.exe", "winword.exe", "powerpnt.exe", "outlook.exe",
    "visio.exe", "msaccess.exe",
)  # fmt: skip
"""Programs of Windows and Office that other machines may drive over DCOM."""

SHELLS = (
    "cmd.exe", "powershell.exe", "pwsh.exe", "rundll32.exe", "regsvr32.exe", "mshta.exe", "wscript.exe", "cscript.exe",
)  # fmt: skip
"""Programs of Windows that run what they are told."""

HOLES = ("services.exe", "lsass.exe", "spoolsv.exe")
"""Services that take connections and start no shells."""

CHILD_SOON = 15 * SECOND
"""A driven program starts its child this soon after the connection came in, µs."""

CAME_IN = 10 * SECOND
"""An exploit's shell follows the connection this soon, µs."""

BESIDE = 60 * SECOND
"""Logons, connections and work of one act lie this near each other, µs."""

RUN_SOON = 300 * SECOND
"""A changed service is started, and a subscription fires, within this, µs."""

_SMB = [445, 139]
_IMAGE = r"(?i)\\services\\([^\\]+)\\imagepath$"
_SYSTEM = "S-1-5-18"


class RemoteWork:
    """Traces of work that other programs did for remote sessions.

    Args:
        case: Whose records.
        remote: The sessions.
        starts: Starts of processes, each with its `parent`.
        services: What was installed, and what it started.
        own: The traces of the sessions' own records.
    """

    def __init__(
        self, case: Case, remote: pl.DataFrame, starts: pl.DataFrame, services: Services, own: pl.DataFrame
    ) -> None:
        self.case = case
        self.remote = remote
        self.starts = starts
        self.services = services
        self.own = own

    def traces(self) -> pl.DataFrame:
        """Give all of them, with the columns of `TRACE`."""
        parts = [
            self._borrowed(), self._mapped(), self._changed(), self._run(), self._subscribed(), self._exploited(),
        ]  # fmt: skip
        return pl.concat([part.select(pl.col(column).cast(pl.String) for column in TRACE) for part in parts])

    @cached_property
    def _inbound(self) -> pl.DataFrame:
        """Incoming connections: machine, address and port they came from, port and program they came to."""
        seen = self.case.owners.connections.filter(pl.col("direction") == "incoming")
        return seen.select(
            "machine_id", "event_id", address="remote_ip", client_port="remote_port", port="local_port", seen="time",
            server=basename("path"),
        )  # fmt: skip

    def _from_there(self, connections: pl.DataFrame) -> pl.DataFrame:
        """Pair connections with sessions from their address that began about then."""
        asked = self.remote.select("id", "machine_id", "address", "start").drop_nulls("address")
        asked = asked.with_columns(slot=pl.col("start") // BESIDE)
        around = [connections.with_columns(slot=pl.col("seen") // BESIDE + step) for step in (-1, 0, 1)]
        pairs = asked.join(pl.concat(around), on=["machine_id", "address", "slot"]).drop("slot")
        return pairs.filter((pl.col("seen") - pl.col("start")).abs() <= BESIDE)

    def _borrowed(self) -> pl.DataFrame:
        served = self._inbound.filter(pl.col("server").is_in(list(BORROWED)) & (pl.col("port") >= DYNAMIC))
        pairs = self._from_there(served)
        nothing = pl.lit(None, pl.String)
        carried = pairs.with_columns(
            trace=pl.lit("borrowed_port"), process_id=nothing,
            reason=pl.format("came in on port {} of {}", "port", "server"),
        )  # fmt: skip
        children = self.starts.select(
            "machine_id", "base", "process_id", server="parent", began="time", started="event_id"
        )
        children = pairs.join(children, on=["machine_id", "server"]).filter(
            pl.col("began").is_between(pl.col("seen") - SECOND, pl.col("seen") + CHILD_SOON)
        )
        children = children.sort("id", "began", "process_id").with_columns(
            trace=pl.lit("borrowed_child"), event_id="started",
            reason=pl.format("{} started {} just after a connection from there came in to it", "server", "base"),
        )  # fmt: skip
        return pl.concat([carried.select(TRACE), children.select(TRACE)])

    def _mapped(self) -> pl.DataFrame:
        """Find who asked the endpoint mapper."""
        pairs = self._from_there(self._inbound.filter(pl.col("port") == 135))
        near = pairs.filter((pl.col("seen") - pl.col("start")).abs() <= CAME_IN)
        return near.with_columns(
            trace=pl.lit("mapper"), reason=pl.lit("asked the endpoint mapper (135)"), process_id=pl.lit(None, pl.String)
        )

    @cached_property
    def _changes(self) -> pl.DataFrame:
        """Changes of services: machine, name, when, by which record, and the command where the record says it."""
        keys = self.case.facts("registry_action").filter(pl.col("operation").is_in(["modify", "create"]))
        written = keys.select(
            "machine_id", "time", "event_id", command="value", name=pl.col("key").str.extract(_IMAGE)
        ).drop_nulls("name")
        asked = self.case.facts("policy_change").filter(pl.col("what") == "service start")
        asked = asked.select(
            "machine_id", "time", "event_id", name="target", command=pl.lit(None, pl.String)
        ).drop_nulls("name")
        return pl.concat([written, asked.select(written.columns)]).with_columns(pl.col("name").str.to_lowercase())

    @cached_property
    def _installed(self) -> pl.DataFrame:
        made = self.services.installs.filter(pl.col("label") == "Service")
        return made.select("machine_id", "event_id", name="lowered", at="time")

    def _controls(self) -> pl.DataFrame:
        """Give the sessions that asked the service manager for something: `id`, machine and when they began."""
        asked = self.own.filter(pl.col("trace") == "service_control").select("id").unique()
        return self.remote.join(asked, on="id", how="semi").select("id", "machine_id", "start")

    def _changed(self) -> pl.DataFrame:
        """Find services that were changed and started over a session, and not installed."""
        alone = self._changes.join(self._installed, on=["machine_id", "name"], how="left").with_columns(
            made=((pl.col("at") - pl.col("time")).abs() <= BESIDE).fill_null(value=False)
        )
        alone = alone.filter(~pl.col("made").any().over("event_id")).unique("event_id").drop_nulls("command")
        started = self.starts.filter(pl.col("parent") == "services.exe").select(
            "machine_id", "process_id", "command_line", "base", began="time"
        )
        ran = alone.join(started, on="machine_id").filter(
            pl.col("began").is_between(pl.col("time"), pl.col("time") + RUN_SOON)
            & (pl.col("command").str.to_lowercase().str.contains(pl.col("base"), literal=True))
        )
        pairs = self._controls().join(ran, on="machine_id").filter(
            pl.col("time").is_between(pl.col("start") - 2 * SECOND, pl.col("start") + BESIDE)
        )  # fmt: skip
        return pairs.sort("id", "began", "process_id").with_columns(
            trace=pl.lit("service_changed"),
            reason=pl.format("service {} was changed and started {} over this session", "name", "base"),
        )

    def _run(self) -> pl.DataFrame:
        """Find shells that the service manager started for sessions that asked it, which no install explains."""
        known = self.services.started.select("process_id")
        shells = self.starts.filter((pl.col("parent") == "services.exe") & pl.col("base").is_in(list(SHELLS)))
        shells = shells.join(known, on="process_id", how="anti").select(
            "machine_id", "process_id", "base", "event_id", began="time"
        )
        pairs = self._controls().join(shells, on="machine_id").filter(
            pl.col("began").is_between(pl.col("start") - 2 * SECOND, pl.col("start") + BESIDE)
        )  # fmt: skip
        return pairs.sort("id", "began", "process_id").with_columns(
            trace=pl.lit("service_run"),
            reason=pl.format("services.exe started {} after this session asked it; no install is recorded", "base"),
        )

    def _subscribed(self) -> pl.DataFrame:
        """Find WMI subscriptions that the session's account made just after it began, and what they ran."""
        made = self.case.facts("wmi_action").filter(pl.col("operation").is_in(["filter", "consumer", "binding"]))
        made = made.select("machine_id", "user_id", "event_id", "operation", "time").drop_nulls("user_id")
        asked = self.remote.select("id", "machine_id", "user_id", "start")
        pairs = asked.join(made, on=["machine_id", "user_id"])
        pairs = pairs.filter(pl.col("time").is_between(pl.col("start") - 2 * SECOND, pl.col("start") + 2 * BESIDE))
        nothing = pl.lit(None, pl.String)
        subscribed = pairs.with_columns(
            trace=pl.lit("wmi_subscription"), process_id=nothing,
            reason=pl.format("a WMI {} was made by this account", "operation"),
        )  # fmt: skip
        consumers = self.starts.filter(pl.col("base") == "scrcons.exe").select(
            "machine_id", "process_id", began="time", started="event_id"
        )
        ran = pairs.join(consumers, on="machine_id").filter(
            pl.col("began").is_between(pl.col("time"), pl.col("time") + RUN_SOON)
        )
        ran = ran.with_columns(
            trace=pl.lit("wmi_consumer_ran"), event_id="started", reason=pl.lit("scrcons.exe ran a consumer's script")
        )
        return pl.concat([subscribed.select(TRACE), ran.select(TRACE)])

    def _exploited(self) -> pl.DataFrame:
        """Find SYSTEM's shells under services that took a connection from the session's address just before."""
        shells = self.starts.filter(
            pl.col("parent").is_in(list(HOLES)) & pl.col("base").is_in(list(SHELLS))
            & (pl.col("user_id").fill_null(_SYSTEM) == _SYSTEM)
        ).select("machine_id", "process_id", "parent", "base", began="time", started="event_id")  # fmt: skip
        came = self._from_there(self._inbound.filter(pl.col("port").is_in(_SMB)))
        pairs = came.join(shells, on="machine_id").filter(
            pl.col("began").is_between(pl.col("seen") - SECOND, pl.col("seen") + CAME_IN)
        )
        found = pairs.sort("id", "began", "process_id").unique("id", keep="first", maintain_order=True).with_columns(
            trace=pl.lit("exploit_shell"), event_id="started",
            reason=pl.format("{} started {} just after a connection from there to port {}", "parent", "base", "port"),
        )  # fmt: skip
        return pl.concat([found.select(TRACE), self._explained(found).select(TRACE)])

    def _explained(self, found: pl.DataFrame) -> pl.DataFrame:
        """Give the work with services on the machine that explains such a shell better."""
        pipes = self.case.facts("share_access").filter(pl.col("target").str.to_lowercase().str.ends_with("svcctl"))
        work = [
            self._installed.select("machine_id", "event_id", "at", what=pl.lit("a service was installed")),
            self._changes.select("machine_id", "event_id", at="time", what=pl.lit("a service was changed")),
            pipes.select("machine_id", "event_id", at="time", what=pl.lit("the service manager was asked")),
        ]
        near = found.select("id", "machine_id", "began").join(pl.concat(work), on="machine_id")
        near = near.filter((pl.col("at") - pl.col("began")).abs() <= BESIDE).sort("id", "at", "event_id")
        return near.unique("id", keep="first", maintain_order=True).with_columns(
            trace=pl.lit("service_work"), reason=pl.format("{} there within a minute", "what"),
            process_id=pl.lit(None, pl.String),
        )  # fmt: skip
