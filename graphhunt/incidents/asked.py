"""What questions about incidents can be asked, and the setting that names inner networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.incidents.by_hand import ties_of
from graphhunt.incidents.find import Options
from graphhunt.incidents.networks import Networks
from graphhunt.incidents.stated_networks import stated_of
from graphhunt.questions.parameter import Parameter
from graphhunt.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graphhunt.incidents.tables import Tables

NETWORKS = Parameter("networks", "list[str]", help="inner networks beside those of the setting and of the records")
CUT = Parameter("cut", "list[str]", help="ids of inferred joins that don't hold")


def inner_networks(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the inner networks of the setting and of bound parameters."""
    stated = load_settings().inner_networks.split(",")
    return tuple(dict.fromkeys(text.strip() for text in [*stated, *(given.get("networks") or ())] if text.strip()))


def options(given: Mapping[str, Any], workspace: Path) -> Options:
    """Read what is asked from bound parameters, and the links by hand of a workspace.

    Raises:
        DamageError: The casebook can't be read.
    """
    cut = tuple(sorted(given.get("cut") or ()))
    return Options(
        since=given.get("since"), until=given.get("until"), networks=inner_networks(given), cut=cut,
        ties=ties_of(workspace), stated=stated_of(workspace),
    )  # fmt: skip


def networks_of(tables: Tables, given: Mapping[str, Any], workspace: Path) -> Networks:
    """Give the networks of a workspace, with those of the setting, of bound parameters, and what analysts stated.

    Raises:
        DamageError: The casebook can't be read.
    """
    return Networks(tables, inner_networks(given), stated_of(workspace))
