"""Sources: the contract of loaders, archives, and workers that can be killed. Nothing here knows a workspace."""
