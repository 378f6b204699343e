"""Incidents: acts of a case joined by what caused what, ranked by one score and told in sentences."""
