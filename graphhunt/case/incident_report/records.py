"""The records a report rests on: each with a number, where it came from, and the hash of its bytes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from graphhunt.errors import DamageError

MOST = 400
"""Most records of one report."""


class Evidence(Protocol):
    """What gives original records."""

    def evidence(self, event_id: str) -> dict[str, Any] | None:
        """Give an original record."""
        ...


def numbered(hunt: Evidence, wanted: Iterable[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Give records with their numbers, and sentences on those that can't be shown.

    Returns:
        For each `number` (E1, E2, …): `kind`, `machine`, `time`, `file`, `position`, `event_id`, `sha256` and `raw`.
    """
    ids = list(dict.fromkeys(wanted))
    found: list[dict[str, Any]] = []
    limits = [f"{MOST} of {len(ids)} records are listed."] if len(ids) > MOST else []
    for event_id in ids[:MOST]:
        try:
            record = hunt.evidence(event_id)
        except DamageError as error:
            limits.append(f"A record is left out: {error.message}.")
            continue
        if record is None:
            limits.append(f"Record {event_id} is no longer in the workspace.")
            continue
        found.append(_numbered(record, len(found) + 1))
    return found, limits


def _numbered(record: Mapping[str, Any], number: int) -> dict[str, Any]:
    raw = str(record["record"])
    return {
        "number": f"E{number}", "kind": record["code"] or record["source"],
        "machine": short_name(record["host"] or ""), "time": record["time"], "file": file_name(record["file"]),
        "position": record["position"], "event_id": record["event_id"],
        "sha256": hashlib.sha256(_bytes(raw)).hexdigest(), "raw": raw,
    }  # fmt: skip


def short_name(host: str) -> str:
    """Give a machine's own name without its domain; an address stays as it is."""
    return host if re.fullmatch(r"[\d.:]*|.*:.*", host) else host.split(".")[0]


def file_name(path: str) -> str:
    """Name a source file and the archives around it, without any folder: they are the analyst's."""
    return "!".join(re.split(r"[/\\]", part)[-1] for part in path.split("!"))


def _bytes(raw: str) -> bytes:
    return raw.encode("utf-8", "surrogatepass")


def archive(report: Mapping[str, Any], raws: Mapping[str, str]) -> bytes:
    """Pack the records of a report as they were loaded, with a manifest, as a zip that the same records always give.

    Args:
        report: The report.
        raws: The records' texts, by event id.
    """
    packed = io.BytesIO()
    listed = []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for record in report["records"]:
            name = f"records/{record['number']}.txt"
            listed.append({"name": name, **{key: record[key] for key in _IN_MANIFEST}})
            _add(out, name, _bytes(raws[record["event_id"]]))
        manifest = {"incident": report["id"], "records": listed}
        _add(out, "manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False).encode("utf-8", "replace"))
    return packed.getvalue()


_IN_MANIFEST = ("number", "kind", "machine", "time", "file", "position", "event_id", "sha256")


def _add(out: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name)  # of 1980, so that only the content decides
    entry.compress_type = zipfile.ZIP_DEFLATED
    out.writestr(entry, content)
