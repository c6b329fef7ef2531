"""Errors of what the running service remembers; like all of ours, each is a sentence to show."""

from rag.errors import PermanentError, TransientError


class NotAuthenticatedError(PermanentError):
    """No key was given, or one that opens nothing: unknown, expired or revoked."""


class NotAllowedError(PermanentError):
    """Whoever asks is known, and may not do this."""


class ReusedKeyError(PermanentError):
    """A client's key for one request was sent with another."""


class InProgressError(TransientError):
    """The same request is being carried out at this moment."""
