"""The objects an analyst holds: accounts, machines, processes, files, addresses, names, alerts and tenants.

    from graphhunt.entities import Machine, TimePeriod
    Machine(name="WORKSTATION6").get_communications(port="HTTP").df

An entity stands for one or several nodes. Its questions give lazy collections of typed rows, each made by one
query of the library (`collection.cypher`, `collection.params`). What the graph doesn't have gives an empty
result; a value that a parameter can't have is a `UsageError` that lists the valid ones.
"""

from __future__ import annotations

from graphhunt.entities.alert import Alert
from graphhunt.entities.client import Client
from graphhunt.entities.collection import Collection
from graphhunt.entities.domain import Domain
from graphhunt.entities.file import File
from graphhunt.entities.histogram import Histogram, HistogramResult
from graphhunt.entities.ip import IP
from graphhunt.entities.kinds import entity_class
from graphhunt.entities.machine import Machine
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.process import Process
from graphhunt.entities.subgraph import Subgraph
from graphhunt.entities.user import User

__all__ = [
    "IP", "Alert", "Client", "Collection", "Domain", "File", "Histogram", "HistogramResult", "Machine", "Process",
    "Subgraph", "TimePeriod", "User", "entity_class",
]  # fmt: skip
