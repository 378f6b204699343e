"""Every query of the entities on hundreds of random graphs, beside answers worked out with networkx alone."""
