"""The keyword index: BM25 in SQLite's FTS5, one table an audience.

A table of its own keeps an audience's words out of everybody else's: neither a score nor a
correction of spelling can tell that a document exists which one may not see.
"""

import json
import sqlite3
from collections.abc import Sequence
from importlib.resources import files
from itertools import accumulate

from rag.bm25 import Row, score_rows
from rag.domain import Passage
from rag.lexicon import spellings, terms
from rag.search_text import passage_search_text
from rag.sql_script import statements
from rag.vocabulary import Vocabulary

# Scoring a row costs about two microseconds, and a common word is in a tenth of all rows: in a
# collection of some thousand passages all are scored, in one of a million it would take a second.
ROWS_SCORED = 12_000
RESCORED = 400


def make_keywords(connection: sqlite3.Connection, audience: int) -> None:
    """Make the tables of an audience, which must have none yet."""
    script = files("rag").joinpath("keywords.sql").read_text("utf-8")
    for statement in statements(script.replace("{audience}", str(audience))):
        connection.execute(statement)


def stage_keywords(connection: sqlite3.Connection, key: int, passage: Passage) -> None:
    """Keep a passage's words until it becomes live."""
    connection.execute(
        "INSERT INTO staged_keywords VALUES (?, ?, ?, ?)",
        (
            key,
            " ".join(terms(passage.context)),
            " ".join(terms(passage.text)),
            " ".join(sorted(spellings(passage_search_text(passage)))),
        ),
    )


def add_keywords(connection: sqlite3.Connection, epoch: int) -> None:
    """Make the staged words of what was born in an epoch findable."""
    for audience in _audiences_of(connection, "born", epoch):
        connection.execute(
            f"INSERT INTO keywords_{audience} (rowid, context, body, spelling)"  # noqa: S608
            " SELECT key, context, body, spelling FROM revisions"
            " JOIN passages USING (document_id, revision) JOIN staged_keywords USING (key)"
            " WHERE born = ? AND audience = ? ORDER BY key",
            (epoch, audience),
        )
    connection.execute(
        "DELETE FROM staged_keywords WHERE key IN (SELECT key FROM revisions"
        " JOIN passages USING (document_id, revision) WHERE born = ?)",
        (epoch,),
    )


def drop_keywords(connection: sqlite3.Connection, epoch: int) -> None:
    """Forget the words of what went in an epoch."""
    for audience in _audiences_of(connection, "gone", epoch):
        connection.execute(
            f"DELETE FROM keywords_{audience} WHERE rowid IN"  # noqa: S608 - a number
            " (SELECT key FROM revisions JOIN passages USING (document_id, revision)"
            " WHERE gone = ? AND audience = ?)",
            (epoch, audience),
        )


def drop_words_of(connection: sqlite3.Connection, document_id: str) -> None:
    """Forget the words of a document for good: the tables are merged, so that no old part stays."""
    for (audience,) in connection.execute("SELECT id FROM audiences").fetchall():
        table = f"keywords_{int(audience)}"
        connection.execute(
            f"DELETE FROM {table} WHERE rowid IN"  # noqa: S608 - a number
            " (SELECT key FROM passages WHERE document_id = ?)",
            (document_id,),
        )
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608


def _audiences_of(connection: sqlite3.Connection, moment: str, epoch: int) -> list[int]:
    rows = connection.execute(
        f"SELECT DISTINCT audience FROM revisions WHERE {moment} = ?",  # noqa: S608 - a column
        (epoch,),
    )
    return [int(audience) for (audience,) in rows]


