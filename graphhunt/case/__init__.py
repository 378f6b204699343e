"""The case: what analysts write, who may use it, long work, and what is handed on."""
