"""Analyses: one file per run over the graph, and how results are written back."""
