"""Crashes on purpose: `python -m tests.crash --kills 200` kills ingests, and looks what is left."""
