"""What the running service remembers: keys and sessions, and results of writes under their keys."""
