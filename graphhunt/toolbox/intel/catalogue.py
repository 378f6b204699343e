"""Which providers there are, and those that a user's settings make ready."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import graphhunt.toolbox.intel.providers as folder
from graphhunt.errors import UsageError
from graphhunt.toolbox.intel.indicators import read_lists
from graphhunt.toolbox.intel.keys import Keys
from graphhunt.toolbox.intel.providers.local_list import LocalList

if TYPE_CHECKING:
    from graphhunt.settings import Settings
    from graphhunt.toolbox.intel.provider import Provider


@cache
def catalogue() -> dict[str, type[Provider]]:
    """Give every provider's class by its name, the local list first."""
    modules = sorted(module.name for module in iter_modules(folder.__path__))
    found = [import_module(f"{folder.__name__}.{name}").PROVIDER for name in modules]
    return {kind.name: kind for kind in sorted(found, key=lambda kind: (kind.online, kind.name))}


def provider_named(name: str) -> type[Provider]:
    """Give a provider's class by its name, whatever its case.

    Raises:
        UsageError: There is none.
    """
    known = {each.lower(): kind for each, kind in catalogue().items()}
    if name.lower() not in known:
        raise UsageError(f"there is no provider {name!r}", hint="there are " + ", ".join(catalogue()))
    return known[name.lower()]


def listed(text: str) -> list[str]:
    """Give the parts of a setting that commas separate."""
    return [part.strip() for part in text.split(",") if part.strip()]


def ready(settings: Settings, keys: Keys | None = None) -> dict[str, Provider]:
    """Give the providers that can be asked: the local list where lists are named, others where their keys are there.

    Raises:
        UsageError: The file of keys can't be used.
        LoadError: A list can't be read.
    """
    keys = keys or Keys(settings.intel_keys or None)
    found: dict[str, Provider] = {}
    for name, kind in catalogue().items():
        if kind is LocalList:
            lists = [Path(path).expanduser() for path in listed(settings.intel_lists)]
            if lists:
                found[name] = LocalList(read_lists(lists))
            continue
        own = keys.of(name, kind.needs)
        if own is not None:
            found[name] = kind(own)
    return found
