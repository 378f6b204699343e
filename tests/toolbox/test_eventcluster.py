"""Event clustering: the documents' numbers, the faults of the peer, and weights against plain DBSCAN."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import DBSCAN

from graphhunt.errors import UsageError
from graphhunt.toolbox import add_process_features, char_ord_score, dbcluster_events

FEATURES = ["commandlineTokensFull", "pathScore", "isSystemSession"]


@pytest.fixture
def processes(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "msticpy" / "processes_on_host.csv", parse_dates=["TimeGenerated"])


def test_processes_on_host_as_the_document_calls_it(processes: pd.DataFrame) -> None:
    features = add_process_features(input_frame=processes)
    clusters, model, x_data = dbcluster_events(data=features, cluster_columns=FEATURES, max_cluster_distance=0.0001)
    assert (len(features), len(clusters)) == (363, 62)
    assert clusters["Clustered"].sum() == 29
    assert (~clusters["Clustered"]).sum() == 33
    assert clusters["ClusterSize"].sum() == 363
    assert (clusters.loc[~clusters["Clustered"], "ClusterId"] == -1).all()
    assert x_data.shape == (363, 3)
    assert len(model.labels_) == 363


def test_a_cluster_is_shown_by_the_row_the_published_table_shows(processes: pd.DataFrame) -> None:
    """The document's table of reg.exe: row 46 alone, and row 56 for three in cluster 7."""
    clusters, _, _ = dbcluster_events(add_process_features(processes), FEATURES, max_cluster_distance=0.0001)
    shown = clusters[clusters["processName"] == "reg.exe"]
    assert [(i, row.ClusterSize, row.processName, row.Clustered) for i, row in shown.sort_index().iterrows()] == [
        (46, 1, "reg.exe", False), (56, 3, "reg.exe", True)
    ]  # fmt: skip


def test_no_cluster_is_lost_to_differences_of_length() -> None:
    """Rows of one direction are one cluster to DBSCAN; cut apart, none of these would be enough for one."""
    data = np.array([[1.0, 2.0], [2.0, 4.0], [9.0, 0.0], [3.0, 0.5], [6.0, 1.0], [12.0, 2.0]])
    assert dbcluster_events(data)[1].labels_.tolist() == [0, 0, -1, 1, 1, 1]
    parts = np.array([[1.0, 2.0]] * 3 + [[2.0, 4.0]] + [[8.0, 16.0]] * 2 + [[32.0, 64.0]])
    assert dbcluster_events(parts)[1].labels_.tolist() == [0, 0, 0, 1, 1, 1, 1]


def test_the_documents_own_score_of_text() -> None:
    from graphhunt.toolbox.text_features import _string_score

    assert (_string_score("NT AUTHORITY\\SYSTEM"), _string_score("")) == (1484, 0)


def test_the_misprinted_delimiters_give_fifty(processes: pd.DataFrame) -> None:
    from graphhunt.toolbox import delim_count_df

    features = add_process_features(processes)
    features["commandlineTokensFull"] = delim_count_df(features, "CommandLine", r"""[\s\-\/.,"'|&:;%$()]""")
    clusters, _, _ = dbcluster_events(features, FEATURES, max_cluster_distance=0.0001)
    assert len(clusters) == 50


def test_host_logons_as_the_document_calls_it(shared_data: Path) -> None:
    logons = pd.read_csv(shared_data / "msticpy" / "host_logons.csv", parse_dates=["TimeGenerated"])
    logons["AccountNum"] = logons["Account"].map(char_ord_score)
    logons["LogonHour"] = logons["TimeGenerated"].dt.hour
    clusters, _, _ = dbcluster_events(
        data=logons,
        time_column="TimeGenerated",
        cluster_columns=["AccountNum", "LogonType"],
        max_cluster_distance=0.0001,
    )
    found = {row.Account.split("\\")[1]: row for row in clusters.itertuples()}
    assert {name: row.ClusterSize for name, row in found.items()} == {
        "SYSTEM": 11, "MSTICAdmin": 2, "adm1nistrator": 1,
    }  # fmt: skip
    assert found["SYSTEM"].FirstEventTime == pd.Timestamp("2019-01-15T01:42:28.340Z")
    assert found["SYSTEM"].LastEventTime == pd.Timestamp("2019-01-15T05:15:14.453Z")
    assert found["adm1nistrator"].FirstEventTime == pd.Timestamp("2019-01-15T05:15:06.363Z")
    assert found["SYSTEM"].AccountNum == 1484


