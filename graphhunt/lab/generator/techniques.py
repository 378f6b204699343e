"""How one machine is made to run something for another: the records of each technique of remote execution.

The order, the parents, the accounts and the LogonIds follow what was observed in published recordings: a
service's child runs as SYSTEM under 0x3e7 and only event 4697 names the session; WMI opens several sessions of
which one owns the process; WinRM leaves "-" as address; remote desktop gives a type 10.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphhunt.lab.generator import other_events as misc
from graphhunt.lab.generator import security_events as sec
from graphhunt.lab.generator import sysmon_events as sysmon
from graphhunt.lab.generator.actors import CMD, SYSTEM32, Visit
from graphhunt.lab.generator.config import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphhunt.lab.generator.actors import Account, Host, Process, Session
    from graphhunt.lab.generator.scene import Scene


@dataclass(frozen=True)
class Move:
    """An order to move: from a process on one machine to another machine, with an account.

    ``command`` is what is to run there (image, command line); ``label`` names the service or task it needs.
    ``actor`` is the session of the one who acts; ``origin`` may run as SYSTEM and still act with his credentials.
    """

    t: int
    origin: Process
    actor: Session
    target: Host
    account: Account
    command: tuple[str, str]
    label: str
    end: int = -1

    @property
    def source(self) -> Host:
        """Return the machine the move starts from."""
        return self.origin.host


@dataclass(frozen=True)
class Landing:
    """The result of a move: the session at the destination and the process that runs in it or for it."""

    session: Session
    process: Process
    service: str | None = None


def encoded(script: str) -> str:
    """Return ``script`` as PowerShell's -EncodedCommand takes it."""
    return base64.b64encode(script.encode("utf-16-le")).decode()


def _declare(scene: Scene, move: Move) -> None:
    """Write 4648 at the source when the process that moves does not run as the account it uses."""
    if move.account.sid != move.origin.account.sid:
        record = sec.explicit_credentials(move.origin, move.account, move.target.fqdn)
        scene.feed.add(move.t - 30_000, move.source, record)


def _resolve(scene: Scene, move: Move) -> None:
    record = sysmon.dns_query(move.origin, move.target.fqdn, move.target.ip)
    scene.feed.add(move.t - 60_000, move.source, record)


def _visit(move: Move, port: int = 0, **how: bool | int) -> Visit:
    return Visit(port=port, end=move.end, **how)  # type: ignore[arg-type]


def _service(scene: Scene, move: Move, session: Session, command: str) -> None:
    """Write the records of a service that ``session`` installs: pipe access, 4697, 7045."""
    t, target = move.t, move.target
    scene.feed.add(t + 20_000, target, sec.share_access(session, "IPC$", None))
    scene.feed.add(t + 26_000, target, sec.share_access(session, "IPC$", "svcctl"))
    scene.feed.add(t + 60_000, target, sec.service_installed(session, move.label, command))
    scene.feed.add(t + 62_000, target, misc.service_7045(session, move.label, command))
    scene.feed.add(t + 120_000, target, misc.service_state(target.resident["services"], move.label, "running"))


def psexec(scene: Scene, move: Move) -> Landing:
    """Copy a program to ADMIN$ and run it as a service; its child is SYSTEM."""
    port = scene.connect(move.t - 5_000, move.origin.host.resident["system"], move.target, 445)
    _resolve(scene, move)
    _declare(scene, move)
    session = scene.logon(move.t, move.source, move.target, move.account, _visit(move, port))
    path = f"C:\\Windows\\{move.label}.exe"
    scene.feed.add(move.t + 10_000, move.target, sec.share_access(session, "ADMIN$", None))
    scene.feed.add(move.t + 14_000, move.target, sec.share_access(session, "ADMIN$", f"{move.label}.exe"))
    created = sysmon.file_created(move.target.resident["system"], path, move.target)
    scene.feed.add(move.t + 16_000, move.target, created)
    _service(scene, move, session, f"%SystemRoot%\\{move.label}.exe")
    services = move.target.resident["services"]
    runner = scene.start(move.t + 110_000, services, (path, path), end=_after(move, 90))
    shell = scene.start(move.t + 190_000, runner, (CMD, f"{CMD} /c {move.command[1]}"), end=_after(move, 80))
    process = scene.start(move.t + 260_000, shell, move.command, end=move.end)
    return Landing(session, process, move.label)


