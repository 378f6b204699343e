"""The typed graph of an incident: columns by kind, alike processes as one box, expansions that say what they cap."""
