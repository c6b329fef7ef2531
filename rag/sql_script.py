"""A SQL script to its statements."""

import sqlite3
from collections.abc import Iterator


def statements(script: str) -> Iterator[str]:
    """The script's statements one by one, so that they run inside the caller's transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
