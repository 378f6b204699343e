"""Networks that an analyst states: what is there becomes outside, incidents follow, and taking it back restores all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from graphhunt.case.networks import StatedNetworks
from graphhunt.hunt import Hunt
from graphhunt.incidents.networks import ALONE, COMMAND
from graphhunt.questions.question import Wishes
from tests.conftest import small_settings
from tests.graph.twins import TwinCase

A = "mordor_theshire_2020"
WORKSTATION6 = "172.18.39.6"
"""Its address, as the records of ground truth A have it: one of the network 172.18.39.0/24."""


@pytest.mark.parametrize("which", ["as recorded", "twin"])
def test_a_network_that_is_taken_out_becomes_outside_until_that_is_taken_back(
    real_case: Callable[[str], Path], twin_case: Callable[[str], TwinCase], tmp_path: Path, which: str
) -> None:
    twin = twin_case(A) if which == "twin" else None
    folder = tmp_path / "case"
    shutil.copytree(twin.case if twin else real_case(A), folder)
    named = twin.twin.name if twin else str.casefold
    network = ip_network(f"{named(WORKSTATION6)}/24", strict=False)
    with Hunt(folder, settings=small_settings()) as hunt:

        def asked(name: str) -> dict[str, Any]:
            return hunt.ask(name, {}, Wishes(write=False), "hunt")

        before, incidents = asked("networks"), asked("incidents")
        reasons = {each["address"]: each["reasons"] for each in before["outside"]}
        assert reasons[named("10.10.10.5")] == [COMMAND, ALONE]
        assert str(network) in {each["cidr"] for each in before["networks"]}
        assert not any(ip_address(address) in network for address in reasons)

        StatedNetworks(folder).state(str(network), "outside", "ana")
        moved = {each["address"] for each in asked("networks")["outside"]}
        assert named(WORKSTATION6) in moved
        assert json.dumps(asked("incidents")) != json.dumps(incidents)

        StatedNetworks(folder).take_back(str(network), "ana")
        assert asked("networks") == before
        assert json.dumps(asked("incidents")) == json.dumps(incidents)
