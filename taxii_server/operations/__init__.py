"""What operators watch: logs, health, metrics."""
