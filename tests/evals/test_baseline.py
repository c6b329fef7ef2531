"""The committed baseline, held: the guide set on the whole system with its real models."""

from pathlib import Path

import pytest

from evals.baseline import DEFAULT_PATH, read_baseline
from evals.cache import ResultCache
from evals.comparison import compare
from evals.question_set import load_question_set
from evals.runner import evaluate
from rag.bootstrap import Services

GUIDE_SET = Path(__file__).parents[2] / "evals" / "sets" / "guide.jsonl"


@pytest.mark.real
@pytest.mark.timeout(1200)
def test_no_headline_figure_falls_below_the_baseline(corpus_services: Services):
    """Make it anew, when a change is for the better, with the command that the message names."""
    settings = corpus_services.settings
    with ResultCache(settings.cache_dir / "evals") as cache:
        evaluation = evaluate(corpus_services, [load_question_set(GUIDE_SET)], settings, cache)
    comparison = compare(read_baseline(DEFAULT_PATH), evaluation.outcomes)
    assert comparison.unmatched == 0, (
        "the set has changed: make the baseline anew with "
        "footnote eval evals/sets/guide.jsonl --documents corpus/ --update-baseline"
    )
    assert not comparison.falls, "\n".join(str(change) for change in comparison.falls)
