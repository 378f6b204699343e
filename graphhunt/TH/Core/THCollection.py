"""Collections: what a method gives."""

from __future__ import annotations

from graphhunt.entities.collection import Collection as THCollection
from graphhunt.entities.collection import R as T

__all__ = ["T", "THCollection"]
