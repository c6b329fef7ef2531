"""Stores of any size, made from a real one without embedding anything.

A made passage is a sentence of one real passage and one of another, with rare words strewn in; its
vector lies between theirs, with noise. So common words stay as common, rare ones keep coming, and
vectors crowd where real ones do. Rows are written as the publisher would, only many at once.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.identity import cut_name, passage_size
from rag.catalog import CATALOG_FILE, Catalog
from rag.catalog_rows import set_meta
from rag.domain import Passage
from rag.lexicon import spellings, terms
from rag.settings import load_settings

CHUNK = 10_000
IN_A_DOCUMENT = 50
SYLLABLES = tuple(f"{one}{two}" for one in "bdfgklmnprst" for two in "aeiou")
RARE_WORDS = 400_000
NOISE = 0.4

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seed:
    """A sentence of a real passage: its words as the keyword index holds them, its vector."""

    title: str
    heading: str
    text: str
    terms: str
    spellings: frozenset[str]
    vector: Floats


def read_seeds(store: Path) -> list[Seed]:
    """The first unit of every passage of a store that was really ingested."""
    catalog = Catalog(store)
    try:
        keys = [row[0] for row in catalog.live_passage_ids()]
        found = catalog.passages(keys)
        hashes = catalog.search_hashes(keys)
        vectors = catalog.vectors(own for own, _ in hashes.values())
        return [_seed(found[key], vectors[hashes[key][0]]) for key in keys]
    finally:
        catalog.close()


def _seed(passage: Passage, vector: Floats) -> Seed:
    unit = passage.units[0]
    text = " ".join(passage.text_of(unit.start_char, unit.end_char).split())[:400]
    heading = passage.heading_path[-1] if passage.heading_path else passage.title
    return Seed(
        passage.title, heading, text, " ".join(terms(text)), frozenset(spellings(text)), vector
    )


def read_in_batches(catalog: Catalog) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    """Keys (n,) and vectors (n, d) of all live passages, some thousand at a time."""
    rows = catalog.live_passage_ids()
    for start in range(0, len(rows), CHUNK):
        batch = rows[start : start + CHUNK]
        stored = catalog.vectors(row[2] for row in batch)
        yield (
            np.array([row[0] for row in batch], np.int64),
            np.stack([stored[row[2]] for row in batch]),
        )


def make_store(folder: Path, seeds: list[Seed], passages: int) -> None:
    """Write a store of so many passages; the same for the same seeds."""
    catalog = Catalog(folder)
    catalog.close()
    connection = sqlite3.connect(folder / CATALOG_FILE, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -500000")
    writer = _Writer(connection, seeds)
    for start in range(0, passages, CHUNK):
        connection.execute("BEGIN")
        writer.write(start, min(CHUNK, passages - start))
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


class _Writer:
    def __init__(self, connection: sqlite3.Connection, seeds: list[Seed]) -> None:
        self._connection = connection
        self._seeds = seeds
        self._vectors = np.stack([seed.vector for seed in seeds])
        self._random = np.random.default_rng(20_260_101)
        # The settings' model and passages: with others the next ingest would cut and embed anew.
        settings = load_settings()
        self._model = settings.embedding_model
        cut = cut_name(passage_size(settings.passage_chars))
        for told in (("model", self._model), ("dimension", "384"), ("epoch", "1"), ("cut", cut)):
            set_meta(connection, *told)
        self._store((_hash(f"seed {place}"), vector) for place, vector in enumerate(self._vectors))

    def write(self, start: int, count: int) -> None:
        """So many passages behind the first `start`."""
        first, second = self._random.integers(0, len(self._seeds), (2, count))
        rare = np.minimum(self._random.zipf(1.3, (count, 2)), RARE_WORDS)
        rows, words = [], []
        for place in range(count):
            number = start + place
            row, keywords = self._row(
                number, int(first[place]), int(second[place]), [_word(int(n)) for n in rare[place]]
            )
            rows.append(row)
            words.append(keywords)
        self._documents(start, rows)
        self._connection.executemany(
            "INSERT INTO passages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", rows
        )
        self._connection.executemany(
            "INSERT INTO keywords_1 (rowid, context, body, spelling) VALUES (?,?,?,?)", words
        )
        near = 0.75 * self._vectors[first] + 0.45 * self._vectors[second]
        for kind, base in (("passage", near), ("unit", self._vectors[first])):
            vectors = self._noisy(base)
            self._store(
                (_hash(f"{kind} {start + place}"), vectors[place]) for place in range(count)
            )

    def _noisy(self, vectors: Floats) -> Floats:
        noise = self._random.standard_normal(vectors.shape, dtype=np.float32)
        noisy = vectors + NOISE * noise / np.float32(np.sqrt(vectors.shape[1]))
        unit: Floats = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
        return unit

    def _row(
        self, number: int, first: int, second: int, rare: list[str]
    ) -> tuple[tuple[object, ...], tuple[object, ...]]:
        one, two = self._seeds[first], self._seeds[second]
        sentence = f"{one.text} {' '.join(rare)}"
        text = f"{sentence}\n{two.text}"
        units = [
            ("sentence", 0, len(sentence), 0),
            ("sentence", len(sentence) + 1, len(text), 0),
        ]
        context = f"{one.title} › {one.heading}"
        row = (
            number + 1,
            f"d{number // IN_A_DOCUMENT}:1:{number % IN_A_DOCUMENT}",
            f"d{number // IN_A_DOCUMENT}",
            1,
            number % IN_A_DOCUMENT,
            json.dumps([one.title, one.heading]),
            0,
            len(text),
            text,
            "",
            json.dumps(units),
            _hash(f"passage {number}"),
            _hash(f"unit {number}") + _hash(f"seed {second}"),
        )
        keywords = (
            number + 1,
            " ".join(terms(context)),
            f"{one.terms} {' '.join(rare)} {two.terms}",
            " ".join(sorted({*one.spellings, *two.spellings, *rare})),
        )
        return row, keywords

    def _documents(self, start: int, rows: list[tuple[object, ...]]) -> None:
        names = list(dict.fromkeys(str(row[2]) for row in rows))
        title = self._seeds[start % len(self._seeds)].title
        self._connection.executemany("INSERT INTO documents VALUES (?, 1)", [(n,) for n in names])
        self._connection.executemany(
            "INSERT INTO revisions VALUES (?, 1, 1, 1, NULL, ?, ?, '{}', '[]', '')",
            [(name, name, title) for name in names],
        )
        self._connection.executemany(
            "INSERT INTO addresses (document_id, uri, root, source_hash, born)"
            " VALUES (?, ?, 'memory:', '', 1)",
            [(name, f"memory:{name}") for name in names],
        )

    def _store(self, vectors: Iterable[tuple[bytes, Floats]]) -> None:
        self._connection.executemany(
            "INSERT INTO embeddings VALUES (?, ?, ?)",
            sorted(
                (self._model, key, vector.astype(np.float32).tobytes()) for key, vector in vectors
            ),
        )


def _hash(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=16).digest()


def _word(number: int) -> str:
    """A made-up word for a number, the same every time."""
    found = ""
    while number or not found:
        number, digit = divmod(number, len(SYLLABLES))
        found += SYLLABLES[digit]
    return f"{found}ne"
