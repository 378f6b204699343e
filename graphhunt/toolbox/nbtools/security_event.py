"""What `msticpy.nbtools.security_event` has for events; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.security_event import SecurityEvent

__all__ = [
    "SecurityEvent",
]
