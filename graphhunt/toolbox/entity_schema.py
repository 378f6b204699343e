"""The entity classes under the module name of the documents; they stand in `graphhunt.toolbox.entities`."""

from __future__ import annotations

from graphhunt.toolbox.entities import *  # noqa: F403  one list of names, kept there
from graphhunt.toolbox.entities import __all__ as __all__
