"""Windows events whose values come without names."""

from __future__ import annotations

from typing import Any

from graphhunt.model import Rejected

from .. import _values as v
from .. import _windows_templates as templates
from .._windows_flat import event_id


def data(number: object, provider: object, version: object, values: list[Any]) -> dict[str, Any] | Rejected:
    """Name an event's values by its template; rejected where none has as many.

    Args:
        number: The event id.
        provider: The event's provider.
        version: Version of its template.
        values: Its values in order.
    """
    code, made = event_id(number), v.number(version) or 0
    named = templates.names((v.text(provider) or "").lower(), code or 0, made, len(values))
    if named is None:
        return Rejected(
            f"no template for this event: {_short(provider)}/{code} version {made} with {len(values)} values"
        )
    return dict(zip(named, values, strict=True))


def _short(provider: object) -> str:
    name = (v.text(provider) or "?")[:64]
    return "Security" if name.lower() == "microsoft-windows-security-auditing" else name
