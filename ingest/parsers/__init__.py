"""Bytes of a format to canonical text with blocks."""
