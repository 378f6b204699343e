"""What `msticpy.sectools.iocextract` has for indicators in text; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.iocextract import IoCExtract, IoCPattern, IoCType

__all__ = [
    "IoCExtract",
    "IoCPattern",
    "IoCType",
]
