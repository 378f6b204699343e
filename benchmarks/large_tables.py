"""Makes the relationships of a large estate, as the product's own graphing would give them.

The counts follow what Windows telemetry of a month looks like: few machines, accounts, programs and addresses are in
most of the rows (log-normal and Zipf-like weights; the account SYSTEM runs a third of the processes), activity
follows the working day, each process has a parent on its machine. Names and addresses are made up.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from large_draw import DAY, DAYS, HOUR, PORTS, START, Draw, lists, same
from large_nodes import nodes

Part = tuple[str, pl.DataFrame]
LABELS = {"SET_REGISTRY": "RegistryKey", "READ_REGISTRY": "RegistryKey", "QUERIED": "Domain",
          "INJECTED_INTO": "Process", "ACCESSED": "Process"}  # fmt: skip
FILE_ACTS = (
    ("WROTE", 0.05, "FileCreate"), ("READ", 0.01, "open"), ("DELETED", 0.01, "FileDelete"),
    ("RENAMED", 0.004, "rename"), ("LOADED", 0.06, "ImageLoad"),
)  # fmt: skip
KEYS = 400
"""Registry keys that are written on each machine."""


class Estate(Draw):
    """All tables of one estate, made one after the other; the same size and seed give the same rows."""

    made = 0

    def tables(self) -> Iterator[Part]:
        """Yield each table with its label or type."""
        for part in self._relationships():
            self.made += part[1].height
            yield part
        yield from nodes(self)

    def _relationships(self) -> Iterator[Part]:
        yield "LOGGED_ON", self._logged_on()
        yield "REMOTE_LOGON", self._remote_logon()
        self._place_processes()
        yield from self._of_processes()
        yield from self._acts()
        yield from self._of_network()
        yield from self._of_logons()
        yield "FLAGGED", self._flagged()
        yield "CONNECTED", self._connected(self.wanted - self.made)

    def _edges(
        self, ends: str, from_id: pl.Series, to_id: pl.Series, start: np.ndarray, **more: object
    ) -> pl.DataFrame:
        """Lay out a relationship table; `ends` are its labels, `more` the type's own columns."""
        count = len(start)
        labels = ends.split()
        table = {
            "id": self.hex(count), "from_id": from_id, "from_label": same(labels[0], count),
            "to_id": to_id, "to_label": same(labels[1], count), "start": start,
            "end": start + self.rng.integers(0, HOUR // 6, count), "count": self.rng.geometric(0.6, count),
            "source": same("generated", count), "evidence": lists(self.hex(count, 32)),
            "confidence": same("observed", count),
        }  # fmt: skip
        return pl.DataFrame(table | more).sort("id")

    def _logged_on(self) -> pl.DataFrame:
        count = self.wanted // 10
        self.session_machine = self.skewed(count, self.machines)
        own = self.rng.integers(1, self.people, self.machines)
        guest = self.rng.random(count) < 0.35
        self.session_user = np.where(guest, self.skewed(count, self.people), own[self.session_machine])
        self.session_source = np.where(self.rng.random(count) < 0.5, self.skewed(count, self.machines), -1)
        self.session_start = self.times(count)
        self.session_end = self.session_start + self.rng.integers(60_000_000, 9 * HOUR, count)
        self.session_type = np.where(self.session_source < 0, 2, np.where(self.rng.random(count) < 0.85, 3, 10))
        self.session_name = "0x" + pl.Series(np.arange(count) * 37 + 0x10000).cast(pl.String)
        there = self.session_source >= 0
        table = self._edges(
            "User Machine", self.user(self.session_user), self.machine(self.session_machine), self.session_start,
            end=self.session_end, count=np.ones(count, np.int64), logon_id=self.session_name,
            logon_type=self.session_type, auth_package=self.either(self.rng.random(count) < 0.2, ("Kerberos", "NTLM")),
            source_ip=self.where(self.own_address(self.session_source), there),
            source_machine_id=self.where(self.machine(self.session_source.clip(0)), there),
            elevated=self.rng.random(count) < 0.1, privileged=self.rng.random(count) < 0.1,
            open=np.zeros(count, bool), row=np.arange(count),
        )  # fmt: skip
        self.session_id = table.sort("row")["id"]
        return table.drop("row").with_columns(logon_session_id=pl.col("id"))

    def _remote_logon(self) -> pl.DataFrame:
        rows = np.flatnonzero(self.session_source >= 0)[: self.wanted // 25]
        count, user, source = len(rows), self.session_user[rows], self.session_source[rows]
        desktop = self.session_type[rows] == 10
        return self._edges(
            "Machine Machine", self.machine(source), self.machine(self.session_machine[rows]),
            self.session_start[rows], end=self.session_end[rows], count=np.ones(count, np.int64),
            user_id=self.user(user), user_name=self.user_name(user), user_kind=same("person", count),
            logon_id=self.session_name.gather(rows), logon_type=self.session_type[rows],
            auth_package=same("Kerberos", count), technique=self.either(desktop, ("T1021.002", "T1021.001")),
            technique_name=self.either(desktop, ("SMB/Windows admin shares", "Remote Desktop")),
            source_ip=self.own_address(source), source_port=self.rng.integers(49152, 65536, count),
            service_port=np.where(desktop, 3389, 445), logon_session_id=self.session_id.gather(rows),
            open=np.zeros(count, bool), act=self.hex(count),
        )  # fmt: skip

    def _place_processes(self) -> None:
        """Place the processes: each in a session of its machine or in that of SYSTEM, with an earlier one as parent."""
        session = self.skewed(self.processes, len(self.session_machine), 0.8)
        machine = self.session_machine[session]
        start = self.session_start[session] + self.rng.integers(0, 2 * HOUR, self.processes)
        order = np.lexsort((start, machine))
        session, self.process_machine, self.process_start = session[order], machine[order], start[order]
        first = np.searchsorted(self.process_machine, self.process_machine)
        place = np.arange(self.processes) - first
        early = np.minimum(place - 1, self.rng.integers(0, 8, self.processes))
        near = place - np.minimum(place, self.rng.geometric(0.02, self.processes))
        chosen = np.where(self.rng.random(self.processes) < 0.4, early, near)
        self.parent = np.where(place == 0, -1, first + chosen)
        own = self.rng.random(self.processes) < 0.35
        self.process_user = np.where(own, 0, self.session_user[session])
        self.process_logon = self.where(self.session_name.gather(session), ~own).fill_null("0x3e7")
        self.process_session = self.where(self.session_id.gather(session), ~own)
        self.process_end = self.process_start + self.rng.exponential(HOUR / 3, self.processes).astype(np.int64) + 1_000
        self.program = self.zipf(self.processes, self.files // 20)
        number = pl.Series(np.arange(self.processes)).cast(pl.String).str.zfill(8)
        self.process_id = self.machine(self.process_machine) + "|{" + number + "-0000-4000-8000-000000000000}"

    def _of_processes(self) -> Iterator[Part]:
        start, ids = self.process_start, self.process_id
        when = {"end": self.process_end}
        logon = {"logon_id": self.process_logon, "logon_session_id": self.process_session}
        machine, user = self.machine(self.process_machine), self.user(self.process_user)
        yield "RAN", self._edges("Machine Process", machine, ids, start, **when, **logon)
        yield "EXECUTED", self._edges("User Process", user, ids, start, **when, **logon)
        made = np.flatnonzero(self.parent >= 0)
        makers = ids.gather(self.parent[made])
        acts = self.process_session.gather(self.parent[made])
        yield (
            "SPAWNED",
            self._edges(
                "Process Process", makers, ids.gather(made), start[made], end=start[made], logon_session_id=acts
            ),
        )
        program = self.sha256(self.program)
        yield "IMAGE", self._edges("Process File", ids, program, start, **when, path=self.path(self.program))

    def _act(self, kind: str, rows: np.ndarray, target: pl.Series, **more: object) -> Part:
        start = self.process_start[rows] + self.rng.integers(0, HOUR, len(rows))
        label = LABELS.get(kind, "File")
        more["logon_session_id"] = self.process_session.gather(rows)
        return kind, self._edges(f"Process {label}", self.process_id.gather(rows), target, start, **more)

    def _acts(self) -> Iterator[Part]:
        for kind, share, operation in FILE_ACTS:
            count = int(self.wanted * share)
            files = self.zipf(count, self.files)
            more = {"operation": same(operation, count), "path": self.path(files)}
            yield self._act(kind, self.skewed(count, self.processes, 1.5), self.sha256(files), **more)
        keys = []
        for kind, share, operation in (("SET_REGISTRY", 0.03, "modify"), ("READ_REGISTRY", 0.002, "access")):
            count = int(self.wanted * share)
            rows = self.skewed(count, self.processes, 1.5)
            number = pl.Series(self.zipf(count, KEYS)).cast(pl.String)
            keys.append(self.machine(self.process_machine[rows]) + "|hklm\\software\\vendor\\key" + number)
            yield self._act(kind, rows, keys[-1], operation=same(operation, count), value=same("1", count))
        self.key_ids = pl.concat(keys).unique()
        for kind, share in (("INJECTED_INTO", 0.0005), ("ACCESSED", 0.004)):
            rows = self.skewed(int(self.wanted * share), self.processes, 1.0)
            yield self._act(kind, rows, self.process_id.gather((rows + 1) % self.processes))

    def _of_network(self) -> Iterator[Part]:
        rows = self.skewed(int(self.wanted * 0.02), self.processes, 1.5)
        yield self._act("QUERIED", rows, self.domain(self.zipf(len(rows), self.domains)))
        every = np.arange(self.domains)
        answers = self.address(self.zipf(self.domains, self.addresses))
        yield "RESOLVED_TO", self._edges("Domain IP", self.domain(every), answers, self.times(self.domains))
        every = np.arange(self.machines)
        begin = np.full(self.machines, START)
        addresses = self.own_address(every)
        yield "HAD_IP", self._edges("Machine IP", self.machine(every), addresses, begin, end=begin + DAYS * DAY)
        count = int(self.wanted * 0.01)
        sender = self.own_address(self.skewed(count, self.machines))
        yield "FLOWED_TO", self._edges(
            "IP IP", sender, self.address(self.zipf(count, self.addresses)), self.times(count),
            remote_port=PORTS[self.zipf(count, len(PORTS))], protocol=same("tcp", count),
            bytes_out=self.rng.integers(100, 10**6, count), bytes_in=self.rng.integers(100, 10**7, count),
        )  # fmt: skip

    def _of_logons(self) -> Iterator[Part]:
        for kind, share in (("FAILED_LOGON", 0.005), ("AUTHENTICATED", 0.01)):
            count = int(self.wanted * share)
            controllers = self.rng.integers(0, 3, count)
            machine = self.skewed(count, self.machines) if kind == "FAILED_LOGON" else controllers
            user = self.user(self.skewed(count, self.people))
            table = self._edges("User Machine", user, self.machine(machine), self.times(count))
            yield kind, table.with_columns(status=same("0xc000006d", count))

    def _flagged(self) -> pl.DataFrame:
        rows = self.skewed(self.alerts, self.processes, 1.5)
        alert = pl.Series([f"edr|{i}" for i in range(self.alerts)])
        targets = {
            "Process": self.process_id.gather(rows), "Machine": self.machine(self.process_machine[rows]),
            "User": self.user(self.process_user[rows]),
        }  # fmt: skip
        when = self.process_start[rows]
        return pl.concat(self._edges(f"Alert {label}", alert, ids, when) for label, ids in targets.items()).sort("id")

    def _connected(self, count: int) -> pl.DataFrame:
        rows = self.skewed(count, self.processes, 1.6)
        known, incoming = self.rng.random(count) < 0.5, self.rng.random(count) < 0.15
        port, high = PORTS[self.zipf(count, len(PORTS))], self.rng.integers(49152, 65536, count)
        start = self.process_start[rows] + self.rng.integers(0, HOUR, count)
        size = pl.Series(self.rng.lognormal(9, 2, count).astype(np.int64))
        return self._edges(
            "Process IP", self.process_id.gather(rows), self.address(self.zipf(count, self.addresses)), start,
            remote_port=np.where(incoming, high, port), local_port=np.where(incoming, port, high),
            local_ip=self.own_address(self.process_machine[rows]), protocol=self.either(port == 53, ("tcp", "udp")),
            direction=self.either(incoming, ("outgoing", "incoming")), blocked=np.zeros(count, bool),
            bytes_out=self.where(size, known), bytes_in=self.where(size * 3, known),
            machine_id=self.machine(self.process_machine[rows]), user_id=self.user(self.process_user[rows]),
            logon_session_id=self.process_session.gather(rows),
        )  # fmt: skip
