"""What `msticpy.nbtools.timeline` has for timelines; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.plot_timeline import display_timeline
from graphhunt.toolbox.plot_timeline_duration import display_timeline_duration
from graphhunt.toolbox.plot_timeline_values import display_timeline_values

__all__ = [
    "display_timeline",
    "display_timeline_duration",
    "display_timeline_values",
]
