"""Indicators of compromise: each fault of the tool whose names it has, with the right answer."""

from __future__ import annotations

import random
import re
from typing import Any

import pandas as pd
import pytest

from graphhunt.errors import UsageError
from graphhunt.toolbox import _ioc_patterns
from graphhunt.toolbox._ioc_search import searched
from graphhunt.toolbox.iocextract import IoCExtract, IoCType

MD5, SHA1, SHA256 = "0a" * 16, "1b" * 20, "2c" * 32


def found(text: str, **given: Any) -> dict[str, set[str]]:
    result = IoCExtract().extract(text, **given)
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("999.999.999.999 is none", {}),
        ("version 1.2.3.4.5 is none", {}),
        ("to 10.1.2.3.", {"ipv4": {"10.1.2.3"}}),
        ("10.1.2.3:443,10.1.2.4", {"ipv4": {"10.1.2.3", "10.1.2.4"}}),
        ("at 12:34:56 on 00:1a:2b:3c:4d:5e", {}),
        ("::ffff:1.2.3.4 is of the sixth kind", {"ipv6": {"::ffff:1.2.3.4"}}),
        ("fe80::38dc:e4a9:61bd:b458 and 2001:db8::1.", {"ipv6": {"fe80::38dc:e4a9:61bd:b458", "2001:db8::1"}}),
        (f"{MD5} {MD5[::-1]}", {"md5_hash": {MD5, MD5[::-1]}}),
        (f"{SHA1},{SHA1[::-1]};{SHA256}", {"sha1_hash": {SHA1, SHA1[::-1]}, "sha256_hash": {SHA256}}),
        ("(see http://evil.com/a.) now", {"url": {"http://evil.com/a"}, "dns": {"evil.com"}}),
        ("http://e.com/w_(x) ok", {"url": {"http://e.com/w_(x)"}, "dns": {"e.com"}}),
        ("http://a.com/1,http://b.com/2", {"url": {"http://a.com/1", "http://b.com/2"}, "dns": {"a.com", "b.com"}}),
        ("http://bücher.de/straße?x=ä", {"url": {"http://bücher.de/straße?x=ä"}, "dns": {"bücher.de"}}),
        ("go to xn--bcher-kva.com now", {"dns": {"xn--bcher-kva.com"}}),
        ("ftp://user:pw@host.com/x", {"url": {"ftp://user:pw@host.com/x"}, "dns": {"host.com"}}),
        ("mail bob@corp.com", {"email": {"bob@corp.com"}}),
        ("run setup.py install.sh foo.zip lib.so", {}),
        ("visit news.ycombinATor.com", {"dns": {"news.ycombinATor.com"}}),
        ("hxxps[:]//evil[.]com/a", {"url": {"https://evil.com/a"}, "dns": {"evil.com"}}),
        ("evil(.)com and bad[dot]org, joe[at]x[.]com", {"dns": {"evil.com", "bad.org"}, "email": {"joe@x.com"}}),
        ("10[.]0[.]0[.]9", {"ipv4": {"10.0.0.9"}}),
    ],
)  # fmt: skip
def test_texts(text: str, expected: dict[str, set[str]]) -> None:
    assert found(text) == expected


def test_paths_are_listed_as_asked_in_texts_and_frames() -> None:
    text = "C:\\Windows\\Temp\\a.exe wrote /etc/cron.d/x"
    both = {"windows_path": {"C:\\Windows\\Temp\\a.exe"}, "linux_path": {"/etc/cron.d/x"}}
    assert set(found(text)) == set(both)
    assert found(text)["linux_path"] == both["linux_path"]
    assert found(text, include_paths=False) == {}
    data = pd.DataFrame({"t": ["cat /etc/passwd", "dir C:\\a\\b.exe"]})
    assert len(IoCExtract().extract_df(data, "t")) == 0
    listed = IoCExtract().extract_df(data, ["t"], include_paths=True)
    assert listed[["IoCType", "Observable", "SourceIndex"]].values.tolist() == [
        ["linux_path", "/etc/passwd", 0], ["windows_path", "C:\\a\\b.exe", 1]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("C:\\a\\b.exe ", "C:\\a\\b.exe"),
        ("ran C:\\Program Files\\x\\b.exe -k now", "C:\\Program Files\\x\\b.exe"),
        ('"C:\\Program Files\\My App" -k', "C:\\Program Files\\My App"),
        ("C:\\Users\\x\\My Report.docx", "C:\\Users\\x\\My Report.docx"),
        ("C:\\Windows\\System32\\net user", "C:\\Windows\\System32\\net"),
        ("see C:\\a\\b.dll.", "C:\\a\\b.dll"),
        ("(\\\\srv\\c$\\t.exe)", "\\\\srv\\c$\\t.exe"),
    ],
)
def test_a_path_ends_where_it_ends(text: str, path: str) -> None:
    assert found(text, ioc_types=["windows_path"]) == {"windows_path": {path}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Run\\My App",
         {"windows_registry": {"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Run\\My App"}}),
        ("reg add HKEY_CURRENT_USER\\Software\\evil.com\\Run /v x",
         {"windows_registry": {"HKEY_CURRENT_USER\\Software\\evil.com\\Run"}}),
        ('set "\\REGISTRY\\MACHINE\\SYSTEM\\Select\\Last Good" to 1',
         {"windows_registry": {"\\REGISTRY\\MACHINE\\SYSTEM\\Select\\Last Good"}}),
        ("gp hklm:\\software\\x", {"windows_registry": {"hklm:\\software\\x"}}),
        ("a CVE-2021-44228, cve-2014-0160.", {"cve": {"CVE-2021-44228", "cve-2014-0160"}}),
        ("no XCVE-2021-44228 nor CVE-1821-44228", {}),
        ("uses T1059.001 (TA0002), not T10591 or xT1059", {"attack_id": {"T1059.001", "TA0002"}}),
        ("00-1A-2b-3c-4d-5e and 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", {}),
    ],
)  # fmt: skip
def test_keys_of_the_registry_vulnerabilities_and_techniques(text: str, expected: dict[str, set[str]]) -> None:
    assert found(text) == expected


