"""Search over all records that were loaded, drawn or not: a grammar, an index beside the evidence, pages of results."""
