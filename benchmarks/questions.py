"""Questions to measure with: many, each different, none of them a test question."""

import json
import random
import re

from benchmarks.corpora import ROOT, Corpus

CALIBRATION = ROOT / "evals" / "sets" / "guide_calibration.jsonl"
SENTENCE = re.compile(r"(?<=[.?!])\s+|\n\n+")
LEAST_WORDS, MOST_WORDS = 6, 14


def questions_for(corpus: Corpus, most: int) -> list[str]:
    """At most so many questions to a collection, the same every time."""
    found = _calibration() if corpus.name == "guide" else _sentences(corpus)
    random.Random(7).shuffle(found)  # noqa: S311 - the same order every time
    return found[:most]


def _calibration() -> list[str]:
    lines = CALIBRATION.read_text("utf-8").splitlines()
    return list(dict.fromkeys(" ".join(json.loads(line)["question"].split()) for line in lines))


def _sentences(corpus: Corpus) -> list[str]:
    """Beginnings of the documents' own sentences: they are about what is there."""
    found = set()
    for file in corpus.files():
        for sentence in SENTENCE.split(file.read_text("utf-8")):
            words = re.sub(r"[^\w\s'-]", " ", sentence).split()
            if len(words) >= LEAST_WORDS:
                found.add(" ".join(words[:MOST_WORDS]))
    return sorted(found)
