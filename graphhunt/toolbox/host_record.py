"""What syslog and heartbeats say of a machine: `create_host_record` under msticpy's name. Nothing is looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.toolbox.entities import GeoLocation, Host, IpAddress

if TYPE_CHECKING:
    import pandas as pd

_NAMES = ("Computer", "HostName")
_HOST = {
    "OSType": ("OSType",), "OSName": ("OSName",), "OSVMajorVersion": ("OSMajorVersion", "OSVMajorVersion"),
    "OSVMinorVersion": ("OSMinorVersion", "OSVMinorVersion"), "ComputerEnvironment": ("ComputerEnvironment",),
    "SourceComputerId": ("SourceComputerId",), "Resource": ("Resource",), "SubscriptionId": ("SubscriptionId",),
    "VMUUID": ("VMUUID",),
}  # fmt: skip
_PLACE = {"CountryCode": "RemoteIPCountry", "Latitude": "RemoteIPLatitude", "Longitude": "RemoteIPLongitude"}


def create_host_record(
    syslog_df: pd.DataFrame, heartbeat_df: pd.DataFrame, az_net_df: pd.DataFrame | None = None
) -> Host:
    """Describe a machine by its newest heartbeat, its syslog and its network records.

    Args:
        syslog_df: Its syslog; the applications that wrote there are listed.
        heartbeat_df: Its heartbeats; may be empty.
        az_net_df: Its network flows; the addresses are listed as they are, without a key for any geographic service.

    Returns:
        The machine, with its name, operating system, `Applications`, `IpAddresses` (private and public) and, as
        `IPAddress`, the first of them with the `Location` that the heartbeat states. `properties` lists what is known.
    """
    newest = _newest(heartbeat_df)
    host = Host(src_event={"Computer": _first(newest, _NAMES) or _first(_newest(syslog_df), _NAMES)})
    for name, columns in _HOST.items():
        if (value := _first(newest, columns)) is not None:
            host[name] = value
    host["OSFamily"] = newest.get("OSType")
    if solutions := newest.get("Solutions"):
        host["OmsSolutions"] = [part.strip() for part in str(solutions).split(",")]
    host["Applications"] = _distinct(syslog_df, ("ProcessName", "Facility"))
    addresses = _addresses(heartbeat_df, ("ComputerIP", "PrivateIPs")) if heartbeat_df is not None else []
    if az_net_df is not None:
        addresses += _addresses(az_net_df, ("VMIPAddress", "PublicIPs", "AllExtIPs"))
    host["IpAddresses"] = list(dict.fromkeys(addresses))
    if addresses:
        place = {name: newest[column] for name, column in _PLACE.items() if newest.get(column) is not None}
        host["IPAddress"] = IpAddress(Address=addresses[0], Location=GeoLocation(**place) if place else None)
    return host


def _newest(frame: pd.DataFrame | None) -> dict[str, Any]:
    """Give the newest row without its nulls."""
    if frame is None or frame.empty:
        return {}
    row = frame.sort_values("TimeGenerated", kind="stable").iloc[-1] if "TimeGenerated" in frame else frame.iloc[-1]
    return {str(name): value for name, value in row.dropna().items()}


def _first(row: dict[str, Any], columns: tuple[str, ...]) -> Any:
    return next((row[name] for name in columns if name in row), None)


def _distinct(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    column = next((name for name in columns if name in frame), None)
    return [] if column is None else sorted(frame[column].dropna().astype(str).unique())


def _addresses(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """List the addresses of columns that hold one, several with commas, or lists."""
    found: list[str] = []
    for name in columns:
        for cell in frame.get(name, ()):
            many = cell if isinstance(cell, list | tuple | set) else str(cell).strip("[]").replace("'", "").split(",")
            found += [
                text for one in many if (text := str(one).strip()) and text.lower() not in {"nan", "none", "<na>"}
            ]
    return found
