"""PowerShell channels: script blocks (4104), commands (4103) and the classic engine log (400, 600, 800).

The process that logs these events is the interpreter itself, so that System/Execution names its PID.
"""

from __future__ import annotations

from graphhunt.model import Fact, Script

from . import _values as v
from ._windows_event import Event, Handler

_HOST_APPLICATION = "Host Application"
_SCRIPT_NAME = "Script Name"
_USER = "User"
_CLASSIC_APPLICATION = "HostApplication"
_CLASSIC_SCRIPT = "ScriptName"
_CLASSIC_USER = "UserId"
_PIPELINE = "Pipeline execution details for command line:"
_CONTEXT = "Context Information:"
_DETAILS_MOST = 256 * 1024


def _script_block(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        Script(
            **event.base(),
            user=event.user,
            domain=event.domain,
            sid=event.sid,
            pid=event.pid,
            text=v.text(get("ScriptBlockText")),
            script_path=v.text(get("Path")),
        )
    ]


def _command(event: Event) -> list[Fact]:
    context = v.text(event.data.get("ContextInfo")) or event.message
    user, domain = (event.user, event.domain) if event.user else v.account(v.find(_USER, context, _DETAILS_MOST))
    return [
        Script(
            **event.base(),
            user=user,
            domain=domain,
            sid=event.sid,
            pid=event.pid,
            text=v.text(event.data.get("Payload")),
            script_path=v.find(_SCRIPT_NAME, context, _DETAILS_MOST),
            host_application=v.find(_HOST_APPLICATION, context, _DETAILS_MOST),
        )
    ]


def _classic(event: Event) -> list[Fact]:
    details = _details(event)
    # The context follows the command line, which is the attacker's and may hold lines that look like it.
    context = details[max(details.rfind(_CONTEXT), 0) :] if event.id == 800 else details
    user, domain = v.account(v.find(_CLASSIC_USER, context, _DETAILS_MOST))
    return [
        Script(
            **event.base(),
            user=user,
            domain=domain,
            text=_command_line(event, details) if event.id == 800 else None,
            script_path=v.find(_CLASSIC_SCRIPT, context, _DETAILS_MOST),
            host_application=v.find(_CLASSIC_APPLICATION, context, _DETAILS_MOST),
        )
    ]


def _details(event: Event) -> str:
    if event.message:
        return event.message
    parts = event.data.get("Data") or [event.data.get(f"param{number}") for number in (1, 2, 3)]
    return "\n".join(filter(None, map(v.text, parts if isinstance(parts, list) else [parts])))


def _command_line(event: Event, details: str) -> str | None:
    stated = v.text(event.data.get("param1"))
    if stated is not None or _PIPELINE not in details:
        return stated or v.text(details.partition("\n")[0])
    line = details.partition(_PIPELINE)[2]
    end = line.rfind(_CONTEXT)
    return v.text(line[: end if end >= 0 else None].strip().removesuffix("."))


HANDLERS: dict[tuple[str, int], Handler] = {
    ("PowerShell", 4103): _command,
    ("PowerShell", 4104): _script_block,
    ("WindowsPowerShell", 400): _classic,
    ("WindowsPowerShell", 600): _classic,
    ("WindowsPowerShell", 800): _classic,
}
"""The events mapped here."""
