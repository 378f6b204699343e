"""The report on an incident: what it says of ground truth A, what it must never hold, and its forms."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graphhunt.case.incident_report.content import Gathered, gathered
from graphhunt.case.incident_report.forms import FORMS
from graphhunt.case.incident_report.kinds import KINDS, TECHNIQUES
from graphhunt.case.incident_report.redaction import swapper
from graphhunt.case.incident_report.secrets import masked, without_password
from graphhunt.case.incident_report.texts import Texts
from graphhunt.errors import UsageError
from graphhunt.hunt import Hunt
from graphhunt.incidents.tables import Tables
from graphhunt.incidents.weights import weights
from tests.conftest import small_settings

A = "mordor_theshire_2020"

HOPS = (
    "2020-09-20T06:57:46", "2020-09-20T16:16:56", "2020-09-20T21:09:08", "2020-09-20T21:39:23", "2020-09-21T04:14:53",
)  # fmt: skip
"""When pgustavo came from WORKSTATION5 to WORKSTATION6, as the 4624 records say: the five hops of the ground truth."""

HASH = "e4f8a1c09b7d4352861f0a9be7c3d215"
HOSTILE = "<img src=x onerror=window.__xss=1>\u202efdp.exe"


class Mutated:
    """A case whose first incident quotes a secret on a command line, and has a hostile name.

    Args:
        hunt: The case.
        command: The command line.
    """

    def __init__(self, hunt: Hunt, command: str) -> None:
        self._hunt = hunt
        self._command = command

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hunt, name)

    def ask(self, *asked: Any) -> dict[str, Any]:
        found = copy.deepcopy(self._hunt.ask(*asked))
        for part in (found.get("incident") or {"title": {"parts": []}})["title"]["parts"]:
            if "entity" in part:
                part["entity"]["name"] = HOSTILE
        for step in (found.get("incident") or {"steps": []})["steps"]:
            for sentence in step["sentences"]:
                sentence["parts"].append({"value": self._command})
        return found


@pytest.fixture(scope="module")
def hunt(real_case: Callable[[str], Path]) -> Iterator[Hunt]:
    """Ground truth A, to be read."""
    with Hunt(real_case(A), settings=small_settings()) as found:
        yield found


@pytest.fixture(scope="module")
def found(hunt: Hunt) -> Gathered:
    """The report on A's incident."""
    return gathered(hunt)


def test_the_report_of_a_tells_the_ground_truth(found: Gathered) -> None:
    report = found.report
    moved = [row for row in report["timeline"] if (row["from"], row["to"]) == ("WORKSTATION5", "WORKSTATION6")]
    assert [row["time"][:19] for row in moved[:5]] == list(HOPS)
    assert all(row["accounts"][0] == "pgustavo" and row["records"] for row in moved[:5])
    techniques = [set(row["techniques"]) for row in moved[:5]]
    assert all(told >= {"T1059.001", way} for told, way in zip(techniques, _WAYS, strict=True))
    assert [each["account"] for each in report["accounts"]] == ["pgustavo", "sbeavers", "wardog"]
    assert [each["machine"] for each in report["machines"]] == ["WORKSTATION5", "WORKSTATION6", "MORDORDC"]
    assert [each["state"].split(";")[0] for each in report["machines"]] == [
        "controlled", "controlled, with the rights of the system", "reached",
    ]  # fmt: skip
    values = {each["value"] for each in report["indicators"]}
    assert {"10.10.10.5", "1.2.3.4", "http://10.10.10.5/news.php", "Updater", r"C:\Windows\Tasks\pshell.xml"} <= values
    assert [row["time"][:10] for row in report["timeline"] if row["inferred"]] == [
        "2020-09-21",
        "2020-09-22",
        "2020-09-22",
    ]


_WAYS = ("T1569.002", "T1569.002", "T1021.006", "T1047", "T1047")


def test_hashes_are_those_of_the_lines_in_the_archives(found: Gathered, shared_data: Path) -> None:
    lines: dict[str, list[bytes]] = {}
    for record in found.report["records"]:
        outer, _, inner = record["file"].partition("!")
        if inner not in lines:
            with zipfile.ZipFile(shared_data / A / outer) as archive:
                name = next(each for each in archive.namelist() if each.endswith(inner))
                lines[inner] = archive.read(name).splitlines()
        line = lines[inner][int(record["position"].removeprefix("line ")) - 1]
        assert record["sha256"] == hashlib.sha256(line.strip()).hexdigest()
    assert len(found.report["records"]) > 20


def test_a_page_needs_nothing_and_shows_no_folder(found: Gathered, shared_data: Path) -> None:
    page = FORMS["html"].write(found).decode()
    assert len(page.encode()) <= 60_000
    assert "default-src 'none'" in page
    assert not re.search(r"(?i)<(script|link|iframe|object|embed|img|base|form)\b|\bon\w+=|@import|url\((?!#m)", page)
    assert not re.findall(r'(?:href|src)="(?!#)', page)
    assert str(shared_data) not in page
    assert "shared/" not in page
    assert '"EventID"' not in page
    for text in ("10.10.10.5", "1.2.3.4", "pgustavo", "sbeavers", "wardog", "MORDORDC"):
        assert text in page


def test_no_secret_of_the_recording_is_in_any_form(hunt: Hunt, found: Gathered) -> None:
    """The password hash that Rubeus was given stands in the raw records alone."""
    commands = [raw for raw in found.raws.values() if "/rc4:" in raw]
    secrets = {match for raw in commands for match in re.findall(r"/rc4:([0-9A-Fa-f]{32})", raw)}
    assert secrets
    for name, form in FORMS.items():
        if name != "zip":
            assert not any(secret in form.write(found).decode() for secret in secrets)


