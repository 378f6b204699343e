"""Compiles the kernels with numba when it is installed, and runs the same functions as plain Python when not.

The kernels are ordinary Python functions in modules that import nothing from numba. `kernels` makes a
second, compiled set of a whole module on first need, so that a small case never waits for a compiler.
The compiled and the plain set come from one source text: there is no second implementation to drift.

A kernel never writes to its arguments: the plain set is called with lists, which Python reads several
times faster than numpy elements.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

COMPILE_ABOVE = 50_000
"""Rows above which compiled kernels pay for the time it takes to load them."""


def numba_available() -> bool:
    """Tell whether compiled kernels can be had. `GRAPHHUNT_NUMBA=0` in the environment turns them off."""
    return os.environ.get("GRAPHHUNT_NUMBA", "1") != "0" and find_spec("numba") is not None


def kernels(module: ModuleType, rows: int) -> Any:
    """Give a module's kernels for a table of `rows` rows: compiled if that pays and is possible, else plain."""
    if rows > COMPILE_ABOVE and numba_available():
        return compiled(module)
    return plain(module)


@lru_cache(maxsize=8)
def compiled(module: ModuleType) -> Any:
    """Compile every function in the module's `KERNELS`, helpers first, with numba."""
    numba = importlib.import_module("numba")
    namespace: dict[str, Any] = dict(vars(module))
    for name in module.KERNELS:
        source: FunctionType = getattr(module, name)
        # A copy with its own globals, so that calls among kernels find the compiled ones.
        copy = FunctionType(source.__code__, namespace, name, source.__defaults__, source.__closure__)
        copy.__module__ = module.__name__
        namespace[name] = numba.njit(cache=True, nogil=True)(copy)
    return SimpleNamespace(**{name: namespace[name] for name in module.KERNELS})


@lru_cache(maxsize=8)
def plain(module: ModuleType) -> Any:
    """Give the module's kernels as plain Python that takes arrays."""
    return SimpleNamespace(**{name: _listed(getattr(module, name)) for name in module.KERNELS})


def _listed(kernel: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        return kernel(*(each.tolist() if isinstance(each, np.ndarray) else each for each in arguments))

    return call
