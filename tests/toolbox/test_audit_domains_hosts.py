"""Audit records, domains and host records: each fault of the tool whose names they have, with the right answer."""

from __future__ import annotations

import gzip
import hashlib
import re
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from graphhunt.errors import AccessError, LoadError, UsageError
from graphhunt.toolbox import auditdextract as audit
from graphhunt.toolbox import domain_utils, host_record
from graphhunt.toolbox.domain_validator import DomainValidator
from graphhunt.toolbox.entities import Host
from graphhunt.toolbox.entities.entity_enums import OSFamily

Reader = Callable[..., pd.DataFrame]
STAMP = "1551485405.594"


def lines(*given: str) -> str:
    return "\n".join(given) + "\n"


def execve(serial: int, arguments: list[str], pid: int = 10, parent: int = 1) -> list[str]:
    stated = " ".join(f'a{i}="{a}"' for i, a in enumerate(arguments))
    return [
        f"type=SYSCALL msg=audit({STAMP}:{serial}): arch=c000003e syscall=59 success=yes exit=0 a0=55d a1=55e items=2 "
        f'ppid={parent} pid={pid} auid=1000 uid=0 ses=3 comm="{arguments[0]}" exe="/bin/{arguments[0]}" key=(null)',
        f"type=EXECVE msg=audit({STAMP}:{serial}): argc={len(arguments)} {stated}",
        f'type=CWD msg=audit({STAMP}:{serial}): cwd="/home/a b"',
        f"type=PROCTITLE msg=audit({STAMP}:{serial}): proctitle=6C73002D6C",
    ]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    def reader(*given: str, **options: Any) -> pd.DataFrame:
        file = tmp_path / "audit.log"
        file.write_text(lines(*given))
        return audit.read_from_file(file, **options)

    return reader


def test_events_of_one_millisecond_are_told_apart_by_serial(read: Reader) -> None:
    found = read(*execve(1, ["ls"]), *execve(2, ["id"], pid=11))
    assert found["cmdline"].tolist() == ["ls", "id"]
    assert found["mssg_id"].tolist() == [f"{STAMP}:1", f"{STAMP}:2"]


def test_a_command_line_has_every_argument(read: Reader) -> None:
    found = read(*execve(1, ["ls", "-l", "-a", "/tmp", "five", "six", "7", "8", "9", "ten", "eleven"]))
    assert found["cmdline"].tolist() == ["ls -l -a /tmp five six 7 8 9 ten eleven"]


def test_fields_after_a_missing_one_stay_and_are_spelt_right(read: Reader) -> None:
    (row,) = read(*execve(1, ["ls"])).to_dict("records")
    assert (row["comm"], row["exe"], row["cwd"], row["key"], row["proctitle"]) == (
        "ls", "/bin/ls", "/home/a b", "(null)", "ls -l",
    )  # fmt: skip
    assert (row["pid"], row["ppid"], row["auid"]) == (10, 1, 1000)


def test_quoted_text_and_what_follows_a_colon_stay_whole(read: Reader) -> None:
    found = read(
        f'type=USER_START msg=audit({STAMP}:5): pid=9 uid=0 msg=\'op=PAM:session_open acct="root" '
        'exe="/usr/sbin/cron job" hostname=? terminal=cron res=success\'',
        f'type=USER_CMD msg=audit({STAMP}:6): pid=9 cmd="echo a: b  c" terminal=pts/0',
    )
    assert found["EventType"].tolist() == ["USER_START", "USER_CMD"]
    assert found[["op", "acct", "exe", "res"]].iloc[0].tolist() == [
        "PAM:session_open", "root", "/usr/sbin/cron job", "success"
    ]  # fmt: skip
    assert found.loc[1, "cmd"] == "echo a: b  c"


def test_node_names_and_damaged_lines(read: Reader) -> None:
    found = read(f"node=web-1 type=LOGIN msg=audit({STAMP}:7): pid=3 uid=0", "type=BROKEN msg=au", "\x00\x01", "")
    assert found[["node", "EventType", "pid"]].values.tolist() == [["web-1", "LOGIN", 3]]
    assert found.attrs["skipped_lines"] == 2