def service_command(scene: Scene, move: Move) -> Landing:
    """Install a service whose command line is the payload, over RPC on a high port (PsExec-like, Kerberos)."""
    _resolve(scene, move)
    scene.connect(move.t - 9_000, move.origin, move.target, 135)
    port = scene.connect(move.t - 5_000, move.origin, move.target, 49_726)
    _declare(scene, move)
    session = scene.logon(move.t, move.source, move.target, move.account, _visit(move, port))
    return _run_service(scene, move, session)


def smbexec(scene: Scene, move: Move) -> Landing:
    """Install a throw-away service over SMB with NTLM."""
    port = scene.connect(move.t - 5_000, move.origin, move.target, 445)
    _declare(scene, move)
    session = scene.logon(move.t, move.source, move.target, move.account, _visit(move, port, ntlm=True))
    return _run_service(scene, move, session)


def _run_service(scene: Scene, move: Move, session: Session) -> Landing:
    command = f"%COMSPEC% /C start /b {move.command[1]}"
    _service(scene, move, session, command)
    services = move.target.resident["services"]
    line = command.replace("%COMSPEC%", "C:\\Windows\\system32\\cmd.exe")
    shell = scene.start(move.t + 90_000, services, (CMD, line), end=move.t + 260_000)
    process = scene.start(move.t + 180_000, shell, move.command, end=move.end)
    return Landing(session, process, move.label)


def wmi(scene: Scene, move: Move) -> Landing:
    """Call Win32_Process.Create: three or four sessions, the last of which owns the process."""
    _resolve(scene, move)
    _declare(scene, move)
    rpc = scene.connect(move.t - 40_000, move.source.resident["rpcss"], move.target, 135)
    port = scene.connect(move.t - 5_000, move.origin, move.target, 50_937)
    short = Visit(port=rpc, end=move.t + 9 * SECOND_US)
    scene.logon(move.t - 30_000, move.source, move.target, move.account, short)
    for step in range(1 + int(scene.lot() * 2)):
        early = Visit(port=port, end=move.t + 11 * SECOND_US, ticket=False)
        scene.logon(move.t - 4_000 + step * 1_000, move.source, move.target, move.account, early)
    session = scene.logon(move.t, move.source, move.target, move.account, _visit(move, port))
    image = SYSTEM32 + "wbem\\WmiPrvSE.exe"
    program = (image, "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding")
    host = scene.start_as(move.t + 20_000, move.target.resident["dcomlaunch"], program, "NETWORK SERVICE")
    process = scene.start(move.t + 90_000, host, move.command, session=session, end=move.end)
    return Landing(session, process)


def winrm(scene: Scene, move: Move) -> Landing:
    """Open a PowerShell session over port 5985: no source address in 4624."""
    _resolve(scene, move)
    _declare(scene, move)
    port = scene.connect(move.t - 5_000, move.origin, move.target, 5985)
    session = scene.logon(move.t, move.source, move.target, move.account, _visit(move, port, hide=True))
    parent = move.target.resident["dcomlaunch"]
    program = (SYSTEM32 + "wsmprovhost.exe", "C:\\Windows\\system32\\wsmprovhost.exe -Embedding")
    shell = scene.start(move.t + 120_000, parent, program, session=session, end=move.end)
    process = scene.start(move.t + 900_000, shell, move.command, end=move.end)
    return Landing(session, process)


