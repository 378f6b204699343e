"""What `msticpy.sectools.cmd_line` has for command lines; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.cmd_line import cmd_speed, risky_cmd_line

__all__ = [
    "cmd_speed",
    "risky_cmd_line",
]