def test_numbers_are_whole_numbers_in_mixed_frames(read: Reader) -> None:
    found = read(f"type=LOGIN msg=audit({STAMP}:1): pid=3 uid=0", f'type=CWD msg=audit({STAMP}:2): cwd="/"')
    assert str(found["pid"].dtype) == str(found["uid"].dtype) == "Int64"
    assert found["TimeStamp"].dt.strftime("%FT%T.%f%z").tolist()[0] == "2019-03-02T00:10:05.594000+0000"


def test_frames_with_any_index_are_read_and_not_changed() -> None:
    cells = [[{"SYSCALL": "pid=4 ppid=1 uid=0"}, {"EXECVE": 'argc=2 a0="cat" a1="/etc/shadow"'}], None, "not audit"]
    data = pd.DataFrame({"m": cells, "mssg_id": ["x:1", "x:2", "x:3"]}, index=[7, 8, 9])
    before = data.copy(deep=True)
    found = audit.extract_events_to_df(data, "m")
    assert found[["EventType", "mssg_id", "cmdline", "pid"]].values.tolist() == [
        ["SYSCALL_EXECVE", "x:1", "cat /etc/shadow", 4]
    ]
    pd.testing.assert_frame_equal(data, before)
    with pytest.raises(UsageError, match="nope"):
        audit.extract_events_to_df(data, "nope")
    assert audit.unpack_auditd(cells[0])["SYSCALL_EXECVE"]["cmdline"] == "cat /etc/shadow"  # type: ignore[arg-type]


def test_trees_of_program_starts(read: Reader) -> None:
    found = read(*execve(1, ["bash"], 10, 1), *execve(2, ["ls"], 11, 10), *execve(3, ["id"], 12, 11))
    tree = audit.generate_process_tree(found, branch_depth=-1)
    names = dict(zip(tree["source_index"], tree["exe"], strict=True))
    chains = {tuple(names[i] for i in path.split("/")) for path in tree["path"]}
    assert ("unknown", "/bin/bash", "/bin/ls", "/bin/id") in chains
    assert tree["path"].str.count("/").max() == 3
    assert audit.generate_process_tree(found, branch_depth=2)["path"].str.count("/").max() == 1
    with pytest.raises(UsageError, match="no program start"):
        audit.generate_process_tree(read(f"type=LOGIN msg=audit({STAMP}:1): pid=3"))


def test_every_event_of_the_real_file_is_there(shared_data: Path) -> None:
    file = shared_data / "msticpy" / "auditd_log.txt.gz"
    with gzip.open(file, "rt") as stream:
        ids = re.findall(r"^type=\S+ msg=audit\(([\d.]+:\d+)\)", stream.read(), re.MULTILINE)
    found = audit.read_from_file(file)
    assert set(found["mssg_id"]) == set(ids)
    starts = audit.get_event_subset(found, audit.EXECVE)
    assert starts["argc"].astype(int).gt(0).all()
    assert (starts["cmdline"].str.len() > 0).all()


def test_parts_of_domains_and_urls() -> None:
    assert domain_utils.dns_components("www.shop.example.co.uk") == {
        "subdomain": "www.shop", "domain": "example", "suffix": "co.uk"
    }  # fmt: skip
    assert domain_utils.dns_components("a.b.com.")["domain"] == "b"
    assert domain_utils.dns_components("10.0.0.1") == {"subdomain": "", "domain": "10.0.0.1", "suffix": ""}
    parts = domain_utils.url_components("https://u:p@Example.com:8443/a/b?c=d#e")
    assert parts == {"scheme": "https", "auth": "u:p", "host": "example.com", "port": 8443, "path": "/a/b",
                     "query": "c=d", "fragment": "e"}  # fmt: skip
    with pytest.raises(UsageError, match="isn't a URL"):
        domain_utils.url_components("http://[::1")


@pytest.mark.parametrize(
    "text", ["http://www.example.co.uk/x", " https://u:p@www.example.co.uk:8443/?q#f", "www.example.co.uk."]
)
def test_parts_of_domains_and_urls_take_each_others_input(text: str) -> None:
    assert domain_utils.dns_components(text) == {"subdomain": "www", "domain": "example", "suffix": "co.uk"}
    assert str(domain_utils.url_components(text)["host"]).rstrip(".") == "www.example.co.uk"
    assert DomainValidator().validate_tld(text)


