"""What an open case offers of stories."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from graphhunt.questions.pivots import Window
from graphhunt.stories.overview import overview
from graphhunt.stories.processes import processes
from graphhunt.stories.story import story
from graphhunt.times import micros

if TYPE_CHECKING:
    from graphhunt.questions.question import Case

Moment = str | int | datetime | None
"""A time as it is given; None for none."""


class Stories:
    """The methods of a case that tell stories; times are ISO 8601 text, aware datetimes or microseconds."""

    def story(self: Case, kind: str | None, name: str, *, since: Moment = None, until: Moment = None) -> dict[str, Any]:
        """Tell the story of a machine, an account or an address; see `graphhunt.stories.story.story`.

        Args:
            kind: `machine`, `user` or `ip`; None for whichever is called so.
            name: Its id or any of its names.
            since: From this time on.
            until: Before this time.

        Raises:
            UsageError: There is no such kind, several are called so, or a time can't be read.
            MissingError: Nothing is called so; the hint names the nearest.
        """
        return story(self, name, kind=kind, window=Window(micros(since), micros(until)))

    def stories(self: Case, *, since: Moment = None, until: Moment = None) -> dict[str, Any]:
        """List machines, accounts and outside addresses with what makes each worth opening."""
        return overview(self, Window(micros(since), micros(until)))

    def process_rows(self: Case, kind: str, name: str, *, since: Moment = None, until: Moment = None) -> dict[str, Any]:
        """Give processes as rows of trees; see `graphhunt.stories.processes.processes`."""
        return processes(self, name, kind=kind, window=Window(micros(since), micros(until)))