@pytest.mark.parametrize("name", ["html", "md", "json"])
def test_secrets_are_shortened_and_hostile_names_inert(hunt: Hunt, name: str) -> None:
    case = Mutated(hunt, f"rubeus.exe asktgt /user:x /rc4:{HASH} & tool -p hunter2secret {HOSTILE}")
    written = FORMS[name].write(gathered(case)).decode()
    assert HASH not in written
    assert HASH[:8] + "…" in re.sub(r"\\(.)", r"\1", written)
    assert "hunter2secret" not in written
    if name != "json":
        assert not re.search(r"(?<!\\)<img", written)
        assert "\u202e" not in written


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (f"Rubeus.exe asktgt /rc4:{HASH}", HASH),
        (f"sekurlsa::pth /user:a /ntlm:{HASH}", HASH),
        (f"wmiexec.py -hashes {HASH}:{HASH} a@b", HASH),
        ("psexec \\\\h -u a -p S3cret! cmd", "S3cret!"),
        ("mysql -uroot -pS3cret!", "S3cret!"),
        ("net user eve S3cret! /add", "S3cret!"),
        ("net use \\\\h\\c$ S3cret! /user:a", "S3cret!"),
        ("curl http://a:S3cret!@h/", "S3cret!"),
        ("wmiexec.py dom/a:S3cret!@h", "S3cret!"),
        ("tool --password=S3cret! x", "S3cret!"),
        ("$p = ConvertTo-SecureString 'S3cret!' -AsPlainText", "S3cret!"),
        (
            "Rubeus.exe ptt /ticket:doIFQjCCBT6gAwIBBaEDAgEWooIEQzCCBD9hggQ7MIIEN6ADAgEFoQ0bC1RIRVNISVJFLkxPQ0Fx",
            "CCBT6gAwIB",
        ),
    ],
)
def test_each_kind_of_secret_is_taken_out(line: str, secret: str) -> None:
    assert secret in line
    assert secret not in masked(line)


def test_an_indicator_keeps_all_but_the_password() -> None:
    assert without_password(f"http://a:S3cret!@h/{HASH}") == f"http://a:…@h/{HASH}"


def test_what_is_no_secret_stays() -> None:
    for line in (
        "powershell.exe -nop -w hidden -enc SQBmAA==",
        "net user /domain",
        "copy C:\\Windows\\Tasks\\pshell.xml x",
    ):
        assert masked(line) == line


def test_redacted_reports_hold_neither_names_nor_addresses(hunt: Hunt) -> None:
    redacted = gathered(hunt, None, ("names", "addresses"))
    for name in ("html", "md", "json", "csv"):
        written = FORMS[name].write(redacted).decode().casefold()
        for text in ("pgustavo", "sbeavers", "wardog", "workstation", "mordordc", "theshire", "10.10.10.5", "1.2.3.4"):
            assert text not in written, (name, text)
    accounts = [each["account"] for each in redacted.report["accounts"]]
    assert len(set(accounts)) == 3
    assert all(re.fullmatch(r"account-[0-9a-f]{6}", each) for each in accounts)
    assert redacted.report["timeline"][0]["accounts"][0] == accounts[0]
    with pytest.raises(UsageError):
        FORMS["zip"].write(redacted)


def test_aliases_are_stable_and_of_one_workspace(hunt: Hunt) -> None:
    tables = Tables(hunt.snapshot)
    first, again, other = (swapper(("names",), tables, key) for key in ("one", "one", "two"))
    text = "PGUSTAVO@theshire.local on WORKSTATION6.theshire.local"
    assert first(text) == again(text) != other(text)
    assert first("pgustavo") == first("THESHIRE\\pgustavo").partition("\\")[2]


def test_the_archive_holds_the_records_of_its_manifest(found: Gathered) -> None:
    with zipfile.ZipFile(io.BytesIO(FORMS["zip"].write(found))) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        for record in manifest["records"]:
            assert hashlib.sha256(archive.read(record["name"])).hexdigest() == record["sha256"]
    assert [each["number"] for each in manifest["records"]] == [each["number"] for each in found.report["records"]]


def test_indicators_as_stix(found: Gathered) -> None:
    patterns = {each["pattern"] for each in json.loads(FORMS["stix"].write(found))["objects"]}
    assert {"[ipv4-addr:value = '10.10.10.5']", "[url:value = 'http://10.10.10.5/news.php']"} <= patterns
    assert "[file:name = 'pshell.xml']" in patterns


def test_every_kind_of_lead_has_words_and_every_technique_a_name() -> None:
    assert set(weights().kinds) == set(KINDS)
    assert {technique for kind in KINDS.values() for technique in kind.techniques} <= set(TECHNIQUES)


def test_an_analysts_words_are_kept_with_their_author(tmp_path: Path) -> None:
    texts = Texts(tmp_path)
    assert texts.of("one") == {}
    texts.put("old", "reach", "Only one machine.", "ana")
    texts.put("one", "first", "Call the client.", "bob")
    texts.put("one", "first", "Call the client at once.", "cy")
    kept = texts.of("one", ["old"])
    assert {part: (own["text"], own["author"]) for part, own in kept.items()} == {
        "reach": ("Only one machine.", "ana"), "first": ("Call the client at once.", "cy"),
    }  # fmt: skip
    texts.put("one", "first", "", "cy")
    assert set(texts.of("one", ["old"])) == {"reach"}
    with pytest.raises(UsageError):
        texts.put("one", "third", "x")
