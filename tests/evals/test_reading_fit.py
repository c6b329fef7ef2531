"""The reading's numbers: what they learn, and what they must not."""

from dataclasses import replace

import numpy as np
import pytest

from evals.reading_fit import Case, fit_reading

GROUPS = ("bakery", "harbour", "museum")
WIDTH = 16


def cases(size=600, strength=2.0, told=0.7):
    """Cases whose first value shows the label beside a text, and the second even without one."""
    random = np.random.default_rng(7)
    labels = random.random(size) < 0.5
    made = []
    for number, label in enumerate(labels):
        alone = random.normal(size=WIDTH)
        alone[1] += told if label else -told
        beside = alone.copy()
        beside[0] += strength if label else -strength
        made.append(
            Case(
                beside.astype(np.float32),
                alone.astype(np.float32),
                bool(label),
                GROUPS[number % len(GROUPS)],
            )
        )
    return made


def test_what_only_a_text_can_show_is_learned():
    fitted, unseen = fit_reading(cases())
    assert fitted["auroc_on_unseen_collections"] > 0.9
    assert len(fitted["weights"]) == WIDTH
    assert len(unseen) == fitted["cases"] == 600


def test_what_the_question_alone_gives_away_counts_for_less():
    known = cases()
    hidden = [replace(case, alone=np.zeros(WIDTH, dtype=np.float32)) for case in known]

    def share(fitted):
        shown, told = fitted["weights"][:2]
        return told / shown

    assert share(fit_reading(known)[0]) < share(fit_reading(hidden)[0])


def test_the_same_cases_give_the_same_numbers():
    assert fit_reading(cases())[0] == fit_reading(cases())[0]


def test_a_case_is_judged_by_a_fit_that_had_not_seen_its_collection():
    known = cases()
    lonely = [
        Case(case.observed, case.alone, not case.answerable, case.group)
        if case.group == "museum"
        else case
        for case in known
    ]
    _, unseen = fit_reading(lonely)
    labels = np.array([case.answerable for case in lonely])
    museum = np.array([case.group == "museum" for case in lonely])
    # Its own labels were turned round: whoever had learned from them would not be this wrong.
    assert ((unseen > 0) == labels)[museum].mean() < 0.3


@pytest.mark.parametrize(
    "unfit",
    [
        pytest.param([case for case in cases() if case.answerable], id="one kind"),
        pytest.param([case for case in cases() if case.group != "museum"], id="two collections"),
    ],
)
def test_cases_that_teach_nothing_are_refused(unfit):
    with pytest.raises(ValueError, match="both kinds over three collections"):
        fit_reading(unfit)
