"""A small intrusion to try everything with: one working day of fifteen people, and one intruder among them.

A clerk's workstation is taken over by a document.  From there the intruder reaches an application server with
the clerk's own rights, finds an administrator's credentials in its memory, and goes on to the file server and
the domain controller.  Nothing in the records says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator import behaviour as b
from graphhunt.lab.generator.clock import local_midnight
from graphhunt.lab.generator.config import HOUR_US, SECOND_US, Dirt, GeneratorConfig
from graphhunt.lab.generator.feed import Feed
from graphhunt.lab.generator.run import day_file, expected_of
from graphhunt.lab.generator.scenario import Intrusion, Step
from graphhunt.lab.generator.stage import Stage
from graphhunt.lab.generator.streams import stream
from graphhunt.lab.generator.truth import Truth
from graphhunt.lab.generator.world import World, build_world

if TYPE_CHECKING:
    from pathlib import Path


def demo_config(seed: int) -> GeneratorConfig:
    """Return the enterprise of the demonstration: fifteen people, twenty-four machines, one day."""
    dirt = Dirt(late_arrival=0.002, lost_starts=0.05, reboots=0.0, skew_outliers=0.0, local_time_hosts=0.0, nat=False)
    return GeneratorConfig(
        seed=seed,
        hosts=24,
        users=15,
        servers=6,
        admins=2,
        help_desk=1,
        shared_accounts=1,
        service_accounts=6,
        logons_per_user_day=8.0,
        processes_per_user_day=25.0,
        flows_per_user_day=40.0,
        beacon_seconds=60.0,
        chains=1,
        bursts=0,
        dirt=dirt,
    )


def generate_demo(folder: Path, seed: int = 7) -> Truth:
    """Write the demonstration into ``folder``: one NDJSON file of real field layout, and ``truth.json``.

    The intrusion has three hops (WinRM, a PsExec-like service, WMI) and a change of user after the first.  Some
    10,000 records are written in about half a second; the same seed gives the same bytes.

    Raises:
        OSError: The folder can't be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = demo_config(seed)
    world = build_world(config)
    path = folder / day_file(config, 0)
    with path.open("wb") as out:
        feed = Feed(config, out, stream(seed, "pipeline", 0))
        stage = Stage(world, 0, feed, ([_intrusion(world)], []))
        stage.run()
        feed.close()
    truth = Truth(
        seed=seed,
        start=config.start,
        end=config.end,
        domain=config.domain,
        chains=stage.chains,
        decoys=stage.decoys,
        expected=expected_of(world, feed.tally),
        files=[path.name],
    )
    truth.save(folder)
    return truth


def _intrusion(world: World) -> Intrusion:
    rng = stream(world.config.seed, "demo")
    person = _clerk(world, rng)
    begin = local_midnight(world.config.start, 0, world.config.utc_offset_minutes)
    begin += int(rng.uniform(9.5, 11.0) * HOUR_US)
    administrator = world.first_admin + int(rng.integers(len(world.admin_person)))
    first = begin + int(rng.uniform(480, 1_200)) * SECOND_US
    second = first + int(rng.uniform(900, 2_400)) * SECOND_US
    third = second + int(rng.uniform(240, 900)) * SECOND_US
    home = int(world.home[person])
    application = _server(world, "APP")
    files = _server(world, "FILE")
    steps = (
        Step(first, home, application, person, "winrm", "", -1),
        Step(second, application, files, administrator, "service", "WinHelperSvc", application),
        Step(third, files, world.first_controller, administrator, "wmi", "", -1),
    )
    c2 = (f"198.{18 + rng.integers(2)}.{rng.integers(1, 251)}.{rng.integers(1, 251)}", 443)
    end = third + int(rng.uniform(1.5, 2.5) * HOUR_US)
    beacon = int(world.config.beacon_seconds * SECOND_US)
    return Intrusion("chain-1", home, person, begin, steps, end, c2, beacon)


def _clerk(world: World, rng: np.random.Generator) -> int:
    """Return somebody who is at work and neither administrator nor help desk."""
    present = np.flatnonzero(b.present_persons(world, 0))
    plain = np.setdiff1d(present, np.concatenate([world.admin_person, world.help_person]))
    return int(rng.choice(plain if len(plain) else present))


def _server(world: World, role: str) -> int:
    return next(int(number) for number in world.servers if world.machines[number].startswith(role))
