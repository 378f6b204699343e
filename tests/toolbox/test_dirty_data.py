"""What comes in real columns beside text: missing values, bytes, numbers, halves of characters, no columns at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import graphhunt.toolbox as t
from graphhunt.errors import UsageError

from .intel import answers

HALF = "\ud800 run d2hvYW1pIC9hbGw= on 10.1.2.3"
MISSING = [None, float("nan"), pd.NA, pd.NaT]


@pytest.mark.parametrize("missing", MISSING)
def test_a_missing_value_is_empty_text(missing: Any) -> None:
    assert [t.char_ord_score(missing), t._string_score(missing), t.delim_count(missing)] == [0, 0, 0]
    assert (t.token_count(missing), t.crc32_hash(missing), t.delim_hash(missing)) == (1, 0, 0)
    assert t.dns_components(missing) == {"subdomain": "", "domain": "", "suffix": ""}
    assert (t.url_components(missing)["host"], t.url_components(missing)["port"]) == ("", None)
    assert t.DomainValidator().validate_tld(missing) is False
    assert (t.IoCExtract().get_ioc_type(missing), t.IoCExtract().validate(missing, "url")) == ("unknown", False)
    with pytest.raises(UsageError):
        answers.lookup(answers.Net(answers.json({}))).lookup_ioc(missing)


def test_bytes_and_numbers_are_read_as_text() -> None:
    assert (t.char_ord_score(b"ab"), t.token_count(17), t.crc32_hash(b"123456789")) == (195, 1, 0xCBF43926)  # type: ignore[arg-type]
    assert t.dns_components(b"www.example.co.uk")["suffix"] == "co.uk"  # type: ignore[arg-type]
    assert t.IoCExtract().extract(b"to 10.1.2.3 \xff") == {"ipv4": {"10.1.2.3"}}  # type: ignore[call-overload, arg-type]


def test_half_a_character_costs_nothing_else_of_the_column() -> None:
    data = pd.DataFrame({"c": [HALF, "to 10.9.9.9", None, 7, b"\xff", ["list"]]})
    found = t.IoCExtract().extract(data=data, columns=["c"])
    assert set(found["Observable"]) == {"10.1.2.3", "10.9.9.9"}
    assert t.unpack_df(data, "c")["decoded_string"].tolist() == ["whoami /all"]
    assert t.char_ord_score_df(data, "c").tolist()[1:4] == [sum(map(ord, "to 10.9.9.9")), 0, ord("7")]
    assert len(t.extract_events_to_df(data, "c")) == 0
    lines = pd.DataFrame(
        {"c": [f"type=LOGIN msg=audit(1551485405.594:7): pid=3 note=\ud800 uid=0\n{HALF}", None]}, dtype=object
    )
    assert t.extract_events_to_df(lines, "c")["pid"].tolist() == [3]
    assert "ann" in t.format_logon(pd.DataFrame({"TargetUserName": ["ann", "\ud800"]}, dtype=object)).data


def test_places_of_a_dirty_column(tmp_path: Any) -> None:
    (tmp_path / "sites.csv").write_text("network,site\n10.0.0.0/8,Plant\n")
    geo = t.GeoLiteLookup(sites=tmp_path / "sites.csv")
    data = pd.DataFrame({"ip": [None, b"10.1.1.1", 7, "10.2.2.2", ["x"], "\ud800"]})
    assert geo.df_lookup_ip(data, "ip")["City"].fillna("").tolist() == ["", "Plant", "", "Plant", "", ""]
    assert geo.lookup_ip(ip_addr_list=["10.1.1.1", None, float("nan")])[1][0].Location.City == "Plant"  # type: ignore[list-item]
    with pytest.raises(UsageError):
        geo.lookup_ip(pd.NA)  # type: ignore[arg-type]


NO_COLUMNS: list[Callable[[pd.DataFrame], Any]] = [
    lambda data: t.get_event_subset(data, "LOGIN"), t.generate_process_tree, t.build_proc_tree, t.get_roots,
    t.get_summary_info, t.dbcluster_events, t.build_process_tree, t.cluster_syslog_logons_df,
    t.display_timeline, lambda data: t.IoCExtract().extract_df(data, "c"), lambda data: t.unpack_df(data, "c"),
    lambda data: t.get_process_key(data, 0),
    lambda data: answers.lookup(answers.Net(answers.json({}))).browse_results(data),
]  # fmt: skip


@pytest.mark.parametrize("call", NO_COLUMNS)
def test_a_frame_without_the_columns_is_refused_with_a_reason(call: Callable[[pd.DataFrame], Any]) -> None:
    with pytest.raises(UsageError):
        call(pd.DataFrame(index=[1, 2]))


def test_what_is_no_frame_no_row_and_no_mapping_is_refused_with_a_reason() -> None:
    twice = pd.DataFrame([["a", "b"]], columns=["c", "c"])
    for data in (None, ["text"], {"c": ["text"]}, twice):
        with pytest.raises(UsageError):
            t.unpack_df(data, "c")  # type: ignore[arg-type]
    for given in (7, "text", b"text", float("nan"), ["x"]):
        for kind in (t.SecurityAlert, t.SecurityEvent, t.Host, t.Entity.create):
            with pytest.raises(UsageError):
                kind(given)
    with pytest.raises(UsageError, match="no source index"):
        t.get_process_key(pd.DataFrame({"source_index": [1]}), "x")


def test_a_column_without_rows_gives_a_result_without_rows() -> None:
    data = pd.DataFrame({"c": pd.Series([], dtype=object), "TimeGenerated": pd.to_datetime([], utc=True)})
    assert len(t.unpack_df(data, "c")) == len(t.IoCExtract().extract_df(data, "c")) == 0
    assert "<svg" in t.display_timeline_duration(data, "c").page()


def test_a_missing_value_of_a_nullable_column_is_none() -> None:
    row = pd.DataFrame({"EventID": pd.array([4624], "Int64"), "LogonType": pd.array([None], "Int64"),
                        "TargetUserName": ["ann"], "Computer": pd.array([None], "string")}).iloc[0]  # fmt: skip
    event = t.SecurityEvent(row)
    assert (event.primary_account.Name, event.query_params["hostname"]) == ("ann", None)  # type: ignore[union-attr]
    alert = t.SecurityAlert({"AlertName": pd.NA, "Entities": [{"$id": "1", "Type": "host", "HostName": pd.NA}]})
    assert alert.primary_host.HostName is None  # type: ignore[union-attr]
    assert "<table" in alert.to_html()


@pytest.mark.parametrize(
    "name", ["build_process_tree", "build_and_show_process_tree", "get_tree_depth", "plot_process_tree"]
)
@pytest.mark.parametrize("given", [None, [1, 2], "rows"])
def test_a_tree_of_what_is_no_frame_is_refused_with_a_reason(name: str, given: Any) -> None:
    with pytest.raises(UsageError, match="a frame is wanted"):
        getattr(t, name)(given)
