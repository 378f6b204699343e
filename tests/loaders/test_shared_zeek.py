"""Real Zeek logs: ground truth C, and both forms of the same logs give the same facts."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest
from graphhunt.loaders.zeek import ZeekLoader

from graphhunt.model import Authentication, Flow, Record, Rejected
from graphhunt.sources import loading


def read(archive: Path, folder: Path) -> list[Record]:
    path = folder / archive.stem
    path.write_bytes(gzip.decompress(archive.read_bytes()))
    source = loading.Source(path.name, path)
    assert ZeekLoader().sniff(source.head(), "evidence") > 0.5
    return [item for item in ZeekLoader().read(source) if isinstance(item, Record)]


def test_lateral_movement_of_ground_truth_c(shared_data: Path, tmp_path: Path) -> None:
    records = read(shared_data / "apt29_zeek_day1" / "combined_zeek.log.gz", tmp_path)
    assert len(records) == 2_140
    assert [record for record in records if isinstance(record.outcome, Rejected)] == []
    facts = [fact for record in records if isinstance(record.outcome, list) for fact in record.outcome]
    flows = [fact for fact in facts if isinstance(fact, Flow)]
    assert len(flows) == 613
    assert round(min(flow.time for flow in flows) / 1e6, 1) == 1_588_205_198.9
    ends = Counter((flow.source_ip, flow.destination_ip, flow.destination_port) for flow in flows)
    lateral = {port: ends["10.0.1.4", "10.0.1.6", port] for port in (5985, 445, 135, 55121)}
    assert lateral == {5985: 8, 445: 30, 135: 8, 55121: 36}
    control = [flow for flow in flows if (flow.destination_ip, flow.destination_port) == ("192.168.0.4", 8443)]
    assert Counter((flow.source_ip, flow.service) for flow in control)["10.0.1.6", "ssl"] == 376
    clients = {fact.user for fact in facts if isinstance(fact, Authentication) and fact.source_ip == "10.0.1.6"}
    assert "pbeesly" in clients


@pytest.mark.parametrize(
    ("log", "count"),
    [("ssh", 22), ("ntlm", 422), ("kerberos", 11), ("smb_mapping", 393), ("dce_rpc", 78), ("notice", 207)],
)
def test_text_and_json_say_the_same(shared_data: Path, tmp_path: Path, log: str, count: int) -> None:
    text = read(shared_data / "zeek_wrccdc" / f"{log}.log.gz", tmp_path)
    json = read(shared_data / "zeek_wrccdc" / f"{log}.json.gz", tmp_path)
    assert len(text) == len(json) == count
    assert [record.outcome for record in text] == [record.outcome for record in json]


@pytest.mark.parametrize(("log", "count"), [("rdp", 4_122), ("known_services", 1_579)])
def test_text_logs_are_read_whole(shared_data: Path, tmp_path: Path, log: str, count: int) -> None:
    records = read(shared_data / "zeek_wrccdc" / f"{log}.log.gz", tmp_path)
    assert len(records) == count
    assert [record for record in records if isinstance(record.outcome, Rejected)] == []
