"""Builders for the smaller channels: services, tasks and Terminal Services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphhunt.lab.generator.record import SYSTEM, Record, other

if TYPE_CHECKING:
    from graphhunt.lab.generator.actors import Process, Session

_SCM = ("Service Control Manager", "{555908D1-A6D7-4695-8E1E-26931D2012F4}")
_TASKS = ("Microsoft-Windows-TaskScheduler", "{DE7B24EA-73C8-4A09-985D-5BDADCFA9017}")
_RDP = ("Microsoft-Windows-TerminalServices-RemoteConnectionManager", "{C76BAA63-AE81-421C-B425-340B4B24157F}")
_CLASSIC = -9187343239835811840


def service_7045(session: Session, name: str, command: str) -> Record:
    """Return event 7045 of the System channel, which names the installing account but no LogonId."""
    fields: Record = {
        "Keywords": _CLASSIC,
        "ExecutionProcessID": session.host.resident["services"].pid,
        "AccountName": session.account.name,
        "AccountType": "User",
        "Domain": session.account.domain,
        "UserID": session.account.sid,
        "ServiceName": name,
        "ImagePath": command,
        "ServiceType": "user mode service",
        "StartType": "demand start",
        "Message": (
            f"A service was installed in the system.\r\n\r\nService Name:  {name}\r\nService File Name:  {command}"
        ),
    }
    return other(SYSTEM, *_SCM, 7045, fields)


def service_state(process: Process, name: str, state: str) -> Record:
    """Return event 7036: a service entered a state ("running", "stopped")."""
    fields: Record = {
        "Keywords": _CLASSIC,
        "ExecutionProcessID": process.host.resident["services"].pid,
        "param1": name,
        "param2": state,
        "Message": f"The {name} service entered the {state} state.",
    }
    return other(SYSTEM, *_SCM, 7036, fields)


def task_registered(session: Session, name: str) -> Record:
    """Return event 106 of the task scheduler."""
    fields: Record = {
        "Task": 106,
        "Category": "Task registered",
        "Opcode": "Info",
        "ExecutionProcessID": session.host.resident["schedule"].pid,
        "AccountName": "SYSTEM",
        "AccountType": "User",
        "Domain": "NT AUTHORITY",
        "UserID": "S-1-5-18",
        "TaskName": name,
        "UserContext": session.account.full,
        "Message": f'User "{session.account.full}"  registered Task Scheduler task "{name}"',
    }
    return other(f"{_TASKS[0]}/Operational", *_TASKS, 106, fields)


def task_launched(process: Process, name: str) -> Record:
    """Return event 129 of the task scheduler: a task started a process."""
    fields: Record = {
        "Task": 129,
        "Category": "Created Task Process",
        "Opcode": "Info",
        "ExecutionProcessID": process.host.resident["schedule"].pid,
        "AccountName": "SYSTEM",
        "AccountType": "User",
        "Domain": "NT AUTHORITY",
        "UserID": "S-1-5-18",
        "TaskName": name,
        "Path": process.image,
        "Priority": "16384",
        "Message": f'Task Scheduler launch task "{name}" , instance "{process.image}"  with process ID {process.pid}.',
    }
    return other(f"{_TASKS[0]}/Operational", *_TASKS, 129, fields)


def remote_desktop_1149(session: Session) -> Record:
    """Return event 1149: a remote desktop user authenticated; its address is only in the text."""
    account = session.account
    fields: Record = {
        "Opcode": "Info",
        "Keywords": 1152921504606846976,
        "ExecutionProcessID": session.host.resident["termservice"].pid,
        "AccountName": "NETWORK SERVICE",
        "AccountType": "Well Known Group",
        "Domain": "NT AUTHORITY",
        "UserID": "S-1-5-20",
        "ActivityID": "{F4203C58-E6F6-49F2-A326-0CB02C0E0000}",
        "Message": (
            "Remote Desktop Services: User authentication succeeded:\r\n\r\n"
            f"User: {account.name}\r\nDomain: {account.domain}\r\nSource Network Address: {session.source_ip}"
        ),
    }
    return other(f"{_RDP[0]}/Operational", *_RDP, 1149, fields)
