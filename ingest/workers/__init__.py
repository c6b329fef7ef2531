"""Parsing and embedding spread over workers: Celery, with Redis as its broker."""
