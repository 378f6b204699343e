"""What `msticpy.nbtools.security_alert` has for alerts; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.security_alert import SecurityAlert

__all__ = [
    "SecurityAlert",
]
