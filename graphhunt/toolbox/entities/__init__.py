"""The entities of alerts and events, under the names and with the properties of Microsoft's alert schema.

Each class is made of a mapping, an event or keywords, and becomes a node of the graph and is made of one:
`Entity.from_graph(node)`, `entity.to_graph()`, `entity.node(hunt)`.
"""

from __future__ import annotations

from graphhunt.toolbox.entities.account import Account, User
from graphhunt.toolbox.entities.alert import Alert
from graphhunt.toolbox.entities.azure_resource import AzureResource
from graphhunt.toolbox.entities.cloud_application import CloudApplication
from graphhunt.toolbox.entities.cloud_logon_session import CloudLogonSession
from graphhunt.toolbox.entities.dns import Dns
from graphhunt.toolbox.entities.entity import Entity, camelcase_property_names
from graphhunt.toolbox.entities.entity_enums import Algorithm, ElevationToken, OSFamily, RegistryHive
from graphhunt.toolbox.entities.file import File
from graphhunt.toolbox.entities.file_hash import FileHash
from graphhunt.toolbox.entities.geo_location import GeoLocation
from graphhunt.toolbox.entities.host import Host, Machine
from graphhunt.toolbox.entities.host_logon_session import HostLogonSession
from graphhunt.toolbox.entities.incident import Incident
from graphhunt.toolbox.entities.iot_device import IoTDevice
from graphhunt.toolbox.entities.ip_address import Ip, IpAddress
from graphhunt.toolbox.entities.mail_cluster import MailCluster
from graphhunt.toolbox.entities.mail_message import MailMessage
from graphhunt.toolbox.entities.mailbox import Mailbox
from graphhunt.toolbox.entities.mailbox_configuration import MailboxConfiguration
from graphhunt.toolbox.entities.malware import Malware
from graphhunt.toolbox.entities.network_connection import NetworkConnection
from graphhunt.toolbox.entities.oauth_application import OAuthApplication
from graphhunt.toolbox.entities.process import Process
from graphhunt.toolbox.entities.registry_key import RegistryKey
from graphhunt.toolbox.entities.registry_value import RegistryValue
from graphhunt.toolbox.entities.security_group import SecurityGroup
from graphhunt.toolbox.entities.service_principal import ServicePrincipal
from graphhunt.toolbox.entities.submission_mail import SubmissionMail
from graphhunt.toolbox.entities.threat_intelligence import Threatintelligence
from graphhunt.toolbox.entities.unknown_entity import UnknownEntity
from graphhunt.toolbox.entities.url import Url

__all__ = [
    "Account", "Alert", "Algorithm", "AzureResource", "CloudApplication", "CloudLogonSession", "Dns", "ElevationToken",
    "Entity", "File", "FileHash", "GeoLocation", "Host", "HostLogonSession", "Incident", "IoTDevice", "Ip", "IpAddress",
    "Machine", "MailCluster", "MailMessage", "Mailbox", "MailboxConfiguration", "Malware", "NetworkConnection",
    "OAuthApplication", "OSFamily", "Process", "RegistryHive", "RegistryKey", "RegistryValue", "SecurityGroup",
    "ServicePrincipal", "SubmissionMail", "Threatintelligence", "UnknownEntity", "Url", "User",
    "camelcase_property_names",
]  # fmt: skip
