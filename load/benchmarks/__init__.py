"""`make bench`: what the reference server costs, in ratios to a peer and to its own smaller self."""
