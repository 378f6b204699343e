"""Small estates as event logs: days that are all alike, and one logon over which a service is installed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BEGIN = datetime(2024, 3, 4, 9, tzinfo=UTC)
_SECURITY = "Microsoft-Windows-Security-Auditing"


def _record(when: datetime, channel: str, provider: str, event: int, machine: str, **data: str) -> str:
    winlog = {
        "channel": channel, "provider_name": provider, "event_id": event, "computer_name": f"{machine}.corp.local",
        "event_data": data,
    }  # fmt: skip
    return json.dumps({"@timestamp": when.isoformat().replace("+00:00", "Z"), "winlog": winlog})


def logon(when: datetime, machine: str, account: int, address: str, session: int) -> str:
    """Write a network logon."""
    return _record(
        when, "Security", _SECURITY, 4624, machine, TargetUserName=f"user{account}", TargetDomainName="CORP",
        TargetUserSid=f"S-1-5-21-1-2-3-{1100 + account}", TargetLogonId=hex(session), LogonType="3", IpAddress=address,
        IpPort="50000", WorkstationName="-", AuthenticationPackageName="Kerberos", SubjectUserName="-",
        SubjectDomainName="-", SubjectUserSid="S-1-0-0", SubjectLogonId="0x0", LogonProcessName="Kerberos",
    )  # fmt: skip


def write_estate(file: Path, *, servers: int, accounts: int, days: int) -> dict[str, Any]:
    """Write an estate's log; give the hop over which the service was installed."""
    lines = [
        logon(BEGIN + timedelta(days=day, minutes=a), f"SRV{s}", a, f"10.0.0.{10 + a}", 0x10000 * (1 + s + day) + a)
        for day in range(days) for a in range(accounts) for s in range(servers)
    ]  # fmt: skip
    at = BEGIN + timedelta(days=days - 1, hours=3)
    lines.append(logon(at, "PC9", 0, "10.0.0.10", 0x990001))
    lines.append(
        _record(
            at + timedelta(seconds=1), "Security", _SECURITY, 4697, "PC9", SubjectUserSid="S-1-5-21-1-2-3-1100",
            SubjectUserName="user0", SubjectDomainName="CORP", SubjectLogonId="0x990001", ServiceName="UPD",
            ServiceFileName="%SystemRoot%\\UPD.exe", ServiceType="0x10", ServiceStartType="3",
            ServiceAccount="LocalSystem",
        )
    )  # fmt: skip
    file.write_text("\n".join(lines) + "\n")
    return {"from": "10.0.0.10", "to": "PC9", "user": "user0", "logons": servers * accounts * days + 1}
