"""The table from Windows event id to facts, in the one form every Windows loader brings an event into."""

from __future__ import annotations

from graphhunt.model import Fact, Rejected, Skipped

from . import _windows_accounts as accounts
from . import _windows_applocker as applocker
from . import _windows_directory as directory
from . import _windows_object as objects
from . import _windows_policy as policy
from . import _windows_powershell as powershell
from . import _windows_process as process
from . import _windows_remote as remote
from . import _windows_security as security
from . import _windows_smb as smb
from . import _windows_sysmon as sysmon
from . import _windows_system as system
from ._windows_event import Event, Handler

HANDLERS: dict[tuple[str, int], Handler] = {
    **security.HANDLERS,
    **process.HANDLERS,
    **objects.HANDLERS,
    **sysmon.HANDLERS,
    **system.HANDLERS,
    **powershell.HANDLERS,
    **remote.HANDLERS,
    **smb.HANDLERS,
    **applocker.HANDLERS,
    **accounts.HANDLERS,
    **policy.HANDLERS,
    **directory.HANDLERS,
}
"""Every mapped event, by short channel name and event id."""

_NO_TIME = Rejected("no usable event time")
_OTHER = Skipped("unmapped: other channel")


def outcome(event: Event) -> list[Fact] | Skipped | Rejected:
    """Give what an event says: its facts, or why there are none.

    Reasons are a small set (channel and id), as a load counts them.
    """
    handler = HANDLERS.get((event.channel, event.id))
    if handler is None:
        return _unmapped(event)
    if event.channel == "Sysmon":
        sysmon.correct_time(event)
    if event.time is None:
        return _NO_TIME
    return handler(event)


def _unmapped(event: Event) -> Skipped:
    if not event.channel or not 0 <= event.id <= 0xFFFF:
        return _OTHER
    return Skipped(f"unmapped: {event.channel}/{event.id}")