def test_each_unclustered_row_keeps_its_own_times(processes: pd.DataFrame) -> None:
    clusters, _, _ = dbcluster_events(add_process_features(processes), FEATURES, max_cluster_distance=0.0001)
    single = clusters[~clusters["Clustered"]]
    own = pd.to_datetime(single["TimeCreatedUtc"], utc=True)
    assert (single["FirstEventTime"] == own).all()
    assert (single["LastEventTime"] == own).all()
    assert single["FirstEventTime"].nunique() > 20


def test_times_of_clusters_span_their_members_and_rows_are_in_time_order(processes: pd.DataFrame) -> None:
    features = add_process_features(processes)
    clusters, model, _ = dbcluster_events(features, FEATURES, max_cluster_distance=0.0001)
    times = pd.to_datetime(features["TimeCreatedUtc"], utc=True)
    for row in clusters[clusters["Clustered"]].itertuples():
        members = times[model.labels_ == row.ClusterId]
        assert (row.FirstEventTime, row.LastEventTime) == (members.min(), members.max())
        assert row.Index == members.index.min()
    assert clusters["FirstEventTime"].is_monotonic_increasing


def test_the_time_column_of_the_input_is_not_touched(processes: pd.DataFrame) -> None:
    features = add_process_features(processes)
    clusters, _, _ = dbcluster_events(features, FEATURES, max_cluster_distance=0.0001)
    assert (clusters["TimeGenerated"] == features.loc[clusters.index, "TimeGenerated"]).all()
    without = features.drop(columns=["TimeGenerated"])
    assert "TimeGenerated" not in dbcluster_events(without, FEATURES)[0]


def test_weights_give_the_partition_of_plain_dbscan() -> None:
    rng = np.random.default_rng(3)
    for _ in range(60):
        data = rng.integers(0, 4, (int(rng.integers(1, 60)), 2)).astype(float)
        samples = int(rng.integers(1, 5))
        _, model, _ = dbcluster_events(data, normalize=False, max_cluster_distance=1.0, min_cluster_samples=samples)
        plain = DBSCAN(eps=1.0, min_samples=samples).fit(data)
        assert set(model.core_sample_indices_) == set(plain.core_sample_indices_)
        core = plain.core_sample_indices_
        pairs = {(a, b) for a, b in zip(model.labels_[core], plain.labels_[core], strict=True)}
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
        assert ((model.labels_ == -1) == (plain.labels_ == -1)).all()


def test_labels_do_not_depend_on_row_order() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.integers(0, 9, (80, 2)), columns=["a", "b"]).assign(row=range(80))
    _, model, _ = dbcluster_events(frame, ["a", "b"], normalize="columns", max_cluster_distance=0.15)
    shuffled = frame.sample(frac=1, random_state=1)
    _, other, _ = dbcluster_events(shuffled, ["a", "b"], normalize="columns", max_cluster_distance=0.15)
    sets = [{frozenset(g) for _, g in f["row"].groupby(m.labels_)} for f, m in ((frame, model), (shuffled, other))]
    assert sets[0] == sets[1]


def test_numpy_input_works_as_documented() -> None:
    data = np.array([[1.0, 5.0], [1.0, 5.0], [9.0, 0.0]])
    clusters, model, _ = dbcluster_events(data)
    assert sorted(clusters["ClusterSize"]) == [1, 2]
    assert clusters["FirstEventTime"].isna().all()
    assert model.labels_.tolist() == [0, 0, -1]
    assert sorted(dbcluster_events(data, cluster_columns=[1])[0]["ClusterSize"]) == [1, 2]


def test_text_times_and_missing_time_columns() -> None:
    frame = pd.DataFrame({"x": [1, 1, 50], "y": [2, 2, 1], "TimeCreatedUtc": ["2024-01-02", "2024-01-01", None]})
    clusters, _, _ = dbcluster_events(frame, ["x", "y"])
    assert clusters.iloc[0]["FirstEventTime"] == pd.Timestamp("2024-01-01", tz="UTC")
    assert pd.isna(clusters.iloc[1]["FirstEventTime"])
    with pytest.raises(UsageError, match="'when'"):
        dbcluster_events(frame, ["x", "y"], time_column="when")


