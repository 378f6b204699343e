"""What alerts and events have in common: their entities, and the parameters of queries about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.svg import escape
from graphhunt.toolbox.entities import Account, Entity, Host, OSFamily, Process
from graphhunt.toolbox.entities.plain_form import known

if TYPE_CHECKING:
    import pandas as pd

_IDS = (
    "AzSubscriptionId", "AzResourceId", "WorkspaceId", "AgentId", "TenantId", "SourceComputerId", "ResourceId",
    "WorkspaceSubscriptionId", "WorkspaceResourceGroup", "ProviderAlertId", "SystemAlertId",
)  # fmt: skip
_AROUND = timedelta(days=1)
"""How far from an alert or event its queries look."""


def kql_text(value: object) -> str:
    """Write a value as a string of KQL, quoted so that nothing in it ends the string."""
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


class SecurityBase:
    """An alert or event: its columns as attributes and items, its entities, and what queries about it need.

    Args:
        src_row: The row: a dictionary, a row of a frame, or what a subclass says beside these. Columns are read as
            attributes too; a name that is none raises AttributeError.
    """

    def __init__(self, src_row: Any = None) -> None:
        self._source = self._columns(src_row)
        self._entities: list[Entity] = []
        self._ids = {name: self._source[name] for name in _IDS if known(self._source.get(name)) is not None}

    @staticmethod
    def _columns(src_row: Any) -> dict[str, Any]:
        """Give the columns of a row.

        Raises:
            UsageError: It isn't one.
        """
        try:
            row = {} if src_row is None else dict(src_row)
        except (TypeError, ValueError):
            raise UsageError(f"a row is wanted, and this is a {type(src_row).__name__}") from None
        return {str(name): value for name, value in row.items()}

    def __getattr__(self, name: str) -> Any:
        """Give a column as an attribute; AttributeError for a name that is no column."""
        source = vars(self).get("_source", {})
        if name in source:
            return source[name]
        raise AttributeError(f"{type(self).__name__} has no column or attribute {name!r}")

    def __getitem__(self, key: str) -> Any:
        """Give a column; KeyError for a name that is none."""
        return self._source[key]

    def __contains__(self, key: object) -> bool:
        """Tell whether there is a column of a name."""
        return key in self._source

    def __iter__(self) -> Iterator[str]:
        """Give the names of the columns."""
        return iter(self._source)

    def __str__(self) -> str:
        lines = [f"{name}: {value}" for name, value in self._source.items()]
        return "\n".join([*lines, *(str(entity) for entity in self.entities)])

    @property
    def entities(self) -> list[Entity]:
        """The entities that it tells of."""
        return list(self._entities)

    @property
    def properties(self) -> Mapping[str, Any]:
        """Its columns."""
        return dict(self._source)

    @property
    def ids(self) -> dict[str, Any]:
        """Those of its columns that are ids."""
        return dict(self._ids)

    def get_entities_of_type(self, entity_type: str) -> list[Entity]:
        """Give its entities of a kind, by the name that alerts or classes have for it."""
        kind = Entity.ENTITY_NAME_MAP.get(entity_type.lower())
        return [entity for entity in self.entities if kind is not None and type(entity) is kind]

    def get_all_entities(self) -> pd.DataFrame:
        """Give its entities as a frame of `EntityType`, `EntityName` and the `Entity` itself."""
        import pandas as pd

        rows = [(entity.Type, entity.name_str, entity) for entity in self.entities]
        return pd.DataFrame(rows, columns=["EntityType", "EntityName", "Entity"])

    @property
    def primary_host(self) -> Host | None:
        """The machine that it is about; None if it names none."""
        return next((entity for entity in self.entities if isinstance(entity, Host)), None)

    @property
    def primary_account(self) -> Account | None:
        """The account that it is about; None if it names none."""
        return next((entity for entity in self.entities if isinstance(entity, Account)), None)

    @property
    def primary_process(self) -> Process | None:
        """The process that it is about: the first whose parent is known, else the first; None if it names none."""
        found = [entity for entity in self.entities if isinstance(entity, Process)]
        return next((process for process in found if process.ParentProcess), found[0] if found else None)

    @property
    def hostname(self) -> str | None:
        """The name of the machine, without its domain."""
        return self.primary_host.HostName if self.primary_host else None

    @property
    def computer(self) -> str | None:
        """The full name of the machine, as far as it is known."""
        return self.primary_host.computer if self.primary_host else None

    @property
    def is_in_workspace(self) -> bool:
        """Whether it comes from a Log Analytics workspace's agent."""
        return "WorkspaceId" in self._ids and "AgentId" in self._ids

    @property
    def is_in_log_analytics(self) -> bool:
        """Whether it comes from a machine of a Log Analytics workspace."""
        return "TenantId" in self._ids

    @property
    def is_in_azure_sub(self) -> bool:
        """Whether it comes from a machine of an Azure subscription."""
        return "AzSubscriptionId" in self._ids and "AzResourceId" in self._ids

    @property
    def os_family(self) -> str:
        """`Linux` if an entity says so, else `Windows`."""
        families = {getattr(entity, "OSFamily", None) for entity in self.entities}
        return "Linux" if families & {OSFamily.Linux, "Linux"} else "Windows"

    @property
    def path_separator(self) -> str:
        """What stands between the parts of a path there."""
        return "/" if self.os_family == "Linux" else "\\"

    @property
    def data_family(self) -> str:
        """The family of queries that fits: `WindowsSecurity` or `LinuxSecurity`."""
        return f"{self.os_family}Security"

    @property
    def data_environment(self) -> str:
        """The environment that it comes from: `LogAnalytics`, else `Kusto`."""
        return "LogAnalytics" if self.is_in_log_analytics else "Kusto"

    @property
    def origin_time(self) -> Any:
        """When it happened, as a UTC time of pandas; None if it doesn't say."""
        columns = ("StartTimeUtc", "TimeGenerated", "TimeCreatedUtc", "StartTime")
        said = (known(self._source.get(name)) for name in columns)
        value = next((time for time in said if time is not None), None)
        return None if value is None else _utc(value)

    def get_logon_id(self, account: Account | None = None) -> str | int | None:
        """Give the id of the session: of an account if one is given, else of the first session or account."""
        for session in self.get_entities_of_type("hostlogonsession"):
            if account is None or session["Account"] == account:
                return known(session["SessionId"])  # type: ignore[no-any-return]
        if account is not None:
            return account.LogonId
        said = (entity.LogonId for entity in self.entities if isinstance(entity, Account))
        return next((found for found in said if found is not None), None)

    def subscription_filter(self, operator: str = "==") -> str:
        """Give a KQL clause for what it comes from; `true` where nothing is to be filtered."""
        if self.is_in_log_analytics:
            return "true"
        if self.is_in_azure_sub:
            return f"AzureResourceSubscriptionId {operator} {kql_text(self._ids['AzSubscriptionId'])}"
        return f"WorkspaceId {operator} {kql_text(self._ids['WorkspaceId'])}" if self.is_in_workspace else "true"

    def host_filter(self, operator: str = "==") -> str | None:
        """Give a KQL clause for its machine; None if it names none."""
        if self.computer:
            return f"Computer {'=~' if operator == '==' else '!~'} {kql_text(self.computer)}"
        for there, name in (("SourceComputerId", "SourceComputerId"), ("AzureResourceId", "AzResourceId")):
            if name in self._ids:
                return f"{there} {operator} {kql_text(self._ids[name])}"
        return f"AgentId {operator} {kql_text(self._ids['AgentId'])}" if "AgentId" in self._ids else None

    @property
    def query_params(self) -> dict[str, Any]:
        """The parameters of queries that it says, by name; None for what it doesn't say."""
        host, account, process, origin = self.primary_host, self.primary_account, self.primary_process, self.origin_time
        return {
            "hostname": host.HostName if host else None,
            "host_name": host.fqdn if host else None,
            "host_name_short": host.HostName if host else None,
            "host_filter_eq": self.host_filter("=="),
            "host_filter_neq": self.host_filter("!="),
            "subscription_filter": self.subscription_filter(),
            "account_name": account.Name if account else None,
            "process_name": process.ProcessFilePath if process else None,
            "process_id": process.ProcessId if process else None,
            "logon_session_id": self.get_logon_id(),
            "path_separator": self.path_separator,
            "data_family": self.data_family,
            "data_environment": self.data_environment,
            "start": None if origin is None else origin - _AROUND,
            "end": None if origin is None else origin + _AROUND,
        }

    def to_html(self, show_entities: bool = False) -> str:
        """Give it as HTML: its columns as a table, and its entities if they are wanted; everything is escaped."""
        rows = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in self._shown())
        shown = [f"<li>{entity.to_html()}</li>" for entity in self.entities] if show_entities else []
        return f"<table>{rows}</table>" + (f"<h3>Entities</h3><ul>{''.join(shown)}</ul>" if shown else "")

    def _shown(self) -> Iterator[tuple[str, Any]]:
        """Give the columns that have a value; entities are shown by themselves."""
        for name, value in self._source.items():
            if name != "Entities" and known(value) is not None:
                yield name, value

    def _repr_html_(self) -> str:
        return self.to_html()


def _utc(value: Any) -> Any:
    """Give a time as pandas has it, in UTC; None if it isn't one."""
    import pandas as pd

    try:
        found = pd.Timestamp(value)
    except (ValueError, TypeError):
        return None
    return found.tz_localize("UTC") if found.tzinfo is None else found.tz_convert("UTC")
