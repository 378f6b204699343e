"""`VTLookup`: indicators looked up at VirusTotal, version 3, under msticpy's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.settings import load_settings
from graphhunt.toolbox._frames import require_columns
from graphhunt.toolbox.intel.asking import Desk, asked_of
from graphhunt.toolbox.intel.catalogue import listed
from graphhunt.toolbox.intel.keys import Keys
from graphhunt.toolbox.intel.provider import part
from graphhunt.toolbox.intel.providers.virustotal import VirusTotal
from graphhunt.toolbox.intel.state import State
from graphhunt.toolbox.intel.wire import Wire, require_httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.settings import Settings
    from graphhunt.toolbox.intel.answer import Result

_VT_TYPES = {
    "ipv4": "ip-address", "ipv6": "ip-address", "dns": "domain", "hostname": "domain", "url": "url",
    "md5_hash": "file", "sha1_hash": "file", "sha256_hash": "file", "file_hash": "file",
}  # fmt: skip
_COLUMNS = (
    "Observable", "IoCType", "Status", "ResponseCode", "RawResponse", "Resource", "SourceIndex", "VerboseMsg",
    "ScanId", "Permalink", "Positives", "MD5", "SHA1", "SHA256", "ResolvedDomains", "ResolvedIPs", "DetectedUrls",
)  # fmt: skip
_HASHES = ("md5", "sha1", "sha256")


class VTLookup:
    """Asks VirusTotal.

    Args:
        vtkey: The key; that of the environment or the file of keys when not given.
        verbosity: 0 says nothing while it works.
        settings: Settings; those in force when not given. Nothing is asked while `intel_enabled` is off.
        wire: The client.
        state: Answers and budgets.

    Raises:
        UsageError: There is no key.
    """

    def __init__(
        self,
        vtkey: str | None = None,
        verbosity: int = 1,
        *,
        settings: Settings | None = None,
        wire: Wire | None = None,
        state: State | None = None,
    ) -> None:
        self._settings = settings or load_settings()
        key = {"key": vtkey} if vtkey else Keys(self._settings.intel_keys or None).of("virustotal", ("key",))
        if key is None:
            raise UsageError("there is no key of VirusTotal", hint="set GRAPHHUNT_INTEL_VIRUSTOTAL_KEY")
        self.verbosity = verbosity
        self._provider = VirusTotal(key)
        self._desk = Desk(wire or Wire(), state or State(), listed(self._settings.intel_own_domains))

    @property
    def supported_ioc_types(self) -> list[str]:
        """List the kinds of indicators that can be looked up."""
        return list(_VT_TYPES)

    @property
    def supported_vt_types(self) -> list[str]:
        """List VirusTotal's kinds."""
        return sorted(set(_VT_TYPES.values()))

    @property
    def ioc_vt_type_mapping(self) -> dict[str, str]:
        """Give VirusTotal's kind by kind of indicator."""
        return dict(_VT_TYPES)

    def lookup_ioc(self, observable: str, ioc_type: str, output: str = "dict") -> pd.DataFrame | list[dict[str, Any]]:
        """Look one indicator up.

        Args:
            observable: The indicator.
            ioc_type: Its kind.
            output: `dict` for a list of rows, anything else for a frame.

        Raises:
            UsageError: Asking is switched off.
        """
        frame = self._looked_up([(observable, ioc_type, 0)])
        return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")] if output == "dict" else frame

    def lookup_iocs(
        self,
        data: pd.DataFrame,
        src_col: str = "Observable",
        type_col: str = "IoCType",
        src_index_col: str = "SourceIndex",
        **kwargs: str,
    ) -> pd.DataFrame:
        """Look the indicators of a frame up.

        Args:
            data: The frame.
            src_col: Its column of indicators.
            type_col: Its column of kinds; told by the text where there is none.
            src_index_col: Its column that a row of results goes back to; the index where there is none.
            kwargs: Columns of a kind by the kind's name (`url="Link"`), in place of `src_col`.

        Raises:
            UsageError: A column isn't there, a kind isn't known, or asking is switched off.
        """
        return self._looked_up(_rows(data, (src_col, type_col, src_index_col), kwargs))

    def _looked_up(self, wanted: list[tuple[str, str | None, Any]]) -> pd.DataFrame:
        if not self._settings.intel_enabled:
            raise UsageError("VirusTotal isn't asked: threat intelligence is off", hint="switch on intel_enabled")
        require_httpx()
        found = self._desk.ask((self._provider, asked_of(text, kind)) for text, kind, _ in wanted)
        rows = [_row(result, index) for result, (_, _, index) in zip(found, wanted, strict=True)]
        return pd.DataFrame(rows, columns=list(_COLUMNS))


def _rows(
    data: pd.DataFrame, columns: tuple[str, str, str], by_kind: Mapping[str, str]
) -> list[tuple[str, str | None, Any]]:
    source, kind, index = columns
    indexes = data[index].tolist() if index in data.columns else data.index.tolist()
    if by_kind:
        unknown = sorted(by_kind.keys() - _VT_TYPES.keys())
        if unknown:
            raise UsageError(f"there is no kind {unknown[0]!r}", hint="there are " + ", ".join(_VT_TYPES))
        require_columns(data, by_kind.values())
        found = [
            (text, name, i)
            for name, column in by_kind.items()
            for text, i in zip(data[column].tolist(), indexes, strict=True)
        ]
    else:
        require_columns(data, [source])
        kinds: list[Any] = data[kind].tolist() if kind in data.columns else [None] * len(data)
        found = list(zip(data[source].tolist(), kinds, indexes, strict=True))
    return [(text, k if isinstance(k, str) else None, i) for text, k, i in found if isinstance(text, str)]


def _row(result: Result, index: Any) -> dict[str, Any]:
    row, details = result.row(), result.answer.details
    data = part(result.answer.raw, "data")
    hashes = {name.upper(): part(data, "attributes", name) for name in _HASHES}
    return {
        "Observable": row["Ioc"], "IoCType": row["IocType"], "Status": result.status.name,
        "ResponseCode": int(row["Result"]), "RawResponse": result.answer.raw, "Resource": row["SafeIoc"],
        "SourceIndex": index, "VerboseMsg": details.get("verbose_msg") or details.get("reason"),
        "ScanId": part(data, "id"), "Permalink": row["Reference"], "Positives": details.get("positives", 0), **hashes,
        "ResolvedDomains": None, "ResolvedIPs": None, "DetectedUrls": None,
    }  # fmt: skip
