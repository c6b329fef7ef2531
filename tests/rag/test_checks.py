"""The rules alone: each catches its kind of invention, and lets the plain retelling pass."""

import pytest

from rag.checks import Cited, fault

FLASK = "Flask ships without an ORM, and a new project starts in 5 minutes."
DJANGO = "Django includes an admin panel, an ORM and migrations since version 1.7."
SIDES = "Monoliths are simple to deploy, but microservices scale independently."
PRICES = "The basic plan costs 5 dollars, the premium plan costs 10 dollars."


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        (DJANGO, DJANGO),
        ("Django includes an ORM.", DJANGO),
        ("Django includes migrations since version 1.7.", DJANGO),
        ("A new project starts in five minutes.", FLASK),
        ("Flask ships without an ORM.", FLASK),
        ("Microservices scale independently.", SIDES),
        ("The premium plan costs 10 dollars.", PRICES),
        (SIDES, SIDES),
    ],
)
def test_what_the_source_says_passes(sentence, source):
    assert fault(sentence, Cited((source,))) is None


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        pytest.param("Django includes migrations since version 1.8.", DJANGO, id="number"),
        pytest.param("A new project starts in 5 seconds.", FLASK, id="unit"),
        pytest.param("A new project starts in three minutes.", FLASK, id="written-number"),
        pytest.param("Rails includes an admin panel.", DJANGO, id="name"),
        pytest.param("Django includes Celery and an admin panel.", DJANGO, id="second-name"),
        pytest.param("Django includes migrations since March.", DJANGO, id="date"),
        pytest.param("Django does not include an ORM.", DJANGO, id="negation-added"),
        pytest.param("Flask ships an ORM.", FLASK, id="negation-removed"),
        pytest.param("Flask ships with an ORM.", FLASK, id="with-for-without"),
        pytest.param("Django excludes an admin panel.", DJANGO, id="opposite"),
        pytest.param("Microservices are simple to deploy.", SIDES, id="other-side"),
        pytest.param("Monoliths scale independently.", SIDES, id="other-sides-verb"),
        pytest.param("Monoliths scale.", SIDES, id="short-mixture"),
        pytest.param("The basic plan costs 10 dollars.", PRICES, id="number-that-stands-there"),
        pytest.param("The premium plan costs 5 dollars.", PRICES, id="the-other-number"),
        pytest.param("Every team must use Django with an ORM.", DJANGO, id="binding-words"),
        pytest.param("Yes, Django includes an ORM.", DJANGO, id="yes"),
        pytest.param("Indeed.", DJANGO, id="empty"),
        pytest.param(
            "Django powers large banks and insurance companies.", DJANGO, id="words-from-elsewhere"
        ),
    ],
)
def test_what_the_source_does_not_say_fails_with_a_reason(sentence, source):
    assert fault(sentence, Cited((source,)))


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Teams choose Django.", "Some teams choose Django."),
        ("Caching makes pages quicker.", "Caching may make pages quicker."),
        ("Choose Django.", "Choose Django if you need an admin panel."),
        ("The queue loses messages.", "The queue rarely loses messages."),
        ("Only admins may restart.", "Admins may restart."),
    ],
)
def test_a_limit_may_neither_be_left_out_nor_added(sentence, source):
    assert fault(sentence, Cited((source,)))


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Redis suits relational data.", "PostgreSQL suits relational data, Redis suits caching."),
        ("PostgreSQL suits caching.", "PostgreSQL suits relational data, Redis suits caching."),
        ("Flask is older than Django.", "Django is older than Flask."),
    ],
)
def test_words_stay_with_their_names(sentence, source):
    assert fault(sentence, Cited((source,)))


def test_a_heading_may_name_what_its_text_is_about():
    cited = Cited(("It includes an admin panel.",), "Frameworks › Django")
    assert fault("Django includes an admin panel.", cited) is None
    assert fault("Flask includes an admin panel.", cited)
    assert fault("Django includes 3 panels.", Cited(("It includes panels.",), "3 Django"))


def test_a_heading_lends_no_name_when_its_text_speaks_of_another():
    cited = Cited(("Django includes an admin panel.",), "Flask")
    assert fault("Flask includes an admin panel.", cited)
    either = Cited(("It includes an admin panel.",), "Compare Django with Flask")
    assert fault("Flask includes an admin panel.", either)


def test_a_copy_passes_however_it_is_built():
    items = ("Choose it in these cases:", "The team is creating a shop, or a site, but not both.")
    assert fault(items[1], Cited(items)) is None
    assert fault(" ".join(items), Cited(items)) is None


def test_the_denial_of_a_heading_stays():
    cited = Cited(("Small teams with deadlines.",), "When not to use microservices")
    assert fault("Small teams with deadlines.", cited)
    assert fault("Use microservices for small teams with deadlines.", cited)
