"""Archives of kernels: what sets there are, what of them covers a time, and how to get it."""
