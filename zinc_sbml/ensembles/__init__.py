"""Many cells: the same question put to thousands of parameter sets."""
