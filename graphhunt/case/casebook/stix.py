"""A case report as a STIX 2.1 bundle, for threat intelligence platforms.

Source: STIX Version 2.1, OASIS Standard, 10 June 2021. Identifiers are made of what they stand for, so that the
same case exported again updates what an earlier bundle brought.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphhunt.case.casebook.stix_objects import indicator_of, name_id, object_of
from graphhunt.case.casebook.stix_own import definitions, own_object
from graphhunt.case.casebook.wording import named, target

Object = dict[str, Any]

_LABELLED = {"verdict": "verdict", "tag": "tag"}


def document(report: Mapping[str, Any]) -> bytes:
    """Write a report (as `case_report` gives it, times as text) as the JSON of a bundle."""
    return json.dumps(bundle(report), indent=1).encode()


def bundle(report: Mapping[str, Any]) -> Object:
    """Give the bundle: the report object, what it is about, what was written and the pinned records.

    Entities that STIX has no object for are named in the report's description.
    """
    found = {(e["kind"], e["id"]): made for e in report["entities"] if (made := object_of(e) or own_object(e))}
    report_id = name_id("report", report["case"]["id"])
    parts = [
        *_authors(report), *definitions(found.values()), *found.values(), *_indicators(report, found),
        *_relationships(report, found), *_notes(report, found, report_id), *_records(report),
    ]  # fmt: skip
    objects = {part["id"]: part for part in parts}
    whole = _report(
        report, report_id, list(objects), [e for e in report["entities"] if (e["kind"], e["id"]) not in found]
    )
    return {"type": "bundle", "id": name_id("bundle", report["case"]["id"], report["written"]),
            "objects": [*objects.values(), whole]}  # fmt: skip


def _domain_object(kind: str, key: tuple[str, ...], created: str, modified: str, author: str, **more: Any) -> Object:
    return {
        "type": kind, "spec_version": "2.1", "id": name_id(kind, *key), "created": created, "modified": modified,
        "created_by_ref": name_id("identity", "author", author), **more,
    }  # fmt: skip


def _report(report: Mapping[str, Any], key: str, refs: list[str], left_out: list[Mapping[str, Any]]) -> Object:
    case = report["case"]
    lines = [case["description"], *report["limits"]]
    if left_out:
        lines.append("Not expressed in STIX: " + ", ".join(f"{e['kind']} {named(e)}" for e in left_out) + ".")
    made = _domain_object(
        "report", (case["id"],), case["created"], case["changed"], case["author"],
        name=case["title"], published=report["written"], report_types=["observed-data"], object_refs=refs,
    )  # fmt: skip
    text = "\n".join(filter(None, lines))
    return {**made, "id": key} | ({"description": text} if text else {})


def _authors(report: Mapping[str, Any]) -> Iterator[Object]:
    """Give an identity for everybody who wrote in the case."""
    names = {report["case"]["author"]: report["case"]["created"]}
    for item in report["items"]:
        names.setdefault(item["author"], item["created"])
    for name, since in names.items():
        yield {
            "type": "identity", "spec_version": "2.1", "id": name_id("identity", "author", name),
            "created": since, "modified": since, "name": name or "unknown", "identity_class": "individual",
        }  # fmt: skip


def _indicators(report: Mapping[str, Any], found: Mapping[tuple[str, str], Object]) -> Iterator[Object]:
    """Give a pattern for each thing held malicious that others could look for."""
    for item in report["items"]:
        made = found.get((item["kind"], item["entity_id"]))
        if item["type"] != "verdict" or item["body"]["verdict"] != "malicious" or item["relation"] or not made:
            continue
        if pattern := indicator_of(made):
            yield _domain_object(
                "indicator", (item["id"],), item["created"], item["changed"], item["author"],
                pattern=pattern, pattern_type="stix", valid_from=item["created"],
                indicator_types=["malicious-activity"],
            )  # fmt: skip


def _relationships(report: Mapping[str, Any], found: Mapping[tuple[str, str], Object]) -> Iterator[Object]:
    case = report["case"]
    for event in report["timeline"]:
        ends = [found.get((ref["kind"], ref["id"])) for ref in (event["start_ref"], event["end_ref"])]
        if not ends[0] or not ends[1]:
            continue
        made = _domain_object(
            "relationship", (case["id"], event["relation"], event["relationship_id"]), case["created"],
            case["changed"], case["author"], relationship_type=event["relation"].lower().replace("_", "-"),
            source_ref=ends[0]["id"], target_ref=ends[1]["id"],
        )  # fmt: skip
        if event["start"]:
            made["start_time"] = event["start"]
            if event.get("end") and event["end"] > event["start"]:  # the standard wants it later
                made["stop_time"] = event["end"]
        yield made


def _notes(report: Mapping[str, Any], found: Mapping[tuple[str, str], Object], whole: str) -> Iterator[Object]:
    """Give notes, verdicts, tags and aliases as notes on what they are about; the rest is about the report."""
    for item in report["items"]:
        content, body = None, item["body"]
        if item["type"] == "note":
            content = body["text"]
        elif item["type"] == "verdict":
            content = f"Verdict: {body['verdict']}. {body['reason']}".strip()
        elif item["type"] in ("tag", "alias"):
            content = f"{item['type'].capitalize()}: {body[item['type']]}"
        if content is None:
            continue
        about = found.get((item["kind"], item["entity_id"]))
        label = _LABELLED.get(item["type"])
        yield _domain_object(
            "note", (item["id"],), item["created"], item["changed"], item["author"], authors=[item["author"]],
            content=content if about or not item["kind"] else f"{target(item)}: {content}",
            object_refs=[about["id"] if about else whole],
            **({"labels": [f"{label}:{body[label]}"]} if label else {}),
        )  # fmt: skip


def _records(report: Mapping[str, Any]) -> Iterable[Object]:
    """Give each pinned record as an artifact, with when it was observed."""
    case = report["case"]
    for record in report["records"]:
        payload = str(record["record"]).encode("utf-8", "surrogatepass")
        artifact = {
            "type": "artifact", "spec_version": "2.1", "id": name_id("artifact", record["event_id"]),
            "mime_type": "application/json" if payload[:1] in (b"{", b"[") else "text/plain",
            "payload_bin": base64.b64encode(payload).decode(),
        }  # fmt: skip
        yield artifact
        if record.get("time"):
            yield _domain_object(
                "observed-data", (record["event_id"],), case["created"], case["changed"], case["author"],
                first_observed=record["time"], last_observed=record["time"], number_observed=1,
                object_refs=[artifact["id"]],
            )  # fmt: skip
