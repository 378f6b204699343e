"""Loaders: one file per telemetry source, found through the entry-point group graphhunt.loaders."""
