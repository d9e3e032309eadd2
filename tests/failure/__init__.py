"""What happens when things break: kills, a clock that goes back, a full disk, slow clients, held locks."""
