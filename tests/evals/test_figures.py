from dataclasses import replace

import pytest

from evals.citation_score import NO_CITATIONS, CitationScore
from evals.figures import FIGURE_BY_NAME, FIGURES, HEADLINES
from evals.outcome import Outcome
from evals.retrieval_score import GoldPlace
from evals.summary import summarise, summarise_by_type

PLAIN = Outcome(
    set_name="s",
    id="1",
    question="q",
    type="fact",
    expects_answer=True,
    answered=True,
    abstained=False,
    correct=True,
    handled=True,
    confidence=0.9,
    missing=(),
    forbidden=(),
    place=GoldPlace(1, 2, 900, 1500),
    gold_in_documents=True,
    citations=CitationScore(2, 2, 1, 3, 3, covers_gold=True),
    gold_among_nearest=None,
    characters=100,
    answer_ms=10.0,
    search_ms=5.0,
    error=None,
)
SILENT = replace(
    PLAIN,
    id="2",
    answered=False,
    abstained=True,
    correct=False,
    handled=False,
    confidence=0.4,
    place=GoldPlace(4, None, None, 2500),
    citations=NO_CITATIONS,
    gold_among_nearest=True,
    characters=0,
    answer_ms=20.0,
)
WRONG = replace(
    PLAIN,
    id="3",
    type="why",
    correct=False,
    handled=False,
    confidence=0.6,
    place=GoldPlace(12, 12, 3900, 2000),
    citations=CitationScore(1, 1, 0, 1, 1, covers_gold=False),
    characters=300,
    answer_ms=30.0,
)
NEAR = replace(
    SILENT,
    id="4",
    type="unanswerable_near",
    expects_answer=False,
    correct=None,
    handled=True,
    confidence=0.5,
    place=None,
    gold_in_documents=None,
    gold_among_nearest=None,
    answer_ms=40.0,
)
ANSWERED_NEAR = replace(
    NEAR,
    id="5",
    answered=True,
    abstained=False,
    handled=False,
    confidence=0.7,
    characters=50,
    citations=CitationScore(1, 0, 1, 2, 1, covers_gold=None),
)
FAR = replace(NEAR, id="6", type="unanswerable_far", confidence=0.1)
REFUSED = replace(NEAR, id="7", type="injection", confidence=0.2)
BROKEN = replace(
    PLAIN,
    id="8",
    type="injection",
    answered=False,
    correct=False,
    handled=False,
    confidence=None,
    place=None,
    citations=NO_CITATIONS,
    characters=0,
    error="Sorry.",
)
ALL = (PLAIN, SILENT, WRONG, NEAR, ANSWERED_NEAR, FAR, REFUSED, BROKEN)


@pytest.mark.parametrize(
    ("name", "value", "questions"),
    [
        # Gold whole at ranks 2, never, 12; first at 1, 4, 12, of which 12 is beyond 10.
        ("recall_at_1", 0 / 3, 3),
        ("recall_at_3", 1 / 3, 3),
        ("recall_at_10", 1 / 3, 3),
        ("mrr", (1 + 1 / 4 + 0) / 3, 3),
        ("characters_in_top_5", (1500 + 2500 + 2000) / 3, 3),
        ("recall_in_1000", 1 / 3, 3),
        ("recall_in_4000", 2 / 3, 3),
        # Expecting an answer: PLAIN, SILENT, WRONG, BROKEN; an error is neither right nor silent.
        ("answer_correct", 1 / 4, 4),
        ("false_abstention", 1 / 4, 4),
        ("gold_among_nearest", 1 / 1, 1),
        ("abstention", 3 / 4, 4),
        ("abstention_near", 1 / 2, 2),
        ("abstention_far", 1 / 1, 1),
        # TP 3 (NEAR, FAR, REFUSED), FP 1 (SILENT), FN 1 (ANSWERED_NEAR): 6 / 8.
        ("abstention_f1", 6 / 8, 5),
        ("injections_handled", 1 / 2, 2),
        ("handled", 4 / 8, 8),
        # Positives 0.9, 0.4, 0.6; negatives 0.5, 0.7, 0.1, 0.2: 4 + 2 + 3 wins of 12.
        ("confidence_auroc", 9 / 12, 7),
        # The same against 0.5 and 0.7: 2 + 0 + 1 of 6.
        ("confidence_auroc_near", 3 / 6, 5),
        ("citations_verbatim", (2 + 1 + 0) / 4, 3),
        ("sentences_cited", (3 + 1 + 1) / 6, 3),
        ("citation_precision", (1 + 0 + 1) / 4, 3),
        ("citation_recall", 1 / 2, 2),
        # Lengths 50, 100, 300; the second of three, the third of three.
        ("answer_characters_median", 100, 3),
        ("answer_characters_p95", 300, 3),
        # 10, 10, 20, 30, 40, 40, 40, 40: the fourth of eight.
        ("answer_ms_median", 30, 8),
        ("errors", 1 / 8, 8),
    ],
)
def test_every_figure_by_hand(name: str, value: float, questions: int):
    measured = FIGURE_BY_NAME[name].measure(ALL)
    assert measured.estimate.value == pytest.approx(value)
    assert measured.questions == questions
    assert measured.estimate.low is not None
    assert measured.estimate.high is not None
    assert measured.estimate.low <= value <= measured.estimate.high


def test_a_rate_carries_its_counts_and_others_do_not():
    assert FIGURE_BY_NAME["sentences_cited"].measure(ALL).to_json() | {"interval": None} == {
        "value": 5 / 6,
        "interval": None,
        "questions": 3,
        "numerator": 5.0,
        "denominator": 6.0,
    }
    assert "numerator" not in FIGURE_BY_NAME["confidence_auroc"].measure(ALL).to_json()
    assert "numerator" not in FIGURE_BY_NAME["abstention_f1"].measure(ALL).to_json()


def test_names_are_unique_and_headlines_are_figures():
    assert len(FIGURE_BY_NAME) == len(FIGURES)
    assert set(HEADLINES) < set(FIGURES)


def test_a_summary_leaves_out_what_does_not_apply():
    summary = summarise([NEAR, FAR])
    assert summary.figures["abstention"].estimate.value == 1
    assert "recall_at_5" not in summary.figures
    assert "answer_correct" not in summary.figures
    assert (summary.unanswerable.abstained, summary.answerable.answered) == (2, 0)


def test_the_table_of_decisions_counts_every_question_once():
    summary = summarise(ALL)
    kinds = [summary.answerable, summary.unanswerable]
    assert [(kind.answered, kind.abstained, kind.error) for kind in kinds] == [(2, 1, 1), (1, 3, 0)]


def test_summaries_by_type_keep_the_order_of_appearance():
    by_type = summarise_by_type(ALL)
    assert list(by_type) == ["fact", "why", "unanswerable_near", "unanswerable_far", "injection"]
    assert [summary.questions for summary in by_type.values()] == [2, 1, 2, 1, 2]
