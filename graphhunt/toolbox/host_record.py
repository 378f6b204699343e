"""What syslog and heartbeats say of a machine: `create_host_record` under msticpy's name. Nothing is looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_HOST = {
    "HostName": ("Computer", "HostName"), "OSType": ("OSType",), "OSName": ("OSName",),
    "OSVMajorVersion": ("OSMajorVersion", "OSVMajorVersion"), "OSVMinorVersion": ("OSMinorVersion", "OSVMinorVersion"),
    "ComputerEnvironment": ("ComputerEnvironment",), "OmsSolutions": ("Solutions",), "SourceComputerId":
    ("SourceComputerId",), "Resource": ("Resource",), "SubscriptionId": ("SubscriptionId",), "VMUUID": ("VMUUID",),
}  # fmt: skip
_PLACE = {"CountryCode": "RemoteIPCountry", "Latitude": "RemoteIPLatitude", "Longitude": "RemoteIPLongitude"}


def create_host_record(
    syslog_df: pd.DataFrame, heartbeat_df: pd.DataFrame, az_net_df: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Describe a machine by its newest heartbeat, its syslog and its network records.

    Args:
        syslog_df: Its syslog; the applications that wrote there are listed.
        heartbeat_df: Its heartbeats; may be empty.
        az_net_df: Its network flows; the addresses are listed as they are, without a key for any geographic service.

    Returns:
        A dictionary: `HostName`, operating system, `Applications`, `Location` (as the heartbeat states it),
        `IpAddresses` (private and public); what isn't known is left out.
    """
    newest = _newest(heartbeat_df)
    record = {name: value for name, columns in _HOST.items() if (value := _first(newest, columns)) is not None}
    if "HostName" not in record and len(syslog_df):
        record["HostName"] = _first(_newest(syslog_df), ("Computer", "HostName"))
    if "OmsSolutions" in record:
        record["OmsSolutions"] = [part.strip() for part in str(record["OmsSolutions"]).split(",")]
    record["Applications"] = _distinct(syslog_df, ("ProcessName", "Facility"))
    place = {name: newest[column] for name, column in _PLACE.items() if newest.get(column) is not None}
    if place:
        record["Location"] = place
    addresses = _addresses(heartbeat_df, ("ComputerIP", "PrivateIPs")) if heartbeat_df is not None else []
    if az_net_df is not None:
        addresses += _addresses(az_net_df, ("VMIPAddress", "PublicIPs", "AllExtIPs"))
    record["IpAddresses"] = list(dict.fromkeys(addresses))
    return record


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
