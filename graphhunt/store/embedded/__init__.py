"""The embedded engine: ArcadeDB as a child process in the workspace, shared by all graphhunt processes there.

A small keeper process is the engine's parent. It outlives the command that started it, stops the engine when no
graphhunt process uses the workspace any more, and takes the engine with it when it is killed itself.
"""

from __future__ import annotations

from graphhunt.store.embedded.link import EmbeddedLink, engine_status, stop_engine

__all__ = ["EmbeddedLink", "engine_status", "stop_engine"]
