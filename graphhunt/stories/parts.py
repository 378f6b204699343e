"""The parts of one story, each made once: who came, what ran, talked outside and changed, and what was recorded."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.incidents.lead import Entity
from graphhunt.questions.recorded import in_window
from graphhunt.stories.came import Came
from graphhunt.stories.changed import Changed
from graphhunt.stories.ran import Ran
from graphhunt.stories.talked import Talked

if TYPE_CHECKING:
    from graphhunt.questions.pivots import Window
    from graphhunt.stories.subject import Subject
    from graphhunt.stories.telling import Telling, Told


class Parts:
    """The parts of one story.

    Args:
        telling: What stories are told from.
        one: Whom the story is about.
        window: The time that counts.
    """

    def __init__(self, telling: Telling, one: Subject, window: Window) -> None:
        self.telling = telling
        self.one = one
        self.window = window
        self.came = Came(telling, one, window)
        self.ran = Ran(telling, one, window)
        self.talked = Talked(telling, one, window)
        self.changed = Changed(telling, one, window)

    def holds(self, time: int) -> bool:
        """Tell whether a moment lies in the window."""
        after = self.window.since is None or time >= self.window.since
        return after and (self.window.until is None or time < self.window.until)

    @cached_property
    def told(self) -> list[Told]:
        """The leads of the story, earliest first: on the machine, of the account, or that name the address."""
        return [told for told in self.telling.told if self._about(told) and self.holds(told.lead.time)]

    def _about(self, told: Told) -> bool:
        if self.one.kind == "machine":
            return told.lead.machine == self.one.id or told.lead.source == self.one.id
        if self.one.kind == "user":
            return told.account == self.one.id
        facts = told.lead.facts.values()
        named = any(isinstance(fact, Entity) and fact == Entity("IP", self.one.id) for fact in facts)
        return named or self.one.id in (told.lead.machine, told.lead.source)

    @cached_property
    def recorded(self) -> pl.DataFrame:
        """What the machine recorded, per kind and minute; nothing for an account or address."""
        frame = in_window(self.telling.recorded, self.window)
        return frame.filter(pl.col("machine") == (self.one.id if self.one.kind == "machine" else ""))

    @cached_property
    def machines(self) -> list[str]:
        """Ids of the machines that the story touches, by when it first does."""
        if self.one.kind == "machine":
            return [self.one.id]
        frames = [
            self.came.logons.select("machine_id", "start"),
            self.ran.processes.select("machine_id", start="began"),
            self.talked.calls.select("machine_id", "start"),
        ]
        found = pl.concat(frames).drop_nulls("machine_id").sort("start", "machine_id", nulls_last=True)
        return found.get_column("machine_id").unique(maintain_order=True).to_list()

    @cached_property
    def seen(self) -> list[str]:
        """Records that tell of it without being its own, earliest first."""
        frames = [self.came.everyone, self.came.onward, self.talked.calls, self.came.failed]
        found = pl.concat([frame.select("start", "evidence") for frame in frames]).sort("start")
        return found.get_column("evidence").explode().drop_nulls().to_list()