def search_keywords(
    connection: sqlite3.Connection,
    audiences: Sequence[int],
    query_terms: Sequence[str],
    limit: int,
    context_weight: float,
    vocabulary: Vocabulary,
) -> list[tuple[int, float]]:
    """Keys of live passages with BM25 scores (higher is better) for any of the terms, best first.

    Where the terms occur in more than ROWS_SCORED passages, only those are scored that hold one of
    the rare ones, or several of the common ones when none is rare. Frequencies are counted within
    an audience; scores of several audiences are merged as they are.
    """
    held = sorted((t for t in query_terms if t in vocabulary), key=vocabulary.stems.__getitem__)
    found: list[tuple[int, float]] = []
    for audience in audiences:
        if sum(vocabulary.stems[term] for term in held) <= ROWS_SCORED:
            found += _best(connection, audience, query_terms, limit, context_weight)
        else:
            rows = _promising(connection, audience, held, vocabulary, context_weight)
            found += score_rows(rows, held, vocabulary, context_weight)
    return sorted(found, key=lambda hit: -hit[1])[:limit]


def _best(
    connection: sqlite3.Connection,
    audience: int,
    query_terms: Sequence[str],
    limit: int,
    context_weight: float,
) -> list[tuple[int, float]]:
    table = f"keywords_{int(audience)}"
    any_term = " OR ".join(map(_quoted, query_terms))
    return connection.execute(
        f"SELECT {table}.rowid, -bm25({table}, ?, 1.0) AS score FROM {table}"  # noqa: S608
        f" WHERE {table} MATCH ? ORDER BY score DESC LIMIT ?",
        (context_weight, f"{{context body}} : ({any_term})", limit),
    ).fetchall()


def _promising(
    connection: sqlite3.Connection,
    audience: int,
    held: Sequence[str],
    vocabulary: Vocabulary,
    context_weight: float,
) -> list[Row]:
    """Rows worth a look; `held` are the terms that occur, rarest first."""
    table = f"keywords_{int(audience)}"
    occurrences = accumulate(vocabulary.stems[term] for term in held)
    rare = [term for term, rows in zip(held, occurrences, strict=True) if rows <= ROWS_SCORED]
    if rare:
        keys = [key for key, _ in _best(connection, audience, rare, RESCORED, context_weight)]
        return connection.execute(
            f"SELECT rowid, context, body, spelling FROM {table}"  # noqa: S608 - a number
            " WHERE rowid IN (SELECT value FROM json_each(?))",
            (json.dumps(keys),),
        ).fetchall()
    # Each is in so many passages that only those with several of them stand out.
    for most in range(len(held), 0, -1):
        every_term = " AND ".join(map(_quoted, held[:most]))
        rows = connection.execute(
            f"SELECT rowid, context, body, spelling FROM {table}"  # noqa: S608 - a number
            f" WHERE {table} MATCH ? LIMIT ?",
            (f"{{context body}} : ({every_term})", RESCORED),
        ).fetchall()
        if rows:
            return rows
    return []


def _quoted(term: str) -> str:
    return '"' + term.replace('"', "") + '"'


def read_vocabulary(connection: sqlite3.Connection, audiences: Sequence[int]) -> Vocabulary:
    """The stems and spellings of these audiences' passages with their counts."""
    stems: dict[str, int] = {}
    written: dict[str, int] = {}
    passages = 0
    tokens = 0
    for audience in audiences:
        own: dict[str, int] = {}
        for term, column, count, occurrences in connection.execute(
            f"SELECT term, col, doc, cnt FROM vocabulary_{int(audience)}"  # noqa: S608 - a number
        ):
            tokens += occurrences
            if column == "spelling":
                written[term] = written.get(term, 0) + count
            else:
                own[term] = max(own.get(term, 0), count)
        for term, count in own.items():
            stems[term] = stems.get(term, 0) + count
        passages += count_passages(connection, (audience,))
    return Vocabulary(stems, passages, written, tokens)


def count_passages(connection: sqlite3.Connection, audiences: Sequence[int]) -> int:
    """How many live passages these audiences have."""
    (held,) = connection.execute(
        "SELECT count(*) FROM live_passages WHERE audience IN (SELECT value FROM json_each(?))",
        (json.dumps(list(audiences)),),
    ).fetchone()
    return int(held)
