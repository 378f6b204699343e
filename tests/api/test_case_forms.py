"""A case saved as Markdown and as STIX: hostile text stays text, and others can read what was written."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from starlette.testclient import TestClient

from graphhunt.case.casebook import markdown
from graphhunt.case.casebook.stix_objects import object_of
from graphhunt.case.casebook.stix_own import definitions, own_object
from graphhunt.case.casebook.wording import visible
from graphhunt.schema import DERIVED, NODES
from graphhunt.toolbox.intel import read_stix
from tests.api import case
from tests.api.test_cases import BRAVO, CASES, opened, put_in

ID = re.compile(r"^[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
PLAIN = {
    "heading", "paragraph", "inline", "text", "text_special", "code_inline", "softbreak", "fence", "table", "thead",
    "tbody", "tr", "th", "td",
}  # fmt: skip


def tokens(text: str) -> list[Token]:
    """Read Markdown as CommonMark with tables and raw HTML, as most programs do."""
    found = MarkdownIt("commonmark").enable("table").parse(text)
    return [child for token in found for child in (token, *(token.children or []))]


def saved(client: TestClient, key: str, form: str) -> str:
    answer = client.get(f"{CASES}/{key}/report", params={"format": form})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.text


NASTY = [*case.PAYLOADS, "a|b", "\\|<img src=x>", "``` \n<script>", "`<b>`", "| --- |", "# x", "~~~", "\\", "`", "``|`"]


def test_markdown_holds_no_markup_but_its_own(client: TestClient) -> None:
    key = opened(client, "<script>window.__xss=1</script> [x](javascript:1)")
    for payload in NASTY:
        put_in(client, key, {"type": "note", "text": payload}, {"kind": "User", "id": payload.strip() or "x"})
        put_in(
            client, key, {"type": "verdict", "verdict": "unknown", "reason": payload}, {"kind": "URL", "id": payload}
        )
        put_in(client, key, {"type": "tag", "tag": payload[:100]}, BRAVO)
    text = saved(client, key, "markdown")
    found = tokens(text)
    assert {re.sub("_(open|close)$", "", token.type) for token in found} <= PLAIN
    rows = [token for token in found if token.type == "tr_open"]
    cells = [token for token in found if token.type in ("td_open", "th_open")]
    assert len(rows) > 2 * len(NASTY)
    assert len(cells) == sum(7 if token.map and token.map[0] < second_table(text) else 4 for token in rows)
    for sign in ("\u202e", "\u2066", "\u001b"):
        assert sign not in text


def second_table(text: str) -> int:
    return text.split("\n").index("## Verdicts and tags")


@pytest.mark.parametrize("text", [*NASTY, "C:\\Windows\\System32\\cmd.exe /c dir > x", "a_b*c"])
def test_a_reader_of_markdown_sees_the_very_text(text: str) -> None:
    for form in (markdown.code, markdown.escaped):
        wanted = " ".join(visible(text).split())
        shown = "".join(
            t.content for t in tokens(f"x {form(text)} x") if t.type in ("text", "code_inline", "text_special")
        )
        assert shown == f"x {wanted} x"


def test_stix_identifiers_are_those_of_the_standard() -> None:
    # As OASIS's own library (stix2 3.0) makes them.
    file = {"path": "foo.zip", "sha256": "35a01331e9ad96f751278b891b6ea09699806faedfa237d40513d92ad1b7100f"}
    url = "https://example.com/research/index.html"
    cases: list[tuple[str, str, dict[str, str], str]] = [
        ("IP", "198.51.100.3", {}, "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"),
        ("IP", "2001:0db8:85a3:0000:0000:8a2e:0370:7334", {}, "ipv6-addr--85a85a8c-ee99-5722-946d-3c3a3270fc6f"),
        ("Domain", "example.com", {}, "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7"),
        ("URL", url, {}, "url--47c3cf9a-5027-5bf0-997a-017c7edc7c55"),
        ("File", "x", file, "file--5afc677f-25d1-546f-9462-4b322057e862"),
        ("User", "S-1-5-21-1-2-3-1294", {"name": "ada", "domain": "LAB"},
         "user-account--0bf10dc4-aa67-5232-be0a-8498bf86e368"),
        ("RegistryKey", "r", {"path": "hkey_local_machine\\system\\bar\\foo"},
         "windows-registry-key--67c068a7-2c94-526b-8e90-d0f8d96c630f"),
    ]  # fmt: skip
    for kind, key, properties, wanted in cases:
        made = object_of({"kind": kind, "id": key, "label": key, "properties": properties})
        assert made is not None
        assert made["id"] == wanted


def test_stix_has_an_object_for_every_kind_of_telemetry() -> None:
    for kind in NODES:
        entity = {"kind": kind, "id": "9.9.9.9", "label": "x", "properties": {}}
        assert (object_of(entity) or own_object(entity)) is not None or kind in DERIVED, kind


def test_kinds_that_stix_lacks_bring_the_definition_of_their_extension() -> None:
    entities: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("ScheduledTask", {"name": "\\\\Updater", "machine_id": "bravo", "command": "cmd.exe /c x", "search": "no"},
         {"type": "x-graphhunt-scheduled-task", "name": "\\\\Updater", "machine": "bravo",
          "command_line": "cmd.exe /c x"}),
        ("Alert", {"name": "Beacon", "rule": "7", "level": 3, "action": None},
         {"type": "x-graphhunt-alert", "name": "Beacon", "rule": "7", "level": "3"}),
        ("DirectoryObject", {"name": "DEFAULT POLICY", "type": "GPO"},
         {"type": "x-graphhunt-directory-object", "name": "DEFAULT POLICY", "object_type": "GPO"}),
    ]  # fmt: skip
    made = [own_object({"kind": kind, "id": "1", "label": "l", "properties": found}) for kind, found, _ in entities]
    objects = [item for item in made if item is not None]
    author, *given = definitions(objects)
    assert author["type"] == "identity"
    for item, definition, (_, _, wanted) in zip(objects, given, entities, strict=True):
        assert ID.match(item["id"])
        # Section 7.3: the key is the definition's id, and a new kind of observable says that it is one.
        assert item.pop("extensions") == {definition["id"]: {"extension_type": "new-sco"}}
        assert item == {"spec_version": "2.1", "id": item["id"], **wanted}
        # Section 7.2: what a definition must have.
        assert definition["type"] == "extension-definition"
        assert definition["created_by_ref"] == author["id"]
        assert definition["extension_types"] == ["new-sco"]
        assert {"spec_version", "created", "modified", "name", "schema", "version"} <= set(definition)
        assert all(name in definition["schema"] for name in wanted if name != "type")
    assert list(definitions([{"type": "file"}])) == []


def test_a_share_is_the_directory_of_its_network_path_and_a_client_an_organisation() -> None:
    share = object_of({
        "kind": "Share", "id": "bravo|admin$", "label": "ADMIN$",
        "properties": {"name": "ADMIN$", "machine_id": "bravo"},
    })  # fmt: skip
    assert share is not None
    assert (share["type"], share["path"]) == ("directory", "\\\\bravo\\ADMIN$")
    # As OASIS's own library (stix2 3.0) makes it.
    assert share["id"] == "directory--11187b13-4119-5deb-b747-3305c0f010ad"
    client = object_of({"kind": "Client", "id": "acme", "label": "acme", "properties": {"name": "ACME"}})
    assert client is not None
    assert (client["type"], client["name"], client["identity_class"]) == ("identity", "ACME", "organization")


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [("ipv4", "9.9.9.9", ("ip", "9.9.9.9")), ("network", "10.0.0.0/8", ("ip", "10.0.0.0/8")),
     ("dns", "evil.org", ("dns", "evil.org")), ("url", "http://evil.org/it's", ("url", "http://evil.org/it's")),
     ("sha256_hash", "a" * 64, ("sha256_hash", "a" * 64))],
)  # fmt: skip
def test_an_entry_of_a_list_is_an_indicator_that_can_be_read_again(
    kind: str, value: str, read: tuple[str, str]
) -> None:
    found = {"name": value, "kind": kind, "list": "feed", "tlp": "amber", "valid_from": "2026-01-01T00:00:00.000000Z",
             "valid_until": "2026-02-01T00:00:00.000000Z"}  # fmt: skip
    made = object_of({"kind": "Indicator", "id": "i", "label": value, "properties": found})
    assert made is not None
    table, passed = read_stix.table_of([made], "export")
    assert passed == {}
    row = table.to_dicts()[0]
    assert (row["kind"], row["value"]) == read
    assert (row["tlp"], row["valid_from"], row["valid_until"]) == ("amber", found["valid_from"], found["valid_until"])


def test_stix_says_who_was_judged_what_happened_and_what_was_pinned(client: TestClient) -> None:
    key = opened(client)
    address = {"kind": "IP", "id": "9.9.9.9"}
    alpha = {"kind": "Machine", "id": "alpha"}
    remote = client.post(
        "/api/v1/edges/relationships", json={"start": alpha, "relation": "REMOTE_LOGON", "end": BRAVO}
    ).json()["items"][0]
    events = client.get(f"/api/v1/entities/Machine/alpha/relationships/REMOTE_LOGON/{remote['id']}/events").json()
    put_in(client, key, {"type": "verdict", "verdict": "malicious", "reason": "beacon"}, address)
    put_in(client, key, {"type": "note", "text": "from here"}, alpha)
    put_in(client, key, {"type": "tag", "tag": "pivot"}, BRAVO)
    put_in(client, key, {"type": "alias", "alias": "the file server"}, BRAVO)
    put_in(client, key, {"type": "note", "text": "nowhere in STIX"}, {"kind": "AnalysisRun", "id": "r"})
    put_in(client, key, {"type": "note", "text": "runs at night"}, {"kind": "ScheduledTask", "id": "t"})
    put_in(client, key, {"type": "pin", "event_ids": [events["items"][0]["event_id"]]})
    bundle = json.loads(saved(client, key, "stix"))
    objects = {item["id"]: item for item in bundle["objects"]}
    assert len(objects) == len(bundle["objects"])
    assert all(ID.match(name) for name in [bundle["id"], *objects])
    for item in objects.values():
        for name, value in item.items():
            refs = value if name.endswith("_refs") else [value] if name.endswith("_ref") else []
            assert set(refs) <= set(objects), (item["type"], name)

    def of(kind: str) -> list[dict[str, Any]]:
        return [item for item in objects.values() if item["type"] == kind]

    assert [item["pattern"] for item in of("indicator")] == ["[ipv4-addr:value = '9.9.9.9']"]
    (logon,) = [item for item in of("relationship") if item["relationship_type"] == "remote-logon"]
    assert [objects[logon[end]]["name"] for end in ("source_ref", "target_ref")] == ["alpha", "bravo"]
    assert logon["start_time"] == "2026-03-02T10:00:00.000000Z"
    (artifact,) = of("artifact")
    assert json.loads(base64.b64decode(artifact["payload_bin"]))["EventID"] in (4624, 4648, 4697)
    assert {item["content"] for item in of("note")} == {
        "Verdict: malicious. beacon", "from here", "Tag: pivot", "Alias: the file server",
        "AnalysisRun r: nowhere in STIX", "runs at night",
    }  # fmt: skip
    (report,) = of("report")
    assert set(report["object_refs"]) == set(objects) - {report["id"]}
    assert "AnalysisRun r" in report["description"]
    assert "ScheduledTask t" not in report["description"]
    (definition,) = of("extension-definition")
    assert list(of("x-graphhunt-scheduled-task")[0]["extensions"]) == [definition["id"]]
    again = json.loads(saved(client, key, "stix"))
    assert {item["id"] for item in again["objects"]} == set(objects)
