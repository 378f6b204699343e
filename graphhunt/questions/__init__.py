"""Questions: what can be asked of a case by name, and about one entity."""
