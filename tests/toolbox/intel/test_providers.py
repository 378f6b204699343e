"""Every provider against answers in its documented form, and against what answers should not be."""

from __future__ import annotations

import base64
import json as codec
import logging
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from graphhunt.toolbox.intel.catalogue import catalogue
from graphhunt.toolbox.intel.providers.sentinel import literal

from . import answers as a

ONE = "8.8.4.4"
ONLINE = sorted(name for name, kind in catalogue().items() if kind.online and name != "TAXII")


def only(frame: Any) -> dict[str, Any]:
    assert len(frame) == 1
    return {str(k): v for k, v in frame.iloc[0].items()}


CASES: list[tuple[str, str, Any, str, str, dict[str, Any]]] = [
    ("VirusTotal", ONE, a.VIRUSTOTAL, "/api/v3/ip_addresses/8.8.4.4", "high", {"positives": 5, "total": 86}),
    ("OTX", ONE, a.OTX, "/api/v1/indicators/IPv4/8.8.4.4/general", "high", {"pulse_count": 2}),
    ("XForce", ONE, a.XFORCE_IP, "/ipr/8.8.4.4", "high", {"score": 7.1, "reason": "Regional"}),
    ("XForce", "bad.org", a.XFORCE_URL, "/url/bad.org", "warning", {"score": 4.3}),
    ("XForce", "0" * 32, a.XFORCE_HASH, "/malware/" + "0" * 32, "high", {"risk": "high", "family": ["zeus"]}),
    ("AbuseIPDB", ONE, a.ABUSEIPDB, "/api/v2/check", "high", {"abuseConfidenceScore": 80, "totalReports": 12}),
    ("GreyNoise", ONE, a.GREYNOISE, "/v3/community/8.8.4.4", "high", {"noise": True, "classification": "malicious"}),
    ("Pulsedive", ONE, a.PULSEDIVE, "/api/info.php", "warning", {"risk": "medium", "threats": ["Zeus"]}),
]


@pytest.mark.parametrize(("name", "ioc", "answer", "path", "severity", "details"), CASES)
def test_answers_in_the_documented_form(
    name: str, ioc: str, answer: Any, path: str, severity: str, details: dict[str, Any]
) -> None:
    net = a.Net(a.json(answer))
    row = only(a.lookup(net).lookup_ioc(ioc, providers=[name]))
    assert (row["Provider"], row["Result"], row["Severity"], row["Status"]) == (name, True, severity, 0)
    assert details.items() <= row["Details"].items()
    assert row["RawResult"] == answer
    assert [request.url.path for request in net.requests] == [path]


def test_virustotal_names_urls_and_hashes_as_it_documents() -> None:
    net = a.Net(a.json(a.VIRUSTOTAL))
    ti = a.lookup(net)
    ti.lookup_ioc("http://bad.org/A", providers="VirusTotal")
    ti.lookup_ioc("B" * 64, providers="VirusTotal")
    name = base64.urlsafe_b64encode(b"http://bad.org/A").decode().rstrip("=")
    assert [r.url.path for r in net.requests] == [f"/api/v3/urls/{name}", "/api/v3/files/" + "b" * 64]
    assert net.requests[0].headers["x-apikey"] == a.SECRET


def test_sentinel_signs_in_and_asks_its_table() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=a.TOKEN if "oauth2" in request.url.path else a.SENTINEL)

    net = a.Net(answer)
    row = only(a.lookup(net).lookup_ioc(ONE, providers=["AzSTI"]))
    assert (row["Severity"], row["Details"]["indicators"], row["Details"]["SourceSystem"]) == ("high", 2, "MISP")
    assert row["Reference"] == "bWlzcA==---indicator--1"
    login, asked = net.requests
    assert str(login.url.path) == f"/{a.SECRET}/oauth2/v2.0/token"
    assert parse_qs(login.content.decode()) == {
        "grant_type": ["client_credentials"], "client_id": [a.SECRET], "client_secret": [a.SECRET],
        "scope": ["https://api.loganalytics.io/.default"],
    }  # fmt: skip
    assert asked.url.path == f"/v1/workspaces/{a.SECRET}/query"
    assert asked.headers["authorization"] == "Bearer eyJ0.x"
    steps = codec.loads(asked.content)["query"].split(" | ")
    assert steps[1] == 'where ObservableValue =~ "8.8.4.4"'
    latest = steps.index("summarize arg_max(TimeGenerated, *) by Id")
    assert latest < steps.index("where IsActive and IsDeleted == false")  # what an older row says is over
    a.lookup(net).lookup_ioc(ONE, providers=["AzSTI"], start=datetime(2026, 1, 2, tzinfo=UTC))
    query = codec.loads(net.requests[-1].content)["query"]
    assert "ThreatIntelIndicators | where TimeGenerated >= datetime(2026-01-02T00:00:00.000000Z) | where Obs" in query


def test_a_part_of_sentinels_answer_is_no_answer() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=a.TOKEN if "oauth2" in request.url.path else a.SENTINEL_PART)

    row = only(a.lookup(a.Net(answer)).lookup_ioc(ONE, providers=["AzSTI"]))
    assert (row["Status"], row["Details"]) == (3, {"reason": "the workspace gave a part of the answer only"})


