"""What `msticpy.nbtools.process_tree` has for process trees; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.plot_process_trees import build_and_show_process_tree, plot_process_tree
from graphhunt.toolbox.process_schema import ProcSchema, infer_schema
from graphhunt.toolbox.process_tree import build_process_tree
from graphhunt.toolbox.process_tree_utils import (
    get_ancestors,
    get_children,
    get_descendents,
    get_parent,
    get_process,
    get_process_key,
    get_root,
    get_root_tree,
    get_roots,
    get_siblings,
    get_summary_info,
    get_tree_depth,
)

__all__ = [
    "ProcSchema",
    "build_and_show_process_tree",
    "build_process_tree",
    "get_ancestors",
    "get_children",
    "get_descendents",
    "get_parent",
    "get_process",
    "get_process_key",
    "get_root",
    "get_root_tree",
    "get_roots",
    "get_siblings",
    "get_summary_info",
    "get_tree_depth",
    "infer_schema",
    "plot_process_tree",
]