def test_an_ending_that_is_not_on_the_list_is_no_suffix() -> None:
    parts = domain_utils.dns_components("a.b.nosuchtld")
    assert parts == {"subdomain": "a.b", "domain": "nosuchtld", "suffix": ""}
    assert domain_utils.dns_components("x.evil.gmbh")["suffix"] == "gmbh"
    assert domain_utils.dns_components("co.uk") == {"subdomain": "", "domain": "", "suffix": "co.uk"}


def test_ports_are_numbers_and_addresses_keep_their_brackets() -> None:
    assert [domain_utils.url_components(url)["port"] for url in ("http://a.com:80/", "http://a.com", "a.com:8080")] == [
        80, None, 8080
    ]  # fmt: skip
    parts = domain_utils.url_components("http://[2001:DB8::1]:8080/x")
    assert (parts["host"], parts["port"]) == ("[2001:db8::1]", 8080)
    assert domain_utils.dns_components("http://[2001:db8::1]/x")["domain"] == "2001:db8::1"


@pytest.mark.parametrize("text", ["http://bad host/", "http://a<b>.com", "http://a.com:99999/", "http://a.com:port/"])
def test_what_no_host_is_called_is_refused(text: str) -> None:
    for parts in (domain_utils.url_components, domain_utils.dns_components):
        with pytest.raises(UsageError, match="isn't a URL"):
            parts(text)


def test_a_reverse_look_up_asks_for_the_addresss_names(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def names(address: str) -> tuple[str, list[str], list[str]]:
        asked.append(address)
        return "host.example.com", ["alias.example.com"], [address]

    monkeypatch.setattr(socket, "gethostbyaddr", names)
    found = domain_utils.ip_rev_resolve("192.0.2.7", allow_network=True)
    assert (found["qname"], found["rdtype"]) == ("7.2.0.192.in-addr.arpa", "PTR")
    assert found["rrset"] == ["host.example.com", "alias.example.com"]
    assert domain_utils.ip_rev_resolve_df("2001:db8::1", allow_network=True)["qname"][0].endswith("ip6.arpa")
    assert asked == ["192.0.2.7", "2001:db8::1"]
    with pytest.raises(UsageError, match="isn't an address"):
        domain_utils.ip_rev_resolve("evil.com")

    def fails(address: str) -> None:
        raise socket.herror(1, "Unknown host")

    monkeypatch.setattr(socket, "gethostbyaddr", fails)
    assert "Unknown host" in domain_utils.ip_rev_resolve("192.0.2.7", allow_network=True)["response"]


def test_the_network_is_not_asked_unless_that_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*_: object, **__: object) -> None:
        raise AssertionError

    for place, name in ((socket, "gethostbyaddr"), (socket, "getaddrinfo"), (ssl, "get_server_certificate")):
        monkeypatch.setattr(place, name, reached)
    monkeypatch.delenv("GRAPHHUNT_ALLOW_NETWORK", raising=False)
    (tmp_path / "list.csv").write_text("0" * 40)
    validator = DomainValidator(tmp_path / "list.csv")
    calls = (domain_utils.ip_rev_resolve, domain_utils.ip_rev_resolve_df)
    for call in (*(lambda c=c: c("192.0.2.7") for c in calls), lambda: validator.is_resolvable("a.com"),
                 lambda: validator.in_abuse_list("a.com")):  # fmt: skip
        with pytest.raises(AccessError):
            call()