def test_abuseipdb_without_reports_and_beyond_its_limit() -> None:
    row = only(a.lookup(a.Net(a.json(a.ABUSEIPDB_UNREPORTED))).lookup_ioc(ONE, providers=["AbuseIPDB"]))
    assert (row["Status"], row["Result"]) == (4, False)
    headers = {"Retry-After": "29241", "X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "0"}
    net = a.Net(lambda request: httpx.Response(429, headers=headers, json=a.ABUSEIPDB_TOO_MANY))
    frame = a.lookup(net).lookup_iocs([ONE, "9.9.9.9"], providers=["AbuseIPDB"])
    assert frame["Status"].tolist() == [3, 3]
    assert frame["Details"][0] == {"reason": "the provider wants a pause of 29241 s"}
    sent = net.requests[0]
    assert dict(sent.url.params) == {"ipAddress": ONE, "maxAgeInDays": "90"}
    assert (sent.headers["key"], sent.headers["accept"]) == (a.SECRET, "application/json")


def test_a_literal_of_the_query_language_stays_one() -> None:
    assert literal('a" | drop \\') == '"a\\" | drop \\\\"'


TAXII = {
    f"GRAPHHUNT_INTEL_TAXII_{name}": value
    for name, value in {
        "ROOT": "https://taxii.example.org/api1/", "COLLECTION": "c1", "USER": "u", "PASSWORD": "p",
    }.items()
}  # fmt: skip


def indicator(pattern: str) -> dict[str, Any]:
    return {
        "type": "indicator", "spec_version": "2.1", "id": "indicator--1", "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z", "valid_from": "2026-01-01T00:00:00Z", "pattern": pattern,
        "pattern_type": "stix",
    }  # fmt: skip


def envelope(last: bool, **more: Any) -> httpx.Response:
    """Answer with one of two pages."""
    pattern = "[ipv4-addr:value = '8.8.4.4']" if last else "[domain-name:value = 'bad.org']"
    headers = {"Content-Type": "application/taxii+json;version=2.1", "X-TAXII-Date-Added-Last": ADDED}
    return httpx.Response(200, json={**({} if last else more), "objects": [indicator(pattern)]}, headers=headers)


ADDED = "2026-01-02T03:04:05.123456Z"


def test_taxii_without_a_name_for_the_next_page_is_asked_for_what_was_added_later() -> None:
    net = a.Net(lambda request: envelope("added_after" in request.url.params, more=True))
    ti = a.lookup(net, env=TAXII)
    assert only(ti.lookup_ioc(ONE))["Status"] == 0
    assert [dict(request.url.params) for request in net.requests] == [
        {"match[type]": "indicator", "limit": "500"},
        {"match[type]": "indicator", "limit": "500", "added_after": ADDED},
    ]


def test_taxii_that_never_ends_is_an_error_and_not_a_part() -> None:
    net = a.Net(lambda request: envelope(False, more=True))
    assert only(a.lookup(net, env=TAXII).lookup_ioc(ONE))["Status"] == 3
    assert len(net.requests) == 2


def test_taxii_is_read_page_by_page_and_told_nothing() -> None:
    net = a.Net(lambda request: envelope("next" in request.url.params, more=True, next="p2"))
    ti = a.lookup(net, env=TAXII)
    assert only(ti.lookup_ioc(ONE))["Status"] == 0
    assert only(ti.lookup_ioc("9.9.9.9"))["Status"] == 4
    assert [r.url.path for r in net.requests] == ["/api1/collections/c1/objects/"] * 2
    assert not any(ONE in str(r.url) for r in net.requests)
    assert net.requests[0].headers["accept"] == "application/taxii+json;version=2.1"
    assert net.requests[0].headers["authorization"] == "Basic dTpw"
    assert dict(net.requests[1].url.params) == {"match[type]": "indicator", "limit": "500", "next": "p2"}


BROKEN = {
    "not known": (httpx.Response(404, json={"error": {"code": "NotFoundError"}}), 4),
    "too many": (httpx.Response(429, headers={"Retry-After": "30"}), 3),
    "server error": (httpx.Response(503, text="down"), 3),
    "forbidden": (httpx.Response(403, json={}), 3),
    "redirect": (httpx.Response(302, headers={"Location": "http://169.254.169.254/"}), 3),
    "html": (httpx.Response(200, html="<html>please log in</html>"), 3),
    "half": (httpx.Response(200, content=b'{"data": {"attr'), 3),
    "text": (httpx.Response(200, json="yes"), 3),
    "deep": (httpx.Response(200, content=b"[" * 1000 + b"]" * 1000), 3),
    "huge": (httpx.Response(200, content=b'["' + b"x" * (2 * 2**20) + b'"]'), 3),
    "packed": (httpx.Response(200, content=b"\x1f\x8b", headers={"Content-Encoding": "br"}), 3),
}


@pytest.mark.parametrize("name", [each for each in ONLINE if each != "AzSTI"])
@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_answer_is_a_row_that_says_so(name: str, what: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    response, status = BROKEN[what]
    net = a.Net(
        lambda request: httpx.Response(response.status_code, headers=response.headers, content=response.content)
    )
    row = only(a.lookup(net).lookup_ioc(ONE, providers=[name]))
    assert (row["Status"], row["Result"]) == (status, False)
    assert len(net.requests) == 1
    assert a.SECRET not in caplog.text + str(row)


@pytest.mark.parametrize("name", ONLINE)
@pytest.mark.parametrize("odd", [{}, [], {"data": 1}, {"data": {"attributes": [1]}}, {"pulse_info": {"pulses": 7}},
                                 {"tables": [1], "access_token": "t"}, {"result": 1, "malware": []}])  # fmt: skip
def test_an_answer_of_another_form_is_never_an_error(name: str, odd: Any) -> None:
    row = only(a.lookup(a.Net(a.json(odd))).lookup_ioc(ONE, providers=[name]))
    assert row["Status"] in (0, 3, 4)
