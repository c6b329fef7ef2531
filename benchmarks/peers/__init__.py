"""Peers, each an adapter that runs in an environment of its own."""
