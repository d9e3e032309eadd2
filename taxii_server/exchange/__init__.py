"""Between push and poll: the push path, validation, and what is released to whom."""
