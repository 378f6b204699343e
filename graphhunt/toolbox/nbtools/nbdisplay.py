"""What `msticpy.nbtools.nbdisplay` has for alerts, events and timelines to look at; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.nbdisplay import (
    display_alert,
    display_logon_data,
    draw_alert_entity_graph,
    format_alert,
    format_logon,
    plot_entity_graph,
)
from graphhunt.toolbox.plot_process_trees import build_and_show_process_tree, plot_process_tree
from graphhunt.toolbox.plot_timeline import display_timeline
from graphhunt.toolbox.plot_timeline_duration import display_timeline_duration
from graphhunt.toolbox.plot_timeline_values import display_timeline_values

__all__ = [
    "build_and_show_process_tree",
    "display_alert",
    "display_logon_data",
    "display_timeline",
    "display_timeline_duration",
    "display_timeline_values",
    "draw_alert_entity_graph",
    "format_alert",
    "format_logon",
    "plot_entity_graph",
    "plot_process_tree",
]
