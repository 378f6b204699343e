"""Well-known accounts of Windows, and the kinds of account.

Source: Microsoft, "Well-known SIDs" and "Service accounts"; names in the languages Windows writes them.
"""

from __future__ import annotations

import re

_CLOUD_ROLE = re.compile(r"(?:^|:)aws:[^/:]{1,64}/role/")
_SID = re.compile(r"(?:^|:)(S-1-[0-9-]+)(?:@|$)")

LOCAL_DOMAINS = frozenset({".", "localhost"})
"""Domain parts that mean the machine the event happened on."""

_AUTHORITY = frozenset(
    {"nt authority", "nt-autorität", "autorite nt", "autorité nt", "autoridade nt", "authority", "nt-autoritaet"}
)

NO_DOMAIN = LOCAL_DOMAINS | _AUTHORITY | {"", "workgroup", "microsoftaccount", "builtin"}
"""Domain parts that tell of no domain; a local account linked to one of Microsoft's is written `MicrosoftAccount`."""

_NAMES = {
    "S-1-5-18": {"system", "système", "systeme", "local system", "localsystem", "sistema"},
    "S-1-5-19": {"local service", "lokaler dienst", "service local", "servicio local", "servizio locale"},
    "S-1-5-20": {"network service", "netzwerkdienst", "service réseau", "servicio de red", "servizio di rete"},
    "S-1-5-7": {"anonymous logon", "anonymous-anmeldung", "anonymous", "inicio de sesión anónimo"},
    "S-1-5-17": {"iusr"},
}

_KINDS = {
    "S-1-5-18": "system",
    "S-1-5-19": "system",
    "S-1-5-20": "system",
    "S-1-5-7": "anonymous",
    "S-1-5-17": "system",
}
_RESERVED = frozenset({"S-1-5-18", "S-1-5-19", "S-1-5-20"})
"""Their names can't be given to an account; PowerShell writes them with the machine's domain."""

_SERVICE_SIDS = ("S-1-5-80-", "S-1-5-82-", "S-1-5-83-")
_SYSTEM_SIDS = ("S-1-5-90-", "S-1-5-96-", "S-1-5-94-", "S-1-5-32-", "S-1-16-")
_SERVICE_DOMAINS = ("nt service\\", "iis apppool\\", "nt virtual machine\\", "font driver host\\", "window manager\\")


def well_known_sid(sid: str | None, domain: str, name: str) -> str | None:
    """Give the SID of a well-known account from its SID or its names; None for ordinary accounts.

    The SID decides where there is one: SYSTEM acting on the network carries the machine account's name.
    """
    if sid in _KINDS:
        return sid
    if sid and sid != "S-1-0-0":
        return None
    for known, names in _NAMES.items():
        if name in names and (domain in _AUTHORITY or not domain or known in _RESERVED):
            return known
    return None


SYSTEM_LOGONS = ["0x3e3", "0x3e4", "0x3e5", "0x3e6", "0x3e7"]
"""LogonIds that every boot gives to the system's own accounts: SYSTEM, NETWORK SERVICE, LOCAL SERVICE, anonymous."""

WELL_KNOWN_NAMES = {
    "S-1-5-18": "SYSTEM",
    "S-1-5-19": "LOCAL SERVICE",
    "S-1-5-20": "NETWORK SERVICE",
    "S-1-5-7": "ANONYMOUS LOGON",
    "S-1-5-17": "IUSR",
}
"""Display names of the built-in accounts; acting on the network they carry the machine account's name."""


def sid_of(account_id: str) -> str | None:
    """Give the SID in an account's id (between tenant and machine, if any); None for one known by name only."""
    found = _SID.search(account_id)
    return found[1] if found else None


def account_kind(account_id: str, name: str | None) -> str:
    """Classify an account: person, machine, service, system, anonymous, or a role that others take on."""
    sid = sid_of(account_id) or account_id.rsplit(":", 1)[-1]
    lowered = (name or "").lower()
    if sid in _KINDS:
        return _KINDS[sid]
    if sid.startswith(_SYSTEM_SIDS) or lowered.startswith(("dwm-", "umfd-")):
        return "system"
    if sid.startswith(_SERVICE_SIDS) or sid.startswith(_SERVICE_DOMAINS) or lowered == "krbtgt":
        return "service"
    if _CLOUD_ROLE.search(account_id):
        return "role"
    if account_id.endswith(".gserviceaccount.com"):
        return "service"
    return "machine" if lowered.endswith("$") else "person"
