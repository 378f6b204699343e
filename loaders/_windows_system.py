"""System, TaskScheduler, WMI-Activity and Defender channels."""

from __future__ import annotations

import re
from typing import Any

from graphhunt.model import Detection, Fact, MachineState, ServiceInstall, Skipped, TaskAction, WmiAction

from . import _values as v
from ._windows_event import Event, Handler

_STATES = {
    12: ("boot", "microsoft-windows-kernel-general"),
    13: ("shutdown", "microsoft-windows-kernel-general"),
    # The service of the log may start again without the machine.
    6005: ("log_started", "eventlog"),
    6006: ("shutdown", "eventlog"),
    # Written at the boot after a crash: the time it tells of is the boot's.
    6008: ("boot", "eventlog"),
    6009: ("boot", "eventlog"),
    1074: ("shutdown", "user32"),
    104: ("log_cleared", "microsoft-windows-eventlog"),
}
_BOOT = "microsoft-windows-kernel-boot"
_BOOT_TYPES = {0: "boot", 1: "fast_start", 2: "resume"}
_LOG = "eventlog"
_UPTIME = re.compile(r"uptime is (\d{1,10}) seconds")
_UPTIME_MOST = 10**10
_SECOND = 1_000_000
_NO_UPTIME = Skipped("uptime that can't be read")
_SERVICES = "service control manager"
_OTHER_PROVIDER = Skipped("unmapped: another provider's event in System")
_TASK_OPERATIONS = {
    106: "create", 110: "run", 129: "run", 140: "update", 141: "delete", 142: "disable", 200: "run", 201: "complete",
}  # fmt: skip
_WMI_OPERATIONS = {5857: "provider", 5858: "query", 5859: "query", 5860: "filter", 5861: "binding"}
_WMI_TEXTS = ("ProviderName", "ProviderPath", "NamespaceName", "Namespace", "Operation", "Query", "ESS", "CONSUMER")
_MESSAGE_MOST = 1024
_DIVIDERS = "\n;."


def _logged_as(event: Event) -> dict[str, Any]:
    return {"user": event.user, "domain": event.domain, "sid": event.sid}


def _state(event: Event) -> list[Fact] | Skipped:
    state, provider = _STATES[event.id]
    if event.provider not in ("", provider):
        return _OTHER_PROVIDER
    get = event.data.get
    if event.id == 1074:
        user, domain = v.account(get("param7"))
    else:
        user, domain = v.text(get("SubjectUserName")), v.text(get("SubjectDomainName"))
    cleared = v.text(get("Channel")) if state == "log_cleared" else None
    return [MachineState(**event.base(), state=state, user=user, domain=domain, target=cleared)]


def _boot(event: Event) -> list[Fact] | Skipped:
    """Read Kernel-Boot 27: whether the machine booted, or only went on with what it had saved."""
    kind = v.number(event.data.get("BootType"))
    if event.provider not in ("", _BOOT) or kind not in _BOOT_TYPES:
        return _OTHER_PROVIDER
    return [MachineState(**event.base(), state=_BOOT_TYPES[kind], boot_type=kind)]


def _up(event: Event) -> list[Fact] | Skipped:
    """Read 6013, written once a day: the seconds are the first number of its values."""
    if event.provider not in ("", _LOG):
        return _OTHER_PROVIDER
    values = event.data.get("Data")
    stated = values if isinstance(values, list) else [event.data.get("param5")]
    found = _UPTIME.search((event.message or "")[:_MESSAGE_MOST])
    seconds = [v.number(value, _UPTIME_MOST) for value in (*stated, found[1] if found else None)]
    known = next((value for value in seconds if value is not None), None)
    if known is None:
        return _NO_UPTIME
    return [MachineState(**event.base(), state="uptime", uptime=known * _SECOND)]


def _service(event: Event) -> list[Fact] | Skipped:
    if event.provider not in ("", _SERVICES):
        return _OTHER_PROVIDER
    get = event.data.get
    return [
        ServiceInstall(
            **event.base(),
            **_logged_as(event),
            service=v.text(get("ServiceName")),
            image=v.text(get("ImagePath")),
            account=v.text(get("AccountName")),
            start_type=v.text(get("StartType")),
        )
    ]


def _task(event: Event) -> list[Fact]:
    get = event.data.get
    user, domain = v.account(get("UserContext") or get("UserName"))
    is_sid = user is not None and user.startswith("S-1-")
    return [
        TaskAction(
            **event.base(),
            task=v.text(get("TaskName")),
            operation=_TASK_OPERATIONS[event.id],
            command=v.text(get("Path") or get("ActionName")),
            # Only 129 names the process that runs the task; 200 and 201 name the engine's.
            pid=v.pid(get("ProcessID")) if event.id == 129 else None,
            user=None if is_sid else user,
            domain=domain,
            sid=user if is_sid else None,
        )
    ]


def _wmi(event: Event) -> list[Fact]:
    get = event.data.get
    user, domain = v.account(_wmi_field(event, "User"))
    return [
        WmiAction(
            **event.base(),
            operation=_WMI_OPERATIONS[event.id],
            user=user,
            domain=domain,
            client_machine=v.text(_wmi_field(event, "ClientMachine")),
            pid=v.pid(_wmi_field(event, "ClientProcessId") or _wmi_field(event, "ProcessID")),
            text=" ".join(filter(None, (v.text(get(name)) for name in _WMI_TEXTS))) or v.text(event.message),
        )
    ]


def _wmi_field(event: Event, name: str) -> object:
    """Read a field, or the part `name = value;` of the message."""
    found = event.data.get(name) or v.find(name, event.message, before=_DIVIDERS)
    return found.partition(";")[0] if isinstance(found, str) else found


def _detection(event: Event) -> list[Fact]:
    get = event.data.get
    user, domain = v.account(get("Detection User"))
    return [
        Detection(
            **event.base(),
            detection_id=v.text(get("Detection ID")),
            rule=v.text(get("Threat Name")),
            level=v.text(get("Severity Name")),
            action=v.text(get("Action Name")),
            user=user,
            domain=domain,
            path=v.text(get("Process Name")),
            target=v.text(get("Path")),
        )
    ]


HANDLERS: dict[tuple[str, int], Handler] = {
    ("System", 7045): _service,
    ("System", 27): _boot,
    ("System", 6013): _up,
    **{("System", number): _state for number in _STATES},
    **{("TaskScheduler", number): _task for number in _TASK_OPERATIONS},
    **{("WMI-Activity", number): _wmi for number in _WMI_OPERATIONS},
    ("Defender", 1116): _detection,
    ("Defender", 1117): _detection,
}
"""The events mapped here."""
