"""Errors that concern who asks; like all of ours, each is a sentence to show."""

from rag.errors import PermanentError


class NotAuthenticatedError(PermanentError):
    """No key was given, or one that opens nothing: unknown, expired or revoked."""


class NotAllowedError(PermanentError):
    """Whoever asks is known, and may not do this."""
