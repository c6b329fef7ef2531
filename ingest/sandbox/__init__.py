"""Parsers in processes of their own, with limits on time and memory, without network or files."""
