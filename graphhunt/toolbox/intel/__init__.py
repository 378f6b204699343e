"""Threat intelligence: lists of the user's own, and services that are asked only where the user switched them on."""
