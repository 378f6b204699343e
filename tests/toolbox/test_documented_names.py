"""Every module, class and function that the toolbox's documents name is here, and called as its users call it."""

from __future__ import annotations

import importlib
import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from graphhunt import toolbox
from graphhunt.errors import GraphhuntError

LISTED: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "documented_names.py"))
HERE = [one for one in LISTED["NAMES"] if one.name not in LISTED["NOT_HERE_YET"]]


def test_what_the_documents_name_is_listed(shared_data: Path) -> None:
    """The document names modules in its headings and roles, and classes beside them."""
    (seed,) = (shared_data.parent / "seeds").glob("004_*.txt")
    text = seed.read_text("utf-8")
    roles = re.findall(r":py`msticpy\.[\w.]*?(\w+)`", text)
    classes = re.findall(r"(?<![\w.])(?:GeoLiteLookup|IPStackLookup|TILookup|Host|Account)(?!\w)", text)
    spoken = {"tilookup": "tiproviders"}
    known = {one.module for one in LISTED["NAMES"]} | {one.name for one in LISTED["NAMES"]}
    assert len(roles) > 15
    assert {spoken.get(name, name) for name in [*roles, *classes]} - known == set()


def test_modules_are_imported_as_the_documents_name_them(shared_data: Path) -> None:
    (seed,) = (shared_data.parent / "seeds").glob("004_*.txt")
    roles = re.findall(r":py`msticpy\.([a-z0-9_.]+?)\.?([A-Z]\w+)?`", seed.read_text("utf-8"))
    assert len(roles) == 19
    for module, name in roles:
        found = importlib.import_module(f"graphhunt.toolbox.{module}")
        assert not name or name in found.__all__
        for public in found.__all__:
            assert getattr(found, public) is getattr(toolbox, public)


def test_nothing_is_missing_but_what_may_be() -> None:
    missing = {one.name for one in LISTED["NAMES"] if not one.home()}
    assert missing <= LISTED["NOT_HERE_YET"]
    assert LISTED["NOT_HERE_YET"] <= {one.name for one in LISTED["NAMES"]}


def refused(function: Any, *given: Any) -> str:
    """Say how a call is refused."""
    with pytest.raises(GraphhuntError) as caught:
        function(*given)
    return type(caught.value).__name__


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("one", HERE, ids=lambda one: one.name)
def test_each_call_gives_what_the_page_says(one: Any, tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    log.write_text("type=LOGIN msg=audit(1551485405.594:7): pid=3 uid=0\n")
    known = {name: getattr(toolbox, name) for name in toolbox.__all__}
    points = np.random.default_rng(0).normal(size=(40, 2))
    given = {**known, "pd": pd, "np": np, "audit_log": log, "points": points, "refused": refused}
    assert one.home().startswith("graphhunt.")
    assert repr(eval(one.call, given)) == one.gives


def test_results_have_the_documented_columns_in_order(tmp_path: Path) -> None:
    """As the documents of the tools list them."""
    text = pd.DataFrame({"t": ["run d2hvYW1pIC9hbGw= on 10.1.2.3"]})
    assert list(toolbox.unpack_df(text, "t").columns) == [
        "reference", "original_string", "file_name", "file_type", "input_bytes", "decoded_string", "encoding_type",
        "file_hashes", "md5", "sha1", "sha256", "printable_bytes", "src_index", "src_column", "full_decoded_string",
    ]  # fmt: skip
    nothing = pd.DataFrame({"t": ["nothing"]})
    assert list(toolbox.unpack_df(nothing, "t").columns) == list(toolbox.unpack_df(text, "t").columns)
    for frame in (text, nothing):
        found = toolbox.IoCExtract().extract_df(frame, "t")
        assert list(found.columns) == ["IoCType", "Observable", "SourceIndex", "Input"]
    log = tmp_path / "audit.log"
    log.write_text("type=LOGIN msg=audit(1551485405.594:7): pid=3 uid=0\n")
    assert list(toolbox.read_from_file(log).columns) == ["EventType", "mssg_id", "TimeStamp", "pid", "uid"]
    clusters = toolbox.dbcluster_events(pd.DataFrame({"x": [1, 1], "y": [2, 2]}))[0]
    assert list(clusters.columns) == [
        "x", "y", "Clustered", "ClusterId", "ClusterSize", "FirstEventTime", "LastEventTime",
    ]  # fmt: skip