def test_empty_frame() -> None:
    clusters, _, x_data = dbcluster_events(pd.DataFrame({"x": [], "y": []}), ["x", "y"])
    assert clusters.empty
    assert {"ClusterId", "ClusterSize", "FirstEventTime", "LastEventTime"} <= set(clusters.columns)
    assert x_data.shape == (0, 2)


def test_null_features_equal_nulls_and_nothing_else() -> None:
    frame = pd.DataFrame({"x": [1.0, 1.0, None, None, 1.0], "y": [0.0, 0.0, 1.0, 1.0, None]})
    _, model, _ = dbcluster_events(frame, ["x", "y"])
    assert model.labels_.tolist() == [0, 0, 1, 1, -1]


def test_proportional_rows_are_not_identical() -> None:
    data = np.array([[1.0, 2.0]] * 3 + [[2.0, 4.0]] * 3)
    assert dbcluster_events(data)[1].labels_.tolist() == [0, 0, 0, 1, 1, 1]
    assert dbcluster_events(data, normalize="columns")[1].labels_.tolist() == [0, 0, 0, 1, 1, 1]


def test_a_feature_of_text_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="'x'"):
        dbcluster_events(pd.DataFrame({"x": ["a"], "y": [1]}), ["x", "y"])
    with pytest.raises(UsageError, match="two-dimensional"):
        dbcluster_events([1, 2])  # type: ignore[arg-type]


def test_documented_features_exist() -> None:
    frame = pd.DataFrame(
        {"NewProcessName": [r"C:\Windows\cmd.exe"], "CommandLine": ["cmd /c dir"], "SubjectLogonId": ["0x3e7"]}
    )
    row = add_process_features(frame).iloc[0]
    assert (row.processName, row.processNameLen, row.processNameTokens) == ("cmd.exe", 18, 3)
    assert (row.commandlineLen, row.commandlineTokens, row.commandlineTokensFull) == (10, 3, 3)
    assert row.commandlineScore == sum(map(ord, "cmd /c dir"))
    assert row.commandlineLogScore == pytest.approx(np.log10(row.commandlineScore))
    assert row.pathLogScore == pytest.approx(np.log10(sum(map(ord, r"C:\Windows\cmd.exe"))))
    assert bool(row.isSystemSession)


def test_the_separator_is_each_rows_own() -> None:
    frame = pd.DataFrame({"NewProcessName": ["/usr/bin/bash"] * 10 + [r"C:\a\b.exe"]})
    assert add_process_features(frame)["processName"].tolist()[-1] == "b.exe"
    given = add_process_features(pd.DataFrame({"NewProcessName": ["a|b"]}), path_separator="|")
    assert given["processName"].tolist() == ["b"]


@pytest.mark.parametrize(
    ("value", "system"),
    [("0x3e7", True), ("0X3E7", True), (999, True), (-1, True), ("-1", True), (-1.0, True), (None, False),
     ("0x3e8", False), ("", False), (0, False)],
)  # fmt: skip
def test_system_sessions_in_any_spelling(value: object, system: bool) -> None:
    frame = pd.DataFrame({"SubjectLogonId": pd.Series([value, "x"], dtype=object)})
    assert add_process_features(frame)["isSystemSession"].tolist() == [system, False]


def test_absent_columns_empty_frames_and_nulls() -> None:
    only = add_process_features(pd.DataFrame({"CommandLine": ["a", None]}))
    assert only["commandlineLen"].tolist() == [1, 0]
    assert "pathScore" not in only
    assert add_process_features(pd.DataFrame({"NewProcessName": [], "CommandLine": []})).empty


def test_force_and_the_input_frame() -> None:
    frame = pd.DataFrame({"NewProcessName": ["/a/b"], "pathScore": [1]})
    assert add_process_features(frame)["pathScore"].tolist() == [1]
    assert add_process_features(frame, force=True)["pathScore"].tolist() == [sum(map(ord, "/a/b"))]
    assert frame.columns.tolist() == ["NewProcessName", "pathScore"]
