"""Reports on incidents: what happened, how far it went and what to do first, with the records that prove it."""
