"""Suggested questions come from the documents alone."""

from dataclasses import replace

from api.suggestions import Suggestions, questions_of
from rag.audience import PUBLIC
from tests.fakes.service import COFFEE, TEA, FakeCatalog, H, P, document


def test_documents_take_turns():
    second = document(
        "b", "B", (H, "Why?", 2, ""), (H, "Since when?", 2, ""), (H, "Not asked", 2, "")
    )
    assert list(questions_of([second, TEA])) == [
        "Why?",
        "How hot should the water be?",
        "Since when?",
    ]


def test_a_document_without_a_question_is_asked_about_by_its_title():
    plain = document("c", "Cocoa", (P, "Cocoa is a drink. Is it?", 0, ""))
    assert list(questions_of([plain])) == ["What does the guide say about Cocoa?"]


def test_a_title_that_asks_is_taken_as_it_stands():
    asking = document("c", "Why cocoa?", (P, "Because.", 0, ""))
    assert list(questions_of([asking])) == ["Why cocoa?"]


def test_headings_that_ask_come_before_titles():
    plain = document("c", "Cocoa", (P, "Cocoa.", 0, ""))
    assert next(questions_of([plain, COFFEE])) == "How fine should coffee be ground?"


def test_a_heading_too_long_for_a_button_is_passed_over():
    long = document("d", "D", (H, f"Is {'very ' * 40}long?", 2, ""))
    assert list(questions_of([long])) == ["What does the guide say about D?"]


def test_the_same_question_is_suggested_once():
    twin = replace(TEA, id="twin")
    assert list(questions_of([TEA, twin])) == ["How hot should the water be?"]


def test_documents_are_read_again_only_when_they_change():
    catalog = FakeCatalog([TEA, COFFEE])
    suggestions = Suggestions(catalog)

    assert len(suggestions.first(2, PUBLIC)) == 2
    assert len(suggestions.first(1, PUBLIC)) == 1
    assert catalog.read == [TEA.id, COFFEE.id]

    catalog.held.append(document("b", "B", (H, "Why?", 2, "")))
    assert "Why?" in suggestions.first(4, PUBLIC)


def test_nothing_is_suggested_of_nothing():
    assert Suggestions(FakeCatalog([])).first(4, PUBLIC) == []
