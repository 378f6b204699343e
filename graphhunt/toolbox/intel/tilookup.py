"""`TILookup`: indicators looked up at several providers at once, under msticpy's names.

Nothing leaves the machine until the setting `intel_enabled` is on; lists of the user's own always work.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.settings import Settings, load_settings
from graphhunt.toolbox._frames import as_str, require_columns
from graphhunt.toolbox.intel.answer import Result, Status, frame_of
from graphhunt.toolbox.intel.asking import Desk, asked_of
from graphhunt.toolbox.intel.catalogue import catalogue, listed, provider_named, ready
from graphhunt.toolbox.intel.result_page import ResultPage
from graphhunt.toolbox.intel.state import State
from graphhunt.toolbox.intel.wire import Wire, require_httpx

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from graphhunt.toolbox.intel.asking import Job, Span
    from graphhunt.toolbox.intel.keys import Keys
    from graphhunt.toolbox.intel.provider import Provider

    Names = str | Sequence[str] | None

SCOPES = ("primary", "secondary", "all")
"""Groups of providers that a look-up may ask."""


class TILookup:
    """Looks indicators up.

    Args:
        primary_providers: Names of those asked by default; all that are ready when not given.
        secondary_providers: Names of those asked with `prov_scope="secondary"` or `"all"`.
        settings: Settings; those in force when not given.
        workspace: Folder that keeps answers and budgets; the workspace of the settings when not given.
        keys: Where keys are; the environment and the settings' file when not given.
        wire: The client.
        state: Answers and budgets, in place of the workspace's.
        own_domains: Domains of one's own beside those of the settings; names in them never leave.
    """

    def __init__(  # noqa: PLR0913 - what tests and callers put in place
        self,
        primary_providers: Sequence[str] | None = None,
        secondary_providers: Sequence[str] | None = None,
        *,
        settings: Settings | None = None,
        workspace: str | Path | None = None,
        keys: Keys | None = None,
        wire: Wire | None = None,
        state: State | None = None,
        own_domains: Sequence[str] = (),
    ) -> None:
        self._settings = settings or load_settings()
        self._keys = keys
        folder = Path(workspace or self._settings.workspace) if workspace or self._settings.workspace else None
        self._state = state or State(folder if folder and folder.is_dir() else None)
        self._desk = Desk(wire or Wire(), self._state, [*listed(self._settings.intel_own_domains), *own_domains])
        self._chosen = (primary_providers, secondary_providers or ())
        self._loaded: dict[str, Provider] = {}
        self._scope: dict[str, str] = {}
        self._off: set[str] = set()
        self.reload_providers()

    def reload_providers(self) -> None:
        """Read keys and lists again; providers that were added by hand go."""
        self._loaded = ready(self._settings, self._keys)
        second = {provider_named(name).name for name in self._chosen[1]}
        first = {provider_named(name).name for name in self._chosen[0] or ()}
        self._scope = {name: "secondary" if name in second else "primary" for name in self._loaded}
        left_out = set() if self._chosen[0] is None else self._loaded.keys() - first - second
        self._off = {name for name in self._loaded if name in left_out}

    reload_provider_settings = reload_providers

    @property
    def loaded_providers(self) -> dict[str, Provider]:
        """Give the providers that are ready, by name."""
        return dict(self._loaded)

    @property
    def configured_providers(self) -> list[str]:
        """List the names of the providers that lists or keys make ready."""
        return list(self._loaded)

    @property
    def available_providers(self) -> list[str]:
        """List the names of all providers there are, ready or not."""
        return list(catalogue())

    @classmethod
    def list_available_providers(cls) -> list[str]:
        """List the names of all providers there are."""
        return list(catalogue())

    @property
    def provider_status(self) -> list[str]:
        """Say for each provider what it is, and whether it is asked."""
        return [f"{name} - {kind.about} ({self._said(name)})" for name, kind in catalogue().items()]

    def _said(self, name: str) -> str:
        if name not in self._loaded:
            return "not configured"
        if name in self._off or not self._may_ask(self._loaded[name]):
            return "disabled"
        return self._scope[name]

    def _may_ask(self, provider: Provider) -> bool:
        return not provider.online or self._settings.intel_enabled

    def provider_usage(self) -> None:
        """Print what each provider that is ready knows, how often it may be asked, and what of today is spent."""
        for name, provider in self._loaded.items():
            spent = self._state.spent(name, provider.limit)
            budget = f"{spent} of {provider.limit.daily} requests today" if provider.online else "asks nobody"
            print(f"{name}: {provider.about}; {', '.join(sorted(provider.kinds))}; {budget}")  # noqa: T201

    def enable_provider(self, providers: str | Iterable[str]) -> None:
        """Ask these providers again."""
        self.set_provider_state(dict.fromkeys(_names(providers) or (), True))

    def disable_provider(self, providers: str | Iterable[str]) -> None:
        """Don't ask these providers."""
        self.set_provider_state(dict.fromkeys(_names(providers) or (), False))

    def set_provider_state(self, prov_dict: Mapping[str, bool]) -> None:
        """Say by name whether providers are asked.

        Raises:
            UsageError: One isn't ready.
        """
        for name, on in prov_dict.items():
            self._ready(name)
            self._off = self._off - {name} if on else self._off | {name}

    def add_provider(self, provider: Provider, name: str | None = None, primary: bool = True) -> None:
        """Add a provider of one's own."""
        known = name or provider.name
        self._loaded[known] = provider
        self._scope[known] = "primary" if primary else "secondary"
        self._off.discard(known)

    def lookup_ioc(  # noqa: PLR0913 - msticpy's parameters
        self,
        ioc: str | None = None,
        ioc_type: str | None = None,
        ioc_query_type: str | None = None,
        providers: Names = None,
        default_providers: Names = None,
        prov_scope: str = "primary",
        *,
        observable: str | None = None,
        show_not_supported: bool = False,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> pd.DataFrame:
        """Look one indicator up.

        Args:
            ioc: The indicator (`observable` is its older name).
            ioc_type: Its kind; told by the text when not given.
            ioc_query_type: What to ask beside the usual, in a provider's own word.
            providers: Names of the providers to ask.
            default_providers: The same, where `providers` names none.
            prov_scope: `primary`, `secondary` or `all`.
            observable: The indicator.
            show_not_supported: Give a row for providers that know nothing of the kind.
            start: Only what was valid (lists) or written (Sentinel) since then; the other providers answer for the
                present whatever is asked.
            end: Likewise, up to then.

        Returns:
            One row a provider, with the documented columns.

        Raises:
            UsageError: There is no indicator, no provider of a name, or asking is switched off.
        """
        text = as_str(ioc if ioc is not None else observable)
        if not text:
            raise UsageError("give an indicator as ioc=")
        asked = asked_of(text, ioc_type, ioc_query_type, _span(start, end))
        chosen = self._asked_providers(providers, default_providers, prov_scope)
        found = self._desk.ask((provider, asked) for provider in chosen)
        return frame_of(found if show_not_supported else _supported(found))

    def lookup_iocs(  # noqa: PLR0913 - msticpy's parameters
        self,
        data: pd.DataFrame | Mapping[str, str] | Iterable[str],
        ioc_col: str | None = None,
        ioc_type_col: str | None = None,
        ioc_query_type: str | None = None,
        providers: Names = None,
        default_providers: Names = None,
        prov_scope: str = "primary",
        *,
        progress: bool = True,
        show_not_supported: bool = False,
        start: datetime | None = None,
        end: datetime | None = None,
        obs_col: str | None = None,
        obs_type_col: str | None = None,
        **kwargs: Any,
    ) -> pd.DataFrame:
        """Look many indicators up.

        Args:
            data: A frame, a dictionary of kinds by indicator, or indicators.
            ioc_col: The frame's column of indicators; `Observable`, `Ioc` or the first when not given.
            ioc_type_col: Its column of kinds; `IoCType` where there is one, else told by the text.
            ioc_query_type: What to ask beside the usual.
            providers: Names of the providers to ask.
            default_providers: The same, where `providers` names none.
            prov_scope: `primary`, `secondary` or `all`.
            progress: Say on standard error how far it is, where asking takes long.
            show_not_supported: Give a row for providers that know nothing of a kind.
            start: Only what was valid (lists) or written (Sentinel) since then; the other providers answer for the
                present whatever is asked.
            end: Likewise, up to then.
            obs_col: Older name of `ioc_col`.
            obs_type_col: Older name of `ioc_type_col`.
            kwargs: None is known; a misspelt one is an error.

        Returns:
            One row for each different indicator and provider, with the documented columns.

        Raises:
            UsageError: A column, provider or parameter isn't known, or asking is switched off.
        """
        if kwargs:
            raise UsageError(f"lookup_iocs has no parameter {next(iter(kwargs))!r}")
        jobs = self._jobs(
            _pairs(data, ioc_col or obs_col, ioc_type_col or obs_type_col), ioc_query_type,
            self._asked_providers(providers, default_providers, prov_scope), _span(start, end),
        )  # fmt: skip
        found = self._desk.ask(jobs, _teller(len(jobs)) if progress else lambda _: None)
        return frame_of(found if show_not_supported else _supported(found))

    lookup_iocs_sync = lookup_iocs

    def leaving(
        self, data: pd.DataFrame | Mapping[str, str] | Iterable[str], ioc_col: str | None = None,
        ioc_type_col: str | None = None, providers: Names = None, prov_scope: str = "primary",
    ) -> pd.DataFrame:  # fmt: skip
        """List what `lookup_iocs` would tell whom, and why some would be kept back; nobody is asked.

        Returns:
            `provider`, `kind`, `value` and `kept_back`, the reason or None.
        """
        chosen = self._asked_providers(providers, None, prov_scope, anyway=True)
        jobs = self._jobs(_pairs(data, ioc_col, ioc_type_col), None, chosen)
        columns = ["provider", "kind", "value", "kept_back"]
        return pd.DataFrame(self._desk.leaving(jobs), columns=columns, dtype=object)

    @classmethod
    def result_to_df(cls, ioc_lookup: pd.DataFrame | Iterable[Result]) -> pd.DataFrame:
        """Give results as a frame with the documented columns; a frame stays one."""
        return ioc_lookup if isinstance(ioc_lookup, pd.DataFrame) else frame_of(ioc_lookup)

    @staticmethod
    def browse_results(data: pd.DataFrame, severities: Sequence[str] | None = None) -> ResultPage:
        """Give results as a page for a notebook, the worst first; everything in it is escaped."""
        return ResultPage(data, severities)

    def close(self) -> None:
        """Close the file of answers and budgets."""
        self._state.close()

    def _jobs(
        self, pairs: Iterable[tuple[str, str | None]], subtype: str | None, chosen: list[Provider],
        span: Span = (None, None),
    ) -> list[Job]:  # fmt: skip
        distinct = dict.fromkeys(asked_of(text, kind, subtype, span) for text, kind in pairs)
        return [(provider, asked) for asked in distinct for provider in chosen]

    def _asked_providers(
        self, providers: Names, default_providers: Names, scope: str, anyway: bool = False
    ) -> list[Provider]:
        """Choose providers: those named, else those of the scope that are on.

        Raises:
            UsageError: A name or scope isn't known, or an online provider is named while asking is switched off.
        """
        if scope not in SCOPES:
            raise UsageError(f"there is no scope {scope!r}", hint="there are " + ", ".join(SCOPES))
        named = _names(providers) or _names(default_providers)
        chosen = [self._ready(name) for name in named or self._loaded if named or self._in_scope(name, scope)]
        allowed = [provider for provider in chosen if anyway or self._may_ask(provider)]
        if named and len(allowed) < len(chosen):
            off = next(provider.name for provider in chosen if not self._may_ask(provider))
            raise UsageError(
                f"{off} isn't asked: threat intelligence is off", hint="switch on the setting intel_enabled"
            )
        if any(provider.online for provider in allowed):
            require_httpx()
        return allowed

    def _in_scope(self, name: str, scope: str) -> bool:
        return name not in self._off and scope in ("all", self._scope[name])

    def _ready(self, name: str) -> Provider:
        if name in self._loaded:
            return self._loaded[name]
        known = provider_named(name).name
        if known not in self._loaded:
            raise UsageError(f"{known} isn't configured", hint="name its keys or lists; see the page on intelligence")
        return self._loaded[known]


def _names(names: str | Iterable[str] | None) -> list[str] | None:
    return None if names is None else [names] if isinstance(names, str) else list(names)


def _span(start: datetime | None, end: datetime | None) -> Span:
    """Give a span of time in µs; a time without a zone is in UTC.

    Raises:
        UsageError: It ends before it begins.
    """
    begin, last = (None if moment is None else int(_utc(moment).timestamp() * 1_000_000) for moment in (start, end))
    if begin is not None and last is not None and last < begin:
        raise UsageError("end is before start")
    return begin, last


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _supported(found: Iterable[Result]) -> list[Result]:
    return [each for each in found if each.status is not Status.NOT_SUPPORTED or _kept(each)]


def _kept(result: Result) -> bool:
    """Tell whether a value was kept back, which a caller has to see."""
    return str(result.answer.details.get("reason", "")).startswith("never sent")


def _pairs(
    data: pd.DataFrame | Mapping[str, str] | Iterable[str], ioc_col: str | None, kind_col: str | None
) -> list[tuple[str, str | None]]:
    if isinstance(data, pd.DataFrame):
        usual = [name for name in ("Observable", "Ioc", "ioc") if name in data.columns]
        column = ioc_col or (usual or list(data.columns))[0]
        kinds = kind_col or next((name for name in ("IoCType", "IocType") if name in data.columns), None)
        require_columns(data, [column, *([kinds] if kinds else [])])
        told = data[kinds].tolist() if kinds else [None] * len(data)
        texts = data[column].tolist()
        return [(t, k if isinstance(k, str) else None) for t, k in zip(texts, told, strict=True) if isinstance(t, str)]
    if isinstance(data, str):
        return [(data, None)]
    pairs = data.items() if isinstance(data, Mapping) else ((text, None) for text in data)
    return [(text, kind) for text, kind in pairs if isinstance(text, str)]


def _teller(total: int) -> Any:
    """Give a function that says on standard error how far a long look-up is."""
    import sys

    def tell(done: int) -> None:
        if done % 100 == 0 and sys.stderr.isatty():
            sys.stderr.write(f"\r{done:,} of {total:,} looked up")

    return tell
