"""Writes the report on an incident in one of its forms, to a file where one is named."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from graphhunt.case.incident_report.content import Case, gathered
from graphhunt.case.incident_report.forms import form_named
from graphhunt.case.incident_report.redaction import asked
from graphhunt.errors import UsageError


def write_report(
    case: Case,
    incident: str | None = None,
    *,
    format: str = "html",
    redact: str | Iterable[str] = (),
    out: str | Path | None = None,
) -> bytes:
    """Write an incident up, and give what was written.

    Args:
        case: The open workspace.
        incident: Its id, an older id, or the id of one of its acts; None for the first of the list.
        format: Of `forms.FORMS`: `html`, `md`, `json`, `csv`, `stix` or `zip`.
        redact: `names`, `addresses` or both: what is swapped for aliases.
        out: File to write too.

    Raises:
        UsageError: There is no such incident or format, or the file can't be written.
    """
    form = form_named(format)
    written = form.write(gathered(case, incident, asked(redact)))
    if out is not None:
        try:
            Path(out).write_bytes(written)
        except OSError as error:
            raise UsageError(f"can't write {out}: {error.strerror or error}") from error
    return written
