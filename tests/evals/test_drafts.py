import json
from pathlib import Path

import pytest

from evals.checker import check_apart, check_set
from evals.draft_model import draft_with_model
from evals.draft_near_misses import near_misses
from evals.draft_sources import named_things, source_sections
from evals.drafts import as_records, draft_questions, to_lines
from evals.question_set import QuestionSet, QuestionType, load_question_set
from ingest.reading import read_document
from ingest.sources import SourceDocument
from rag.domain import Document
from rag.errors import EmptyStoreError
from tests.evals.scripted_model import ScriptedModel

MARKDOWN = """# Bees

## What does a hive need?

A hive needs shade. Beekeepers visit the hive weekly in spring.

## Langstroth

Some hives are stacked. Langstroth is the hive that most beekeepers use. Many swear by Langstroth.
The roof of Langstroth is flat, because flat roofs stack. A full Langstroth weighs 40 kilograms.
In a warm summer Langstroth is opened often, because bees need air.

Langstroth is chosen in these cases:

- The colony is large.
- Honey is sold by weight.
"""


@pytest.fixture
def documents() -> list[Document]:
    """One document with a question for a heading, a definition, a reason, a number, a list."""
    read = read_document(SourceDocument("u", "bees.md", MARKDOWN.encode(), "text/markdown"))
    return [Document("bees", read.title, "u", None, read.parsed.text, read.parsed.blocks, "h")]


def test_drafts_are_a_sound_question_set_marked_as_drafts(documents, tmp_path: Path):
    path = tmp_path / "drafts.jsonl"
    path.write_text(to_lines(as_records(draft_questions(documents, 30))), "utf-8")
    drafts = load_question_set(path)
    assert all((record.note or "").startswith("draft: ") for record in drafts.records)
    assert check_set(drafts, [document.text for document in documents]) == []
    assert check_apart([drafts]) == []


def test_every_kind_is_proposed(documents):
    found = {proposal.type: proposal for proposal in draft_questions(documents, 40)}
    assert found[QuestionType.FACT].question == "What does a hive need?"
    assert found[QuestionType.DEFINITION].question == "what is Langstroth?"
    assert found[QuestionType.WHY].question.startswith("why is it that ")
    assert "because" not in found[QuestionType.WHY].question
    assert found[QuestionType.NUMBER].must_include == ("40",)
    assert found[QuestionType.LIST].gold_quotes == (
        "The colony is large.",
        "Honey is sold by weight.",
    )
    assert found[QuestionType.KEYWORD].question == "langstroth"
    assert found[QuestionType.UNANSWERABLE_NEAR].gold_quotes == ()
    followup = found[QuestionType.FOLLOWUP]
    assert "Langstroth" not in followup.question
    assert "Langstroth" in followup.history[0].content


def test_a_third_are_near_misses_and_the_seed_decides(documents):
    drafts = draft_questions(documents, 9)
    assert sum(draft.type is QuestionType.UNANSWERABLE_NEAR for draft in drafts) == 3
    assert drafts == draft_questions(documents, 9)
    assert drafts != draft_questions(documents, 9, seed=1)


def test_near_misses_ask_only_for_what_nothing_hints_at():
    sentences = ["A Langstroth costs little.", "It was invented in 1852."]
    asked = {proposal.question for proposal in near_misses("Langstroth", sentences)}
    assert "how much does Langstroth cost?" not in asked
    assert "what licence is Langstroth under?" in asked
    assert list(near_misses("Warré", sentences)) == []


def test_names_are_those_that_stand_within_sentences_twice(documents):
    assert named_things(documents) == ["Langstroth"]


def test_without_text_there_is_nothing_to_draft_from():
    with pytest.raises(EmptyStoreError):
        draft_questions([], 5)


def test_a_models_drafts_are_kept_only_with_verbatim_quotes(documents):
    good = {
        "type": "fact",
        "question": "what shelter do bees want?",
        "gold_quotes": ["A hive needs shade."],
        "reference_answer": "Shade.",
        "must_include": ["shade"],
    }
    near = {"type": "unanswerable_near", "question": "how tall is it?", "reference_answer": "-"}
    after = good | {"type": "followup", "before": "tell me of hives", "question": "and shade?"}
    bad = [
        good | {"gold_quotes": ["A hive needs sun."]},
        good | {"must_include": ["sun"]},
        good | {"gold_quotes": []},
        near | {"gold_quotes": ["A hive needs shade."]},
        after | {"before": None},
    ]
    model = ScriptedModel(replies=[json.dumps({"questions": [good, near, after, *bad]}), "Sure!"])
    drafted = draft_with_model(model, source_sections(documents))
    assert [proposal.type.value for proposal in drafted.proposals] == [
        "fact",
        "unanswerable_near",
        "followup",
    ]
    assert len(drafted.dropped) == len(bad) + 1
    records = QuestionSet("drafts", "", tuple(as_records(drafted.proposals)))
    assert check_set(records, [document.text for document in documents]) == []
    assert "A hive needs shade." in model.prompts[0]
