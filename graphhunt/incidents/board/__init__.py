"""The storyboard of an incident: what happened on which machine, in time order, for one look."""
