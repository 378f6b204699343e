"""The signature score S of each hop: a switched credential that reaches something new."""

from __future__ import annotations

import numpy as np

from graphhunt.lateral.detector._causal import NO_CAUSE, SWITCH
from graphhunt.lateral.detector.causes import Causes, Side
from graphhunt.lateral.detector.habits import Habits
from graphhunt.lateral.paths.table import Floats

KNOWN_DESTINATION = 0.75
"""Weight of a switch towards a machine that its cause had reached before (class C)."""

OUTBOUND = 0.25
"""Weight of a switch seen only among the accounts used from the source, while a session explains the hop."""


def signature(causes: Causes, habits: Habits) -> Floats:
    """Combine both sides' scores into one S per row, in nats.

    The inbound side counts in full. Where nothing is known to have come in (a missing log, a foothold) the
    accounts used from the source speak in its place; elsewhere they only whisper, because a shared server
    has many. A switch to a destination already reached keeps part of its weight.
    """
    inbound, outbound = causes.inbound, causes.outbound
    score = np.where(inbound.has(NO_CAUSE), outbound.score, inbound.score).astype(np.float64)
    score = np.maximum(score, OUTBOUND * outbound.score)
    return np.maximum(score, KNOWN_DESTINATION * switch_surprise(inbound, habits))


def home_novelty(habits: Habits) -> Floats:
    """Home share of the account where it is new on the source and the destination is new for one of them.

    A personal account has a home share near 1, a service account used from hundreds of machines near 0.
    """
    new_there = (habits.acct_src == 0) & ((habits.acct_dst == 0) | (habits.src_dst == 0))
    return np.asarray(habits.home * new_there)


def classic_signature(causes: Causes, habits: Habits) -> Floats:
    """`max(S_in, S_out) + 2 * home novelty`: the signature of the design document, kept for comparison."""
    return np.asarray(np.maximum(causes.inbound.score, causes.outbound.score) + 2 * home_novelty(habits))


def switch_surprise(side: Side, habits: Habits) -> Floats:
    """Surprise of the switch alone, whether or not the destination was new."""
    share = np.minimum(habits.acct_src / np.maximum(habits.acct, 1), 1.0)
    known = np.minimum(side.known, habits.history)
    surprise = -np.log((known + 0.5) / (habits.history + 1.0)) * (1.0 - share)
    return np.where(side.has(SWITCH), np.maximum(surprise, 0.0), 0.0)
