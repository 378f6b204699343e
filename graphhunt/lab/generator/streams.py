"""Independent random streams.

Every draw comes from a stream named by (seed, purpose, day), never from a shared generator, so any single
day can be made again alone and adding a feature does not shift the draws of the others.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def stream(seed: int, purpose: str, *index: int) -> np.random.Generator:
    """Return the generator of one purpose, and of one day or item when ``index`` names it.

    The CRC of the purpose is used instead of ``hash`` because that one changes with every Python process.
    """
    key = [seed & 0xFFFFFFFF, zlib.crc32(purpose.encode()), *index]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


def zipf_weights(size: int, exponent: float = 1.1) -> NDArray[np.float64]:
    """Return ``size`` probabilities that fall with the rank to the power of ``exponent``."""
    weights = np.arange(1, size + 1, dtype=np.float64) ** -exponent
    return np.asarray(weights / weights.sum())


def log_normal(rng: np.random.Generator, median: float, sigma: float, size: int) -> NDArray[np.float64]:
    """Return log-normal draws given by their median, the figure measurements quote."""
    return median * np.exp(rng.normal(0.0, sigma, size))
