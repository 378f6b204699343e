"""What `msticpy.sectools.vtlookup` has for VirusTotal; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.intel.vtlookup import VTLookup

__all__ = [
    "VTLookup",
]
