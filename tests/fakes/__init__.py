"""Hand-written stand-ins, deterministic and small."""
