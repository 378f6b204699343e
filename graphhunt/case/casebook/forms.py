"""The forms that a case report is saved in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from graphhunt.case.casebook import html, markdown, stix
from graphhunt.case.casebook.html import POLICY

__all__ = ["FORMS", "POLICY", "Form"]


class Form(NamedTuple):
    """One form: its media type, the ending of its files, and what writes it."""

    media: str
    suffix: str
    write: Callable[[Mapping[str, Any]], bytes]


FORMS = {
    "html": Form("text/html; charset=utf-8", "html", html.page),
    "markdown": Form("text/markdown; charset=utf-8", "md", markdown.document),
    "stix": Form("application/stix+json;version=2.1", "stix.json", stix.document),
}
"""By the name a caller asks for."""
