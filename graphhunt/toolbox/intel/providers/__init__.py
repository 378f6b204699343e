"""Providers of threat intelligence, one file each; each file names its class as `PROVIDER`."""
