"""Hunts: questions over the whole case that join the graph, the path engine and the analytics."""
