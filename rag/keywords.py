"""The keyword index: BM25 in SQLite's FTS5, one table an audience.

A table of its own keeps an audience's words out of everybody else's: neither a score nor a
correction of spelling can tell that a document exists which one may not see.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from importlib.resources import files

from rag.domain import Passage
from rag.lexicon import spellings, terms
from rag.search_text import passage_search_text
from rag.sql_script import statements
from rag.vocabulary import Vocabulary


def make_keywords(connection: sqlite3.Connection, audience: int) -> None:
    """Make the tables of an audience, which must have none yet."""
    script = files("rag").joinpath("keywords.sql").read_text("utf-8")
    for statement in statements(script.replace("{audience}", str(audience))):
        connection.execute(statement)


def insert_keywords(
    connection: sqlite3.Connection, audience: int, key: int, passage: Passage
) -> None:
    """Make a passage findable by its words."""
    connection.execute(
        f"INSERT INTO keywords_{int(audience)} (rowid, context, body, spelling)"  # noqa: S608
        " VALUES (?, ?, ?, ?)",
        (
            key,
            " ".join(terms(passage.context)),
            " ".join(terms(passage.text)),
            " ".join(sorted(spellings(passage_search_text(passage)))),
        ),
    )


def sweep_keywords(connection: sqlite3.Connection, audiences: Iterable[int]) -> None:
    """Forget the words of passages that are no longer live."""
    for audience in audiences:
        connection.execute(
            f"DELETE FROM keywords_{int(audience)} WHERE rowid IN"  # noqa: S608 - a number
            " (SELECT key FROM passages JOIN revisions USING (document_id, revision)"
            " WHERE audience = ? AND key NOT IN (SELECT key FROM live_passages))",
            (audience,),
        )


def search_keywords(
    connection: sqlite3.Connection,
    audiences: Sequence[int],
    query_terms: Sequence[str],
    limit: int,
    context_weight: float,
) -> list[tuple[int, float]]:
    """Keys of live passages with BM25 scores (higher is better) for any of the terms, best first.

    Frequencies are counted within an audience; scores of several audiences are merged as they are.
    """
    any_term = " OR ".join('"' + term.replace('"', "") + '"' for term in query_terms)
    found: list[tuple[int, float]] = []
    for audience in audiences:
        table = f"keywords_{int(audience)}"
        found += connection.execute(
            f"SELECT {table}.rowid, -bm25({table}, ?, 1.0) AS score FROM {table}"  # noqa: S608
            f" JOIN passages ON passages.key = {table}.rowid"
            " JOIN documents ON documents.id = document_id AND live_revision = revision"
            f" WHERE {table} MATCH ? ORDER BY score DESC LIMIT ?",
            (context_weight, f"{{context body}} : ({any_term})", limit),
        ).fetchall()
    return sorted(found, key=lambda hit: -hit[1])[:limit]


def read_vocabulary(connection: sqlite3.Connection, audiences: Sequence[int]) -> Vocabulary:
    """The stems and spellings of these audiences' passages with their counts."""
    stems: dict[str, int] = {}
    written: dict[str, int] = {}
    passages = 0
    for audience in audiences:
        own: dict[str, int] = {}
        for term, column, count in connection.execute(
            f"SELECT term, col, doc FROM vocabulary_{int(audience)}"  # noqa: S608 - a number
        ):
            if column == "spelling":
                written[term] = written.get(term, 0) + count
            else:
                own[term] = max(own.get(term, 0), count)
        for term, count in own.items():
            stems[term] = stems.get(term, 0) + count
        (held,) = connection.execute(
            "SELECT count(*) FROM live_passages WHERE audience = ?", (audience,)
        ).fetchone()
        passages += held
    return Vocabulary(stems, passages, written)
