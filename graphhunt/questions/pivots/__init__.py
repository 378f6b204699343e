"""Pivots: the questions an analyst asks about one entity, answered from the graph.

Pure functions over a store; the command line, the HTTP interface and notebooks call the same ones. Times are
integer microseconds since the epoch, UTC; entities are addressed by kind and id.
"""

from __future__ import annotations

from graphhunt.questions.pivots.edges import Edge, edges_among, relationship, relationships
from graphhunt.questions.pivots.entity import counts, entities, entity
from graphhunt.questions.pivots.neighbours import ORDERS, Relation, neighbours
from graphhunt.questions.pivots.reading import Page, Reader, Ref, Window
from graphhunt.questions.pivots.ready import answer_about, ready_questions
from graphhunt.questions.pivots.search import KINDS, MAX_TEXT, search, search_list
from graphhunt.questions.pivots.suggest import WIDER, suggested
from graphhunt.questions.pivots.timeline import events_among, heatmap, timeline
from graphhunt.questions.pivots.tree import process_tree
from graphhunt.questions.pivots.views import describe

__all__ = [
    "KINDS",
    "MAX_TEXT",
    "ORDERS",
    "WIDER",
    "Edge",
    "Page",
    "Reader",
    "Ref",
    "Relation",
    "Window",
    "answer_about",
    "counts",
    "describe",
    "edges_among",
    "entities",
    "entity",
    "events_among",
    "heatmap",
    "neighbours",
    "process_tree",
    "ready_questions",
    "relationship",
    "relationships",
    "search",
    "search_list",
    "suggested",
    "timeline",
]
