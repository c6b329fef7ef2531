"""Who may read what: nothing of a document reaches anyone without one of its labels."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.pipeline import ingest_documents
from ingest.sources import SourceDocument
from rag.audience import PUBLIC, audience_of, may_read
from rag.contract import answer_to_json, search_to_json
from rag.domain import AnswerStatus, Question
from rag.errors import EmptyStoreError, InvalidRequestError, NotFoundError

TEA = "# Tea\n\nGreen tea wants 75 degrees.\n\nBlack tea wants boiling water.\n"
SALARIES = "---\naudience: [hr]\n---\n# Salaries\n\nA tea taster earns 4711 crowns.\n"
STAFF = "---\naudience: staff, hr\n---\n# Canteen\n\nThe canteen serves tea at noon.\n"
ASKED = [
    "How many degrees does green tea want?",
    "What does a tea taster earn?",
    "When does the canteen serve tea?",
    "Salareis of the tea taster",
]


def source(name, text):
    return SourceDocument(f"memory:{name}", name, text.encode(), "text/markdown")


@pytest.fixture
def services(open_fake_services):
    opened = open_fake_services()
    ingest_documents(
        opened, [source("tea", TEA), source("salaries", SALARIES), source("canteen", STAFF)]
    )
    return opened


def titles(services, *labels):
    return {held.title for held in services.catalog.seen_by(audience_of(labels)).documents()}


def test_everybody_sees_public_documents_and_those_of_their_labels(services):
    assert titles(services) == {"Tea"}
    assert titles(services, "hr") == {"Tea", "Salaries", "Canteen"}
    assert titles(services, "staff") == {"Tea", "Canteen"}
    assert titles(services, "other") == {"Tea"}


def test_a_document_one_may_not_see_is_as_unknown_as_one_that_is_not_there(services):
    hidden = next(held.id for held in services.catalog.documents() if held.title == "Salaries")
    errors = []
    for document_id in (hidden, "nothing-00000000"):
        with pytest.raises(NotFoundError) as raised:
            services.catalog.seen_by(PUBLIC).document(document_id)
        errors.append(str(raised.value).replace(document_id, "…"))
    assert errors[0] == errors[1]


def test_only_those_with_the_label_are_answered(services):
    question = "What does a tea taster earn?"
    answer = services.answerer.answer(Question(question, audience=frozenset({"hr"})))
    assert "4711" in answer.text
    assert answer.status is AnswerStatus.ANSWERED
    assert "4711" not in str(answer_to_json(services.answerer.answer(Question(question))))


def test_labels_are_compared_in_lower_case_and_public_is_none():
    assert audience_of(["HR ", "public"]) == {"hr"}
    assert audience_of(["public"]) == PUBLIC


@pytest.mark.parametrize("label", ["", "h r", "a/b", "ü", "x" * 65, "-hr", "*"])
def test_a_label_that_could_be_mistaken_is_refused(label):
    with pytest.raises(InvalidRequestError, match="is no audience"):
        audience_of([label])


@pytest.mark.parametrize(
    ("document", "reader", "readable"),
    [
        (set(), set(), True),
        (set(), {"hr"}, True),
        ({"hr"}, set(), False),
        ({"hr"}, {"staff"}, False),
        ({"hr", "staff"}, {"staff"}, True),
    ],
)
def test_one_shared_label_is_enough(document, reader, readable):
    assert may_read(frozenset(document), frozenset(reader)) is readable


WORDS = st.sampled_from(
    ["tea", "degrees", "green", "canary", "noon", "salaries", "water", "boiling"]
)
PRIVATE = st.lists(st.lists(WORDS, min_size=1, max_size=12).map(" ".join), min_size=1, max_size=4)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(private=PRIVATE)
def test_what_one_may_not_see_changes_nothing_of_what_one_gets(open_fake_services, private):
    """Not the ranking, not a score, not the spelling, not the reason for silence."""
    seen = []
    for hidden in ([], private):
        opened = open_fake_services()
        documents = [source("tea", TEA)]
        documents += [
            source(f"hidden{place}", f"---\naudience: board\n---\n# Hidden\n\n{text}.\n")
            for place, text in enumerate(hidden)
        ]
        ingest_documents(opened, documents)
        for question in ASKED:
            answer = answer_to_json(opened.answerer.answer(Question(question)))
            found = search_to_json(opened.answerer.search(question, 50))
            for value in (answer, found):
                for name in ("id", "timings_ms", "generation"):
                    value.pop(name, None)
            seen.append((answer, found))
    assert seen[: len(ASKED)] == seen[len(ASKED) :]


def test_a_store_of_which_one_may_see_nothing_is_an_empty_store(open_fake_services):
    opened = open_fake_services()
    ingest_documents(opened, [source("salaries", SALARIES)])
    with pytest.raises(EmptyStoreError):
        opened.answerer.answer(Question("What does a tea taster earn?"))


def test_status_counts_the_documents_of_each_label(services):
    assert services.catalog.status().audiences == {"hr": 2, "staff": 1}
