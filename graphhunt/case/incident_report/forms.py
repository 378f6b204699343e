"""The forms that a report on an incident is saved in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from graphhunt.case.incident_report import html, indicators, markdown, records
from graphhunt.case.incident_report.content import Gathered
from graphhunt.errors import UsageError


class Form(NamedTuple):
    """One form: its media type, the ending of its files, and what writes it."""

    media: str
    suffix: str
    write: Callable[[Gathered], bytes]


def _json(found: Gathered) -> bytes:
    return (json.dumps(found.report, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _archive(found: Gathered) -> bytes:
    if found.report["redacted"]:
        raise UsageError("original records can't be redacted", hint="leave out --redact, or the records")
    return records.archive(found.report, found.raws)


FORMS: Mapping[str, Form] = {
    "html": Form("text/html; charset=utf-8", "html", lambda found: html.page(found.report)),
    "md": Form("text/markdown; charset=utf-8", "md", lambda found: markdown.document(found.report)),
    "json": Form("application/json", "json", _json),
    "csv": Form("text/csv; charset=utf-8", "indicators.csv", lambda found: indicators.as_csv(found.report)),
    "stix": Form("application/stix+json;version=2.1", "stix.json", lambda found: indicators.as_stix(found.report)),
    "zip": Form("application/zip", "records.zip", _archive),
}
"""By name: the whole report, its indicators alone (`csv`, `stix`), or its original records with a manifest (`zip`)."""


def form_named(name: str) -> Form:
    """Give a form.

    Raises:
        UsageError: There is none of that name.
    """
    if name not in FORMS:
        raise UsageError(f"a report has no format '{name}'", hint="valid: " + ", ".join(FORMS))
    return FORMS[name]
