r"""The entities under the names of the library whose documents they follow: `from graphhunt import TH`.

    TH.User(users="MYDOMAIN\myusername", client_id="000000", period=TH.Core.period.TimePeriod.last(days=7))

The classes are those of `graphhunt` itself.
"""

from __future__ import annotations

from graphhunt.entities import IP, Alert, Client, Domain, File, Histogram, Machine, Process, TimePeriod, User
from graphhunt.entities.collection import Collection as THCollection
from graphhunt.entities.rows import Block, Connection
from graphhunt.entities.rows import Detection as Detect
from graphhunt.entities.rows import RegistryAction as Registry
from graphhunt.TH import Core

__all__ = [
    "IP", "Alert", "Block", "Client", "Connection", "Core", "Detect", "Domain", "File", "Histogram", "Machine",
    "Process", "Registry", "THCollection", "TimePeriod", "User",
]  # fmt: skip