def test_hardware_and_bitcoin_addresses_are_looked_for_when_asked_for() -> None:
    """The addresses of the first block of bitcoin, and the example address of BIP 173."""
    text = "00-1A-2b-3c-4d-5e 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa,bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    assert found(text, ioc_types=["mac", "bitcoin"]) == {
        "mac": {"00-1A-2b-3c-4d-5e"},
        "bitcoin": {"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
    }
    assert not {"mac", "bitcoin"} & set(IoCExtract().ioc_df_types)
    assert {IoCExtract().get_ioc_type(one) for one in text.replace(",", " ").split()} == {"mac", "bitcoin"}


def test_frames_in_stable_order_with_nulls_and_numbers() -> None:
    data = pd.DataFrame({"a b": ["9.9.9.9 then 1.1.1.1", None, 7, float("nan"), "z.com 8.8.8.8"]}, index=list("vwxyz"))
    result = IoCExtract().extract(data=data, columns=["a b"])
    assert isinstance(result, pd.DataFrame)
    assert result["Observable"].tolist() == ["9.9.9.9", "1.1.1.1", "z.com", "8.8.8.8"]
    assert result["SourceIndex"].tolist() == ["v", "v", "z", "z"]
    with pytest.raises(UsageError, match="nope"):
        IoCExtract().extract_df(data, ["nope"])
    with pytest.raises(UsageError, match="text"):
        IoCExtract().extract()


def test_a_kind_belongs_to_its_instance_and_choices_to_their_call() -> None:
    own = IoCExtract()
    own.add_ioc_type("case", r"CASE-(?P<n>\d+)", group="n")
    assert own.extract("CASE-77") == {"case": {"77"}}
    assert "case" not in IoCExtract().ioc_types
    assert own.extract("host.internal", ignore_tlds=True) == {"dns": {"host.internal"}}
    assert own.extract("host.internal") == {}
    with pytest.raises(UsageError, match="broken"):
        own.add_ioc_type("bad", "(")


def test_kinds_of_single_observables() -> None:
    own = IoCExtract()
    named = {"evil[.]com": "dns", "1.2.3.4": "ipv4", MD5: "md5_hash", SHA256: "sha256_hash", "x@y.org": "email",
             "http://a.b.com": "url", "nothing": "unknown", "c:\\a\\b.dll": "windows_path"}  # fmt: skip
    assert {text: own.get_ioc_type(text) for text in named} == named
    assert own.validate(SHA1, "file_hash")
    assert not own.validate("evil[.]com", "dns", defanged=False)
    assert IoCExtract.file_hash_type(SHA1) == IoCType.sha1_hash
    assert IoCExtract.file_hash_type("zz") == IoCType.parse("who knows") == IoCType.unknown


def test_frames_give_what_single_texts_give() -> None:
    """Frames leave out what texts can't hold before they look; texts are searched for every kind."""
    rng = random.Random(5)
    pieces = [
        "a", "C:", "\\", "\\\\", "%", "%A%", ".", "com", "exe", " ", "/", "@", "1.2.3.4", ":", "http://", "hxxp://",
        "[.]", "(", "HKLM\\", "x.de", "é", "::1", "aa" * 16, "CVE-2020-1234", "T1059", "xn--p1ai", "ы",
    ]  # fmt: skip
    texts = sorted({"".join(rng.choices(pieces, k=rng.randint(1, 12))) for _ in range(1500)})
    for options in ({}, {"ignore_tlds": True}, {"defanged": False}, {"ioc_types": ["ipv4", "dns"]}):
        found = IoCExtract().extract(data=pd.DataFrame({"t": texts}), columns=["t"], include_paths=True, **options)
        together: dict[str, dict[str, set[str]]] = {text: {} for text in texts}
        for kind, value, number in zip(found["IoCType"], found["Observable"], found["SourceIndex"], strict=True):
            together[texts[number]].setdefault(kind, set()).add(value)
        assert together == {text: IoCExtract().extract(text, include_paths=True, **options) for text in texts}


def test_paths_are_tried_only_where_they_may_begin() -> None:
    """The quick search finds what the expression finds anywhere."""
    rng = random.Random(6)
    expression = re.compile(_ioc_patterns.WINDOWS_PATH)
    for _ in range(5000):
        text = "".join(rng.choices(["a", "C:", ":", "\\", "%", "B%", ".", " ", "/", "_1"], k=rng.randint(1, 14)))
        assert [m.span() for m in searched(expression, text)] == [m.span() for m in expression.finditer(text)], text
