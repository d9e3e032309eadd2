"""Side by side with the neighbours: the same objects pushed and polled on one machine in one run."""
