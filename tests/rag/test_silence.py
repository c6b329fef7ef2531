"""Reasons for silence claim no more than what was looked at holds."""

import pytest

from api.metrics import kind_of
from ingest.cleaner import clean
from ingest.parsers.html import parse_html
from rag.lexicon import terms
from rag.silence import NOTHING_FOUND, note_on_unknown_names, reason_for_silence
from rag.vocabulary import Vocabulary
from tests.fakes.passages import evidence_of, passage_of, query_of

PAGE = (
    b"<h1>Tea</h1><p>"
    + b"Green tea wants hot water. " * 20
    + b"</p><footer>Ask us on WhatsApp</footer>"
)
QUESTION = "Does green tea suit WhatsApp?"


def evidence(*texts):
    return [evidence_of(passage_of(text, str(n)), [0.0]) for n, text in enumerate(texts)]


def reason(question, *texts, known=""):
    vocabulary = Vocabulary(dict.fromkeys(terms(" ".join((*texts, known))), 1), len(texts))
    return reason_for_silence(query_of(question, vocabulary), evidence(*texts), lambda _: True)


def test_what_was_cut_as_furniture_is_not_said_to_be_nowhere():
    parsed, cuts = clean(parse_html(PAGE), by_words=True)
    assert [parsed.text[c.block.start_char : c.block.end_char] for c in cuts] == [
        "Ask us on WhatsApp"
    ]
    quotable = [parsed.text[b.start_char : b.end_char] for b in parsed.blocks]
    vocabulary = Vocabulary(dict.fromkeys(terms(" ".join(quotable)), 1), passages=1)
    query = query_of(QUESTION, vocabulary)
    said = "text never mentions “WhatsApp”."
    assert note_on_unknown_names(query, lambda _: True) == f"The guide's {said}"
    assert reason_for_silence(query, evidence("Green tea wants hot water."), lambda _: True) == (
        f"The guide does not answer this: its {said}"
    )


def test_what_a_farther_passage_speaks_of_is_missing_from_the_closest_alone():
    texts = ["Tea is hot.", "Water is wet.", "Pots are round.", "Kettles whistle."]
    assert reason("Do kettles whistle?", *texts) == (
        "The guide does not answer this: none of its closest passages speaks of “kettles” or "
        "“whistle”."
    )


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (NOTHING_FOUND, "nothing-found"),
        (reason(QUESTION, "Green tea wants hot water."), "unknown-name"),
        (reason("Which harbour does tea leave?", "Tea may leave."), "unknown-name"),
        (
            reason("How long does tea steep?", "Tea does steep for a while, not too long."),
            "missing-kind",
        ),
        (reason("Is tea round?", "Tea is hot.", known="round"), "missing-words"),
        (reason("Do pots whistle?", "Tea is hot.", known="pots whistle"), "missing-words"),
        (reason("Is tea hot?", "Tea is hot."), "not-said"),
    ],
)
def test_every_reason_has_its_kind_and_speaks_of_no_more_than_was_looked_at(said, kind):
    assert kind_of(said) == kind
    assert not {"it never", "no passage", "no document"} & {
        " ".join(pair) for pair in zip(said.split(), said.split()[1:], strict=False)
    }
