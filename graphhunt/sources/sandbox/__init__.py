"""Runs a loader in a killable worker process, for parsers that may crash, loop or eat memory.

Damaged and hostile files make native parsers hang or crash, and no timer inside a process can stop that. The
worker has limits on memory, CPU time and silence, gets no environment, writes no files, and dies with its parent.
"""

from __future__ import annotations

from graphhunt.sources.sandbox.parent import Sandbox, SandboxLimits

__all__ = ["Sandbox", "SandboxLimits"]
