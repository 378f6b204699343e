"""Each difference between intruders and honest people is made honest, and can be switched off by its name."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import graphhunt
from graphhunt.errors import UsageError
from graphhunt.lab.generator import DIFFERENCES, EvalSet, GeneratorConfig, Hardening, eval_set
from graphhunt.lab.generator.observe import KERNEL, SESSION_LOG, SSH_LOG
from graphhunt.lab.generator.places import ADDRESS
from graphhunt.lab.generator.unusual import honest_day
from graphhunt.lab.generator.world import build_world
from tests.lab.conftest import SIZES, Made, tenth

_DAY = 86_400_000_000
_HOUR = 3_600_000_000


def _honest(made: EvalSet) -> pl.DataFrame:
    return made.logons.filter(pl.Series(made.labels < 0))


def test_there_are_the_seventeen_differences_of_the_plan() -> None:
    assert len(DIFFERENCES) == 17
    names = [name for shares in DIFFERENCES.values() for name in shares]
    assert len(set(names)) == len(names)


def test_a_world_draws_every_share_from_its_range_by_its_seed() -> None:
    drawn = [Hardening().shares(seed) for seed in range(75, 79)]
    for shares in DIFFERENCES.values():
        for name, (low, high) in shares.items():
            assert all(low <= one[name] <= high for one in drawn)
            assert low == high or len({one[name] for one in drawn}) == len(drawn)
    assert drawn[0] == Hardening().shares(75)


def test_a_difference_that_is_off_has_no_share_and_moves_no_other() -> None:
    full = Hardening().shares(75)
    for name, shares in DIFFERENCES.items():
        less = Hardening().without(name).shares(75)
        assert {share for share in less if less[share] != full[share]} == set(shares)
        assert not any(less[share] for share in shares)


def test_a_share_can_be_set_to_an_end_of_its_range() -> None:
    assert Hardening().fixing("people_onward", 0.05).shares(75)["people_onward"] == 0.05
    for wrong in (lambda: Hardening().without("nothing"), lambda: Hardening().fixing("nothing", 1.0)):
        with pytest.raises(UsageError):
            wrong()


def test_without_hardening_a_day_is_the_plain_one() -> None:
    config = GeneratorConfig(seed=75, hosts=60, users=40)
    plain, hard = (honest_day(build_world(c), 0) for c in (config, _hard(config)))
    assert set(plain.logon_type.tolist()) <= {2, 3, 7, 10, 11}
    assert len(hard) != len(plain)


def _hard(config: GeneratorConfig) -> GeneratorConfig:
    return GeneratorConfig(seed=config.seed, hosts=config.hosts, users=config.users, hardening=Hardening())


def test_each_difference_can_be_left_out_of_a_set() -> None:
    for name in DIFFERENCES:
        config = GeneratorConfig(seed=75, hosts=60, users=40, days=3, hardening=Hardening().without(name))
        world = build_world(config)
        assert all(len(honest_day(world, day)) for day in range(3))


def test_honest_people_go_on_by_network_from_where_they_came_by_network(labelled: EvalSet, plain: EvalSet) -> None:
    def onward(made: EvalSet) -> int:
        rows = _honest(made).filter((pl.col("src") != pl.col("dst")) & (pl.col("ok") == 1) & (pl.col("src") >= 0))
        seated = _honest(made).filter((pl.col("src") == pl.col("dst")) | (pl.col("logon_type") == 10))
        users = rows.filter(pl.col("acct") < SIZES["users"])
        came = users.filter(pl.col("logon_type") == 3).select("acct", "t", src="dst", came="t")
        found = users.sort("t").join_asof(
            came.sort("t"), on="t", by=("src", "acct"), allow_exact_matches=False, check_sortedness=False
        )
        found = found.filter(pl.col("t") - pl.col("came") <= _DAY)
        return found.join(seated.select("acct", src="dst").unique(), on=("acct", "src"), how="anti").height

    assert onward(plain) == 0
    assert onward(labelled) >= 10


def test_some_hops_are_refused_and_some_targets_are_new(labelled: EvalSet) -> None:
    hops = [hop for attack in labelled.attacks for hop in attack.hops]
    refused = np.mean([not hop.ok for hop in hops])
    assert 0.05 < refused < 0.5
    attack = next(attack for attack in labelled.attacks if any(not hop.ok for hop in attack.hops))
    assert all(labelled.logons["ok"][hop.row] == hop.ok for hop in attack.hops if hop.row >= 0)


def test_honest_failures_come_in_bursts(labelled: EvalSet) -> None:
    failed = _honest(labelled).filter(pl.col("ok") == 0)
    bursts = failed.group_by("acct", pl.col("t") // (2 * _HOUR)).len()
    assert bursts["len"].to_numpy().max() >= 5
    assert 0.02 < failed.height / _honest(labelled).height < 0.12


def test_intruders_begin_on_desks_servers_and_addresses() -> None:
    made = tenth(Hardening(), seed=76, attacks=60)
    begin = Counter(int(made.machine_role[attack.start_machine]) for attack in made.attacks)
    assert begin[0] / 60 == pytest.approx(0.55, abs=0.2)
    assert begin[1] >= 6
    assert begin[ADDRESS] >= 4
    styles = Counter(attack.style for attack in made.attacks)
    assert styles["land"] / 60 == pytest.approx(0.3, abs=0.15)
    assert set(styles) == {"usual", "land", "rdp", "ssh"}
    spans = np.array([attack.last - attack.first for attack in made.attacks])
    assert 0.1 < (spans > 1.5 * _DAY).mean() < 0.6


def test_a_quiet_intruder_leaves_no_execution(labelled: EvalSet) -> None:
    executed = labelled.corroboration.filter(pl.Series(labelled.hidden.events >= 0) & (pl.col("kind") == 0))
    rows = executed.filter(pl.col("logon") >= 0)["logon"].to_list()
    styles = {labelled.attacks[labelled.labels[row]].style for row in rows}
    assert styles <= {"usual", "ssh"}


def test_a_set_as_found_in_the_world_has_one_to_three_intrusions() -> None:
    counts = [len(eval_set(seed, attacks=None, **SIZES).attacks) for seed in range(75, 79)]
    assert set(counts) <= {1, 2, 3}


def test_logs_hide_sources_lack_machines_and_tell_by_other_witnesses(labelled: EvalSet, plain: EvalSet) -> None:
    remote = labelled.logons.filter((pl.col("src") != pl.col("dst")) & (pl.col("logon_type") == 3))
    assert 0.03 < (remote["src"].to_numpy() < 0).mean() < 0.25
    assert (plain.logons["src"] >= 0).all()
    logged = set(labelled.logons["dst"].to_list())
    assert len(set(plain.logons["dst"].to_list()) - logged) >= 10
    witnesses = Counter(labelled.logons["witness"].to_list())
    assert witnesses[SSH_LOG] > 100
    assert witnesses[SESSION_LOG] > 10
    sessions = labelled.logons.filter(pl.col("witness") == SESSION_LOG)
    assert ((sessions["logon_type"] == 10) | (sessions["src"] == sessions["dst"])).all()
    assert labelled.flows.height > 50
    assert not set(labelled.flows["dst"].to_list()) & logged


def test_ports_and_sessions_lead_from_a_hop_to_its_cause(labelled: EvalSet) -> None:
    seen = labelled.connections
    kernel = (seen["process"] == KERNEL) & (seen["peer_port"] == 445)
    assert 0.2 < kernel.to_numpy().sum() / (seen["peer_port"].to_numpy() == 445).sum() < 0.6
    assert (seen.filter(pl.Series(kernel))["session"] == -1).all()
    # The port on both sides is that of one connection, and the acting session one that a logon began.
    joined = labelled.logons.with_row_index("row").join(
        seen.filter(pl.col("session") >= 0), left_on=("dst", "port"), right_on=("peer", "port"), suffix="_there"
    )
    joined = joined.filter((pl.col("t") - pl.col("t_there")).abs() < 60_000_000)
    causes = labelled.hidden.causes[joined["row"].to_numpy()]
    known = causes >= 0
    assert known.sum() > 500
    acting = labelled.logons["session"].to_numpy()[causes[known]]
    assert (acting == joined["session_there"].to_numpy()[known]).mean() > 0.95
    assert (labelled.logons["dst"].to_numpy()[causes[known]] == joined["host"].to_numpy()[known]).mean() > 0.95


def test_lsass_is_opened_by_honest_actors_with_rights_to_read(labelled: EvalSet) -> None:
    lsass = labelled.corroboration.filter(pl.col("kind") == 2).with_columns(
        bad=pl.Series(labelled.hidden.events).filter(labelled.corroboration["kind"] == 2) >= 0
    )
    honest = lsass.filter(~pl.col("bad"))
    assert (honest["rights"] >= 0).all()
    reads = honest.filter(pl.col("rights") & 0x10 != 0)
    assert reads.height > 3 * lsass.filter("bad").height
    assert reads["actor"].n_unique() >= 4


def test_host_events_come_from_machines_with_a_sensor(labelled: EvalSet) -> None:
    hosts = labelled.corroboration["host"].to_numpy()
    assert labelled.sensors[hosts].all()
    assert labelled.sensors[labelled.connections["host"].to_numpy()].all()
    assert not labelled.sensors.all()


def test_an_intrusion_alone_keeps_the_harmless_rows(labelled: EvalSet) -> None:
    single = labelled.alone(5)
    assert len(single.attacks) == 1
    assert [hop.technique for hop in single.attacks[0].hops] == [hop.technique for hop in labelled.attacks[5].hops]
    assert _honest(single).equals(_honest(labelled))
    rows = list(single.attacks[0].rows)
    assert single.logons[rows].equals(labelled.logons[list(labelled.attacks[5].rows)])
    linked = single.corroboration.filter(pl.col("logon") >= 0)
    assert (single.logons["dst"].to_numpy()[linked["logon"].to_numpy()] == linked["host"].to_numpy()).all()


def test_whole_records_tell_of_the_hard_differences_too(hardened: Made, small: Made) -> None:
    def types(made: Made) -> set[object]:
        return {record["LogonType"] for record in made.records if record["EventID"] == 4624}

    def failed(made: Made) -> float:
        logons = [record["EventID"] for record in made.records if record["EventID"] in {4624, 4625}]
        return logons.count(4625) / len(logons)

    assert {str(kind) for kind in types(hardened) - types(small)} & {"8", "9"}
    assert failed(hardened) > 1.2 * failed(small)


def test_generator_and_detector_share_nothing() -> None:
    root = Path(graphhunt.__file__).parent
    for folder, forbidden in (("lab/generator", ("lateral", "detections", "lab.evaluation")), ("lateral", ("lab",))):
        for path in (root / folder).rglob("*.py"):
            for name in _imports(path):
                assert not any(name.startswith(f"graphhunt.{other}") for other in forbidden), (path.name, name)


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found
