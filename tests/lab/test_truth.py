"""What the truth says is in the records, in the right order, and nothing in the records says it."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from graphhunt.lab.generator.truth import Chain, Hop
from tests.lab.conftest import Made
from tests.lab.reading import Record, identity, machine

_REMOTE_PARENTS = {
    "psexec": "cmd.exe",
    "service": "cmd.exe",
    "smbexec": "cmd.exe",
    "pth": "cmd.exe",
    "wmi": "WmiPrvSE.exe",
    "winrm": "wsmprovhost.exe",
    "dcom": "mmc.exe",
    "schtask": "svchost.exe",
    "rdp": "explorer.exe",
}
_PORTS = {"psexec": "445", "smbexec": "445", "pth": "445", "schtask": "445", "winrm": "5985", "rdp": "3389"}
_SERVICES = {"psexec", "service", "smbexec", "pth"}


class Index:
    """The records of a set, found by what the truth names."""

    def __init__(self, found: list[Record]) -> None:
        self.logons = defaultdict(list)
        self.processes = {}
        self.by_event = defaultdict(list)
        for record in found:
            self.by_event[record["EventID"]].append(record)
            if record["EventID"] == 4624:
                self.logons[machine(record), record["TargetLogonId"]].append(record)
            elif record["EventID"] == 1 and "Sysmon" in record["SourceName"]:
                self.processes[record["ProcessGuid"]] = record

    def of_machine(self, event_id: int, host: str) -> list[Record]:
        return [record for record in self.by_event[event_id] if machine(record) == host]


@pytest.fixture(scope="module")
def index(small: Made) -> Index:
    return Index(small.records)


def _chains(made: Made) -> list[Chain]:
    return made.truth.chains


def _all_hops(made: Made) -> list[Hop]:
    return [hop for chain in made.truth.chains for hop in chain.hops]


def test_every_planned_chain_was_played(small: Made) -> None:
    assert sorted(chain.id for chain in small.truth.chains) == [f"chain-{n}" for n in range(1, 7)]
    assert all(1 <= len(chain.hops) <= 6 for chain in small.truth.chains)
    assert len(small.truth.bursts) == 2


def test_hops_follow_one_another_in_time_and_place(small: Made) -> None:
    for chain in _chains(small):
        assert chain.start == chain.hops[0].src
        for before, after in zip(chain.hops, chain.hops[1:], strict=False):
            assert before.dst == after.src
            assert before.t < after.t


def test_every_hop_has_its_logon_with_the_right_account(small: Made, index: Index) -> None:
    for hop in _all_hops(small):
        found = {identity(record): record for record in index.logons[hop.logon.host, hop.logon.logon_id]}
        assert len(found) == 1, hop
        (record,) = found.values()
        assert record["TargetUserName"] == hop.user.partition("\\")[2]
        assert record["LogonType"] == ("10" if hop.technique == "rdp" else "3")
        assert (record["IpAddress"] == "-") == (hop.technique == "winrm")


def test_every_hop_has_its_process_under_the_parent_of_its_technique(small: Made, index: Index) -> None:
    for hop in _all_hops(small):
        assert hop.process is not None
        record = index.processes[hop.process.guid]
        assert machine(record) == hop.dst
        assert record["ProcessId"] == str(hop.process.pid)
        assert record["ParentImage"].rpartition("\\")[2] == _REMOTE_PARENTS[hop.technique]


def test_processes_of_services_are_system_and_others_own_the_session(small: Made, index: Index) -> None:
    for hop in _all_hops(small):
        assert hop.process is not None
        record = index.processes[hop.process.guid]
        system = hop.technique in _SERVICES | {"schtask"}
        assert record["LogonId"] == ("0x3e7" if system else hop.logon.logon_id)
        assert (record["User"] == "NT AUTHORITY\\SYSTEM") == system


def test_services_name_the_session_that_installed_them(small: Made, index: Index) -> None:
    for hop in _all_hops(small):
        if hop.technique not in _SERVICES:
            continue
        installed = index.of_machine(4697, hop.dst)
        assert any(
            record["SubjectLogonId"] == hop.logon.logon_id and record["ServiceName"] == hop.service
            for record in installed
        )
        assert any(record["ServiceName"] == hop.service for record in index.of_machine(7045, hop.dst))


def test_both_ends_saw_the_connection_of_a_hop(small: Made, index: Index) -> None:
    connections = [record for record in index.by_event[3] if "Sysmon" in record["SourceName"]]
    for hop in _all_hops(small):
        port = _PORTS.get(hop.technique, "135")
        ends = Counter(
            (machine(record), record["Initiated"])
            for record in connections
            if record["DestinationPort"] == port and machine(record) in {hop.src, hop.dst}
        )
        assert ends[hop.src, "true"] >= 1, hop
        assert ends[hop.dst, "false"] >= 1, hop


def test_a_machine_that_was_won_calls_home_and_stops(small: Made, index: Index) -> None:
    for chain in _chains(small):
        for hop in chain.hops:
            assert hop.process is not None
            assert hop.c2 is not None
            address = hop.c2.partition(":")[0]
            calls = [
                record
                for record in index.by_event[3]
                if record.get("ProcessGuid") == hop.process.guid and record["DestinationIp"] == address
            ]
            assert calls, hop


def test_users_change_where_a_credential_was_stolen(small: Made) -> None:
    changed = 0
    for chain in _chains(small):
        user = chain.user
        for hop in chain.hops:
            if hop.user != user:
                changed += 1
                assert hop.stolen_on == hop.src
            user = hop.user
    assert changed >= 2


def test_stars_have_one_source_and_each_target_once(small: Made, index: Index) -> None:
    for burst in small.truth.bursts:
        targets = [hop.dst for hop in burst.hops]
        assert 5 <= len(targets) <= 71
        assert len(set(targets)) == len(targets)
        assert {hop.src for hop in burst.hops} == {burst.start}
        for hop in burst.hops:
            (record,) = {identity(r): r for r in index.logons[hop.logon.host, hop.logon.logon_id]}.values()
            assert record["AuthenticationPackageName"] == "NTLM"


def test_decoys_of_each_kind_are_there_with_their_logons(small: Made, index: Index) -> None:
    kinds = {decoy.kind for decoy in small.truth.decoys}
    assert {"sweep", "backup", "reversed"} <= kinds
    for decoy in small.truth.decoys:
        assert all(index.logons[hop.logon.host, hop.logon.logon_id] for hop in decoy.hops)


def test_reversed_decoys_run_against_time(small: Made) -> None:
    for decoy in small.truth.decoys:
        if decoy.kind == "reversed":
            inner, outer = sorted(decoy.hops, key=lambda hop: hop.t)[:2]
            assert outer.dst == inner.src
            assert inner.t < outer.t


def test_the_records_do_not_give_the_truth_away(small: Made, demo: Made) -> None:
    for made in (small, demo):
        keys = set().union(*(record.keys() for record in made.records))
        assert not {key for key in keys if key.lower() in {"label", "chain", "attack", "malicious", "kind"}}
        texts = "\n".join(path.read_text().lower() for path in made.folder.glob("events-*"))
        assert not [word for word in ("chain-", "attack", "malicious", "decoy", "lateral") if word in texts]


def test_counts_are_those_of_the_files(small: Made, demo: Made) -> None:
    for made in (small, demo):
        distinct = {identity(record) for record in made.records}
        expected = made.truth.expected
        assert expected.lines == len(made.records)
        assert expected.distinct == len(distinct)
        events = Counter(
            f"{'Security' if record['Channel'] == 'security' else record['Channel']}/{record['EventID']}"
            for record in {identity(record): record for record in made.records}.values()
        )
        assert expected.events == dict(events)


def test_the_demonstration_is_what_it_is_described_as(demo: Made) -> None:
    (chain,) = demo.truth.chains
    assert [hop.technique for hop in chain.hops] == ["winrm", "service", "wmi"]
    assert len({hop.user for hop in chain.hops}) == 2
    assert 5_000 <= len(demo.records) <= 15_000
    assert len({machine(record) for record in demo.records}) >= 6