def test_a_certificate_that_cannot_be_had_is_not_called_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = b"0\x03\x02\x01\x05", b"0\x03\x02\x01\x06"
    shown = {"bad.example": bad, "good.example": good}

    def certificate(place: tuple[str, int], timeout: float) -> str:
        if place[0] not in shown:
            raise ConnectionRefusedError("refused")
        return ssl.DER_cert_to_PEM_cert(shown[place[0]])

    monkeypatch.setattr(ssl, "get_server_certificate", certificate)
    listed = tmp_path / "list.csv"
    listed.write_text(f"# date,SHA1,reason\n2024-01-01,{hashlib.sha1(bad).hexdigest().upper()},C&C\n")
    validator = DomainValidator(listed, allow_network=True)
    found, pem = validator.in_abuse_list("bad.example")
    assert found
    assert pem is not None
    assert ssl.PEM_cert_to_DER_cert(pem) == bad
    assert validator.in_abuse_list("good.example") == (False, None)
    with pytest.raises(LoadError, match="refused"):
        validator.in_abuse_list("gone.example")
    with pytest.raises(UsageError, match="no list"):
        DomainValidator().in_abuse_list("bad.example")
    with pytest.raises(LoadError, match="can't be read"):
        DomainValidator(tmp_path / "none")
    assert [validator.validate_tld(d) for d in ("a.com", "a.b.co.uk", "localhost", "setup.py", "x.nosuchtld")] == [
        True, True, False, False, False
    ]  # fmt: skip


def test_a_host_record_needs_no_key_when_flows_are_given() -> None:
    syslog = pd.DataFrame({"Computer": ["web"] * 3, "ProcessName": ["sshd", "cron", "sshd"],
                           "TimeGenerated": pd.to_datetime(["2024-01-01"] * 3, utc=True)})  # fmt: skip
    beat = pd.DataFrame(
        {"Computer": ["old", "web"], "OSType": ["Linux"] * 2, "OSMajorVersion": [18, 20], "Solutions": ["a, b"] * 2,
         "ComputerIP": ["192.0.2.1", "192.0.2.2"], "RemoteIPCountry": ["DE", "FR"],
         "TimeGenerated": pd.to_datetime(["2024-01-02", "2024-01-01"][::-1], utc=True)}
    )  # fmt: skip
    flows = pd.DataFrame({"VMIPAddress": ["10.0.0.4", "10.0.0.4"], "PublicIPs": ["192.0.2.2,192.0.2.9", None]})
    found = host_record.create_host_record(syslog, beat, flows)
    assert isinstance(found, Host)
    assert (found.HostName, found["OSVMajorVersion"], found.OSFamily) == ("web", 20, OSFamily.Linux)
    assert (found.IPAddress.Address, found.IPAddress.Location.CountryCode) == ("192.0.2.1", "FR")
    assert (found["Applications"], found["OmsSolutions"]) == (["cron", "sshd"], ["a", "b"])
    assert found["IpAddresses"] == ["192.0.2.1", "192.0.2.2", "10.0.0.4", "192.0.2.9"]
    bare = host_record.create_host_record(syslog, beat.iloc[:0])
    assert bare.properties == {
        "Type": "host",
        "HostName": "web",
        "NetBiosName": "web",
        "Applications": ["cron", "sshd"],
    }
    domain = host_record.create_host_record(syslog.assign(Computer="web.corp.example"), beat.iloc[:0])
    assert (domain.HostName, domain.DnsDomain) == ("web", "corp.example")


def test_an_event_is_one_row_with_all_its_records_say(shared_data: Path) -> None:
    file = shared_data / "msticpy" / "auditd_log.txt.gz"
    found = audit.read_from_file(file)
    assert len(found) == found["mssg_id"].nunique() == 938
    records = audit.read_from_file(file, records=True)
    assert len(records) == 1270
    assert records["EventType"].value_counts()["PATH"] == 306
    assert len(audit.read_from_file(file, "SYSCALL_EXECVE")) == 146


def test_what_the_paths_of_a_call_say_is_listed(read: Reader) -> None:
    paths = [
        f'type=PATH msg=audit({STAMP}:1): item={i} name="{name}" mode=0100755 ouid={i}'
        for i, name in enumerate(("/bin/größe", "/lib64/ld.so"))
    ]
    (row,) = read(*execve(1, ["ls", "-l"]), *paths).to_dict("records")
    assert (row["EventType"], row["cmdline"], row["pid"]) == ("SYSCALL_EXECVE", "ls -l", 10)
    assert (row["name"], row["item"], row["mode"]) == (["/bin/größe", "/lib64/ld.so"], ["0", "1"], "0100755")
