from dataclasses import replace

import pytest

from evals.citation_score import Span, holds, locate, score_citations
from rag.domain import Answer, AnswerSentence, AnswerStatus, Citation

TEXT = "Intro line.\n\n- First item here.\n- Second item there.\n\nA closing sentence."
TEXTS = {"d": TEXT}


def cite(number: int, quote: str, start: int | None = None) -> Citation:
    start = TEXT.index(quote) if start is None else start
    return Citation(number, "d", "p", "T", (), quote, start, start + len(quote), "u", 1.0)


def an_answer(sentences: list[tuple[str, tuple[int, ...]]], *citations: Citation) -> Answer:
    made = tuple(AnswerSentence(text, numbers) for text, numbers in sentences)
    text = " ".join(sentence.text for sentence in made)
    return Answer(
        "a", "q", "q", AnswerStatus.ANSWERED, None, 1.0, text, made, citations, (), "g", {}
    )


def gold(*groups: list[str]) -> list[list[tuple[Span, ...]]]:
    return [[locate(quote, TEXTS) for quote in group] for group in groups]


def test_quotes_are_located_whatever_their_white_space():
    assert locate("line. -  First", TEXTS) == (Span("d", 6, 20),)
    assert locate("nowhere", TEXTS) == locate(" ", TEXTS) == ()


def test_a_list_is_covered_without_its_markers():
    """Citations of both items cover a quote that runs over the marker between them."""
    answer = an_answer(
        [("First item here.", (1,)), ("Second item there.", (2,))],
        cite(1, "First item here."),
        cite(2, "Second item there."),
    )
    score = score_citations(answer, gold(["First item here. - Second item there."]), TEXTS)
    assert score.covers_gold
    assert (score.citations, score.verbatim, score.precise) == (2, 2, 2)
    assert (score.sentences, score.sentences_cited) == (2, 2)


def test_half_a_quote_covers_nothing_but_is_precise():
    answer = an_answer([("Something generated.", (1,))], cite(1, "Second item"))
    score = score_citations(answer, gold(["Second item there."]), TEXTS)
    assert not score.covers_gold
    assert score.precise == 1


def test_any_one_gold_group_suffices():
    answer = an_answer([("A closing sentence.", (1,))], cite(1, "A closing sentence."))
    groups = gold(["Intro line.", "First item here."], ["A closing sentence."])
    assert score_citations(answer, groups, TEXTS).covers_gold


def test_a_citation_beside_the_gold_is_precise_only_when_it_holds_its_sentence():
    quoted = an_answer([("- A closing sentence", (1,))], cite(1, "A closing sentence."))
    written = an_answer([("It ends well.", (1,))], cite(1, "A closing sentence."))
    assert score_citations(quoted, gold(["Intro line."]), TEXTS).precise == 1
    assert score_citations(written, gold(["Intro line."]), TEXTS).precise == 0


@pytest.mark.parametrize(
    "citation",
    [
        pytest.param(cite(1, "Intro line.", start=1), id="offsets off by one"),
        pytest.param(replace(cite(1, "Intro line."), quote="Intro lime."), id="words changed"),
        pytest.param(replace(cite(1, "Intro line."), document_id="x"), id="unknown document"),
        pytest.param(
            replace(cite(1, "sentence."), start_char=-9, end_char=len(TEXT)), id="from the end"
        ),
    ],
)
def test_what_is_not_verbatim_is_told(citation: Citation):
    answer = an_answer([("Intro line.", (1,))], citation)
    assert score_citations(answer, [], TEXTS).verbatim == 0


def test_a_sentence_counts_as_cited_only_by_citations_that_exist():
    answer = an_answer([("a", ()), ("b", (1,)), ("c", (1, 7))], cite(1, "Intro line."))
    score = score_citations(answer, [], TEXTS)
    assert (score.sentences, score.sentences_cited) == (3, 1)
    assert score.covers_gold is None


@pytest.mark.parametrize(
    ("quote", "sentence", "expected"),
    [
        ("First item here.", "- first item here", True),
        ("First item\n here.", "2. First item here:", True),
        ("First item here.", "First item there.", False),
        ("First item here.", "...", False),
    ],
)
def test_a_quote_holds_a_sentence(quote: str, sentence: str, *, expected: bool):
    assert holds(quote, sentence) is expected
