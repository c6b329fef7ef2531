"""Errors that a user may meet, each with one sentence that says what is wrong and what to do."""


class RagError(Exception):
    """Base of all errors that are meant to be shown; `str(error)` is the sentence to show."""


class TransientError(RagError):
    """The same request may succeed later: a busy store, an overloaded service."""


class PermanentError(RagError):
    """The same request will fail again until something is changed."""


class InvalidRequestError(PermanentError):
    """What was asked can't be worked on: empty, too long, not text."""


class NotFoundError(PermanentError):
    """A document, passage or file that was named does not exist."""


class SourceError(PermanentError):
    """A file or folder can't be ingested: missing, unreadable, binary, empty."""


class EmptyStoreError(PermanentError):
    """There is nothing to answer from: no document has been ingested yet."""


class IncompatibleStoreError(PermanentError):
    """The data directory belongs to another format, model or program."""


class StoreBusyError(TransientError):
    """Another process holds the data directory; the sentence names it."""


class IndexFaultError(TransientError):
    """The vector index can't be read or written; it is derived, and rebuilt from the catalog."""


class IndexNotReadyError(TransientError):
    """The vector index is being rebuilt; answers come from exact search meanwhile."""