def dcom(scene: Scene, move: Move) -> Landing:
    """Drive MMC20.Application over DCOM; the command is a child of mmc.exe."""
    _resolve(scene, move)
    _declare(scene, move)
    scene.connect(move.t - 40_000, move.source.resident["rpcss"], move.target, 135)
    port = scene.connect(move.t - 5_000, move.origin, move.target, 51_204)
    session = scene.logon(move.t, move.source, move.target, move.account, _visit(move, port))
    program = (SYSTEM32 + "mmc.exe", "C:\\Windows\\system32\\mmc.exe -Embedding")
    parent = move.target.resident["dcomlaunch"]
    mmc = scene.start(move.t + 150_000, parent, program, session=session, end=move.end)
    process = scene.start(move.t + 700_000, mmc, move.command, end=move.end)
    return Landing(session, process)


def scheduled_task(scene: Scene, move: Move) -> Landing:
    """Register a task over the atsvc pipe; the scheduler runs it as SYSTEM a moment later."""
    port = scene.connect(move.t - 5_000, move.origin, move.target, 445)
    _declare(scene, move)
    session = scene.logon(move.t, move.source, move.target, move.account, _visit(move, port))
    name = f"\\{move.label}"
    target = move.target
    scene.feed.add(move.t + 20_000, target, sec.share_access(session, "IPC$", None))
    scene.feed.add(move.t + 26_000, target, sec.share_access(session, "IPC$", "atsvc"))
    scene.feed.add(move.t + 70_000, target, sec.task_created(session, name, *_split(move.command)))
    scene.feed.add(move.t + 72_000, target, misc.task_registered(session, name))
    process = scene.start(move.t + 2 * SECOND_US, target.resident["schedule"], move.command, end=move.end)
    scene.feed.add(move.t + 2 * SECOND_US + 5_000, target, misc.task_launched(process, name))
    return Landing(session, process)


def _split(command: tuple[str, str]) -> tuple[str, str]:
    return command[0], command[1].partition(" ")[2]


def remote_desktop(scene: Scene, move: Move) -> Landing:
    """Log on with mstsc: type 3 for the network level, then type 10, and a desktop of one's own."""
    _resolve(scene, move)
    _declare(scene, move)
    program = (SYSTEM32 + "mstsc.exe", f"mstsc.exe /v:{move.target.name}")
    client = scene.start(move.t - 3 * SECOND_US, move.origin, program, end=move.end)
    port = scene.connect(move.t - 5_000, client, move.target, 3389)
    first = Visit(port=port, end=move.t + 4 * SECOND_US, ntlm=True)
    scene.logon(move.t, move.source, move.target, move.account, first)
    begun = move.t + 1_200_000
    session = scene.logon(begun, move.source, move.target, move.account, Visit(10, end=move.end, ticket=False))
    scene.feed.add(move.t + 300_000, move.target, misc.remote_desktop_1149(session))
    _, shell = scene.seat(session, move.target.resident["wininit"], begun, seen=True)
    process = scene.start(begun + 20 * SECOND_US, shell, move.command, end=move.end)
    return Landing(session, process)


def pass_the_hash(scene: Scene, move: Move) -> Landing:
    """Start a new-credentials session (type 9) at the source, then go over SMB with NTLM."""
    local = scene.logon(
        move.t - 5 * SECOND_US, move.source, move.source, move.actor.account, Visit(9, end=move.end, ticket=False)
    )
    shell = scene.start(move.t - 4_900_000, move.origin, (CMD, "cmd.exe"), session=local, end=move.end)
    onward = Move(move.t, shell, local, move.target, move.account, move.command, move.label, move.end)
    return smbexec(scene, onward)


def _after(move: Move, seconds: int) -> int:
    return move.t + seconds * SECOND_US


TECHNIQUES: dict[str, Callable[[Scene, Move], Landing]] = {
    "psexec": psexec,
    "service": service_command,
    "smbexec": smbexec,
    "wmi": wmi,
    "winrm": winrm,
    "dcom": dcom,
    "schtask": scheduled_task,
    "rdp": remote_desktop,
    "pth": pass_the_hash,
}
