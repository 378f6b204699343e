"""The rows that methods give: one class per kind of row, whose fields are the columns of its table, in order.

A field `child_md5` is the column `ChildMd5`. Times are microseconds UTC in the graph and aware datetimes here.
What the telemetry doesn't say is None.
"""

from __future__ import annotations

from graphhunt.entities.rows.account_change import AccountChange
from graphhunt.entities.rows.action import Action
from graphhunt.entities.rows.address_row import AddressRow
from graphhunt.entities.rows.alert_row import AlertRow
from graphhunt.entities.rows.attack_path import AttackPath
from graphhunt.entities.rows.block import Block
from graphhunt.entities.rows.connection import Connection
from graphhunt.entities.rows.detection import Detection
from graphhunt.entities.rows.domain_row import DomainRow
from graphhunt.entities.rows.evidence import Evidence
from graphhunt.entities.rows.execution import Execution
from graphhunt.entities.rows.file_action import FileAction
from graphhunt.entities.rows.file_row import FileRow
from graphhunt.entities.rows.incident import Incident
from graphhunt.entities.rows.logon_session import LogonSession
from graphhunt.entities.rows.machine_row import MachineRow
from graphhunt.entities.rows.marked import Marked
from graphhunt.entities.rows.neighbour import Neighbour
from graphhunt.entities.rows.process_row import ProcessRow
from graphhunt.entities.rows.registry_action import RegistryAction
from graphhunt.entities.rows.remote_logon import RemoteLogon
from graphhunt.entities.rows.row import Column, Row, columns, moment
from graphhunt.entities.rows.timeline_row import TimelineRow
from graphhunt.entities.rows.tree_execution import TreeExecution
from graphhunt.entities.rows.user_row import UserRow

__all__ = [
    "AccountChange", "Action", "AddressRow", "AlertRow", "AttackPath", "Block", "Column", "Connection", "Detection",
    "DomainRow",
    "Evidence", "Execution", "FileAction", "FileRow", "Incident", "LogonSession", "MachineRow", "Marked", "Neighbour",
    "ProcessRow", "RegistryAction", "RemoteLogon", "Row", "TimelineRow", "TreeExecution", "UserRow", "columns",
    "moment",
]  # fmt: skip
