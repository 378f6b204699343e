"""Lateral movement: the logon table, paths that respect time, the detector, and its findings in words."""
