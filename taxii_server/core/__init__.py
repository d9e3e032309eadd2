"""What the exchange knows without any input or output: values, filters, cursors, rules."""
