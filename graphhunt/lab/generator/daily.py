"""An honest day in records: everything that columns of behaviour turn into on the machines concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator import other_events as misc
from graphhunt.lab.generator import security_events as sec
from graphhunt.lab.generator import sysmon_events as sysmon
from graphhunt.lab.generator.actors import SYSTEM32, SYSTEM_LOGON, Process, Session, Visit, builtin
from graphhunt.lab.generator.config import SECOND_US
from graphhunt.lab.generator.programs import (
    BROWSER,
    CHAT,
    MAIL,
    RESIDENT,
    administration,
    background,
    desktop,
    internet_address,
)
from graphhunt.lab.generator.techniques import TECHNIQUES, Move
from graphhunt.lab.generator.units import BACKGROUND, BATCH, BOOT, DESKTOP, FLOW, LOGON, MACHINE, UNLOCK, day_units
from graphhunt.lab.generator.world import CONTROLLER

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphhunt.lab.generator.actors import Account, Host
    from graphhunt.lab.generator.scene import Scene

# Chance that an honest network logon of a kind runs something remotely, and the techniques in use for it.
_RUNS = {b.KIND_ADMIN: 0.15, b.KIND_HELP: 0.12, b.KIND_SWEEP: 0.9, b.KIND_DEPLOY: 0.95, b.KIND_SCAN: 0.3}
_RUNS |= {b.KIND_ONWARD: 0.1}
_POLICY = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
_SEPARATOR = "\\"
_REGISTRY_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Diagnostics\\DiagTrack\\HeartBeats\\LastHeartBeat"
_TOOLS = ("winrm", "wmi", "psexec", "schtask")
_TOOL_SHARES = (0.45, 0.75, 0.92, 1.0)


class Day:
    """Plays one day: ``units`` are its happenings in time order, ``play`` performs one of them.

    ``note`` is told the kind of each network logon, its source and its session.
    """

    def __init__(self, scene: Scene, logons: b.Logons, note: Callable[[int, str, Session], None]) -> None:
        self.scene = scene
        self._note = note
        self.logons = logons
        self.residents: dict[int, Process] = {}
        self.apps: dict[tuple[str, int], Process] = {}
        self.units = day_units(scene.world, scene.day, logons)

    def play(self, t: int, unit: int, index: int) -> None:
        """Perform one unit (a row of ``units``)."""
        if unit == LOGON:
            self._logon(t, index)
        elif unit == DESKTOP:
            self._desktop(t, index)
        elif unit == FLOW:
            self._flow(t, index)
        elif unit == BACKGROUND:
            self._background(t, index)
        elif unit == UNLOCK:
            self._unlock(t, index)
        else:
            self._machine_unit(t, unit, index)

    def _machine_unit(self, t: int, unit: int, index: int) -> None:
        host = self.scene.host(index)
        if unit == MACHINE:
            self._machine_logon(t, host)
        elif unit == BOOT:
            self.scene.feed.add(t, host, sec.starting_up())
        else:
            self._service_logon(t, host, batch=unit == BATCH)

    def _logon(self, t: int, row: int) -> None:
        logons, scene = self.logons, self.scene
        source, target = scene.host(int(logons.src[row])), scene.host(int(logons.dst[row]))
        account = scene.account(int(logons.acct[row]))
        end = scene.cut(target.number, int(logons.end[row]))
        if logons.logon_type[row] == 9:
            scene.logon(t, source, target, account, Visit(9, end=end))
        elif source is target:
            self._sit_down(t, source, account, Visit(int(logons.logon_type[row]), end=end))
        elif not logons.ok[row]:
            self._fail(t, source, target, account)
        elif logons.logon_type[row] == 10:
            self._move(t, row, "rdp", end)
        elif scene.lot() < _RUNS.get(int(logons.kind[row]), 0.0):
            tool = next(
                name for name, share in zip(_TOOLS, _TOOL_SHARES, strict=True) if scene.lot() <= share or share == 1.0
            )
            self._move(t, row, tool, end)
        else:
            visit = Visit(int(logons.logon_type[row]), ntlm=bool(logons.auth[row]), end=end)
            session = self._visit(t, source, target, account, visit)
            self._note(int(logons.kind[row]), source.name, session)

    def _sit_down(self, t: int, host: Host, account: Account, visit: Visit) -> None:
        scene = self.scene
        session = scene.logon(t, host, host, account, visit)
        parent = host.resident["wininit"]
        if visit.logon_type == 7 and (host.number, account.sid) in scene.desks:
            return
        _, shell = scene.seat(session, parent, t, seen=True)
        for delay, program in ((20, MAIL), (45, BROWSER), (70, CHAT)):
            process = scene.start(t + delay * SECOND_US, shell, program, lossy=True)
            self.apps[account.sid, delay] = process

    def _unlock(self, t: int, person: int) -> None:
        """Unlock the desk: a second session of type 7 that ends at once, as Windows writes it."""
        scene = self.scene
        host = scene.host(int(scene.world.home[person]))
        scene.logon(t, host, host, scene.account(person), Visit(7, end=t + 300_000, ticket=False))

    def _fail(self, t: int, source: Host, target: Host, account: Account) -> None:
        scene = self.scene
        session = Session(target, account, 0, 3, t, source, source.ip, source.new_port(), ntlm=True)
        scene.feed.add(t, target, sec.logon_failed(session))
        scene.feed.add(t - 400, scene.controller(source), sec.validation(account, source.name, failure=True))

    def _visit(self, t: int, source: Host, target: Host, account: Account, visit: Visit) -> Session:
        """Use a share or an application: a plain network logon."""
        scene, lot = self.scene, self.scene.lot()
        port = 0
        if lot < 0.5:
            port = scene.connect(t - 4_000, source.resident["system"], target, 445)
        hidden = lot > 0.9
        how = Visit(visit.logon_type, port, visit.ntlm, hidden, visit.end)
        session = scene.logon(t, source, target, account, how)
        if lot < 0.3:
            scene.feed.add(t + 9_000, target, sec.share_access(session, "Data", None))
            scene.feed.add(t + 14_000, target, sec.share_access(session, "Data", "Projects\\plan.xlsx"))
        return session

    def _move(self, t: int, row: int, technique: str, end: int) -> None:
        """Do remotely what an administrator, the help desk or a person's own remote desktop does."""
        logons, scene = self.logons, self.scene
        account = scene.account(int(logons.acct[row]))
        number = int(logons.src[row])
        actor, origin = self._origin(t, number, account)
        move = Move(
            t=t,
            origin=origin,
            actor=actor,
            target=scene.host(int(logons.dst[row])),
            account=account,
            command=administration(scene.lot()),
            label="PSEXESVC" if technique == "psexec" else "Inventory",
            end=end,
        )
        landing = TECHNIQUES[technique](scene, move)
        self._note(int(logons.kind[row]), move.source.name, landing.session)

    def _origin(self, t: int, machine: int, account: Account) -> tuple[Session, Process]:
        """Return who acts at the source: the person at his desk, or the service of a service account."""
        scene, world = self.scene, self.scene.world
        if account.number >= world.first_service:
            process = self._resident(machine, account, t)
            return Session(process.host, account, process.logon_id, 5, t, None, "-", 0), process
        person = self._person_behind(machine, account)
        return scene.desk(machine, scene.account(person), t)

    def _person_behind(self, machine: int, account: Account) -> int:
        """Return the person who uses an account; with a team's account that is whoever sits at the machine."""
        world, number = self.scene.world, account.number
        if number < world.first_admin:
            return number
        if number < world.first_help:
            return int(world.admin_person[number - world.first_admin])
        if number < world.first_shared:
            return int(world.help_person[number - world.first_help])
        at_home = np.flatnonzero(world.home == machine)
        return int(at_home[0]) if len(at_home) else 0

    def _resident(self, machine: int, account: Account, t: int) -> Process:
        if machine not in self.residents:
            host = self.scene.host(machine)
            parent = host.resident["services"]
            session = Session(host, account, host.new_logon(), 5, t, None, "-", 0)
            self.residents[machine] = self.scene.start(t - SECOND_US, parent, RESIDENT, session=session)
        return self.residents[machine]

    def _machine_logon(self, t: int, host: Host) -> None:
        scene = self.scene
        if scene.world.role[host.number] == CONTROLLER:
            return
        port, controller = 0, scene.controller(host)
        if scene.lot() < 0.2:
            port = scene.connect(t - 5_000, host.resident["lsass"], controller, 389)
        end = t + int((1 + 20 * scene.lot()) * SECOND_US)
        session = scene.logon(t, host, controller, host.account, Visit(port=port, end=end))
        if scene.lot() < 0.25:
            policy = f"{scene.config.domain}.local\\Policies\\{_POLICY}\\gpt.ini"
            scene.feed.add(t + 7_000, controller, sec.share_access(session, "SYSVOL", None))
            scene.feed.add(t + 9_000, controller, sec.share_access(session, "SYSVOL", policy))

    def _service_logon(self, t: int, host: Host, *, batch: bool) -> None:
        session = Session(host, builtin("SYSTEM"), SYSTEM_LOGON, 4 if batch else 5, t, None, "-", 0, hide_address=True)
        if batch:
            number = self.scene.world.first_service + int(self.scene.lot() * self.scene.config.service_count)
            session.account, session.logon_id = self.scene.account(number), host.new_logon()
        self.scene.feed.add(t - 100, host, sec.special_logon(session))
        self.scene.feed.add(t, host, sec.logon(session))

    def _background(self, t: int, machine: int) -> None:
        """Let a machine do one of the things it does all day: a program, a look at LSASS, a file, a value."""
        scene, host = self.scene, self.scene.host(machine)
        lot = scene.lot()
        if lot < 0.55:
            self._background_program(t, host)
            return
        process = host.resident[("schedule", "winmgmt", "dcomlaunch")[int(lot * 1_000) % 3]]
        if lot < 0.7:
            mask = ("0x1000", "0x1400", "0x1410", "0x1010")[int(scene.lot() ** 2 * 4)]
            scene.feed.add(t, host, sysmon.process_access(process, host.resident["lsass"], mask))
        elif lot < 0.85:
            name = f"C:\\Windows\\Prefetch\\{desktop(scene.lot())[0].rpartition(_SEPARATOR)[2].upper()}.pf"
            scene.feed.add(t, host, sysmon.file_created(process, name, host))
        else:
            scene.feed.add(t, host, sysmon.registry_set(process, _REGISTRY_KEY, f"QWORD ({t & 0xFFFFFFFF:#010x})"))

    def _background_program(self, t: int, host: Host) -> None:
        scene = self.scene
        key, program = background(scene.lot())
        length = int(4 * SECOND_US * (0.2 + 30 * scene.lot() ** 4))
        scene.start(t, host.resident[key], program, end=t + length, lossy=True)
        if key == "services":
            name = program[0].rpartition(_SEPARATOR)[2].removesuffix(".exe")
            scene.feed.add(t + 50_000, host, misc.service_state(host.resident[key], name, "running"))
            scene.feed.add(t + length, host, misc.service_state(host.resident[key], name, "stopped"))

    def _desktop(self, t: int, person: int) -> None:
        scene = self.scene
        program = desktop(scene.lot())
        _, shell = scene.desk(int(scene.world.home[person]), scene.account(person), t)
        end = t + int(60 * SECOND_US * (0.05 + 60 * scene.lot() ** 3))
        process = scene.start(t, shell, program, end=end, lossy=True)
        if program[0].endswith(("cmd.exe", "powershell.exe")):
            console = (SYSTEM32 + "conhost.exe", "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1")
            scene.start(t + 20_000, process, console, end=end)

    def _flow(self, t: int, person: int) -> None:
        scene = self.scene
        account = scene.account(person)
        delay, program = ((20, MAIL), (45, BROWSER), (45, BROWSER), (70, CHAT))[int(scene.lot() * 4)]
        process = self.apps.get((account.sid, delay))
        if process is None or process.started > t:
            session, shell = scene.desk(int(scene.world.home[person]), account, t)
            process = _unseen(session, shell, program, t)
            self.apps[account.sid, delay] = process
        name, address = internet_address(scene.lot())
        if scene.lot() < 0.6:
            scene.feed.add(t - 40_000, process.host, sysmon.dns_query(process, name, address))
        scene.connect(t, process, address, 443)


def _unseen(session: Session, parent: Process, program: tuple[str, str], t: int) -> Process:
    """Return a process that was there before the records begin."""
    host = session.host
    return Process(
        host=host,
        pid=host.new_pid(),
        guid=host.new_guid(t - 3600 * SECOND_US),
        image=program[0],
        command_line=program[1],
        account=session.account,
        logon_id=session.logon_id,
        logon_guid=session.sysmon_guid,
        started=t - 3600 * SECOND_US,
        parent=parent,
        terminal=session.terminal,
        integrity=parent.integrity,
    )
