"""Near misses by rule: attributes of named things that the documents don't hint at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.draft_templates import Proposal
from evals.question_set import QuestionType


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something a person may ask of a named thing, and bits of words that hint at it being told."""

    name: str
    question: str
    cues: tuple[str, ...]


ATTRIBUTES = (
    Attribute(
        "its price", "how much does {name} cost?", ("cost", "pric", "fee", "$", "€", "free", "paid")
    ),
    Attribute(
        "its licence", "what licence is {name} under?", ("licen", "open source", "open-source")
    ),
    Attribute(
        "its origin", "who created {name}?", ("creat", "found", "invent", "author", "built by")
    ),
    Attribute(
        "its first year",
        "in what year did {name} come out?",
        ("year", "releas", "since", "launch", "19", "20"),
    ),
    Attribute("its version", "which version of {name} is used?", ("version", " v1", " v2", " v3")),
    Attribute(
        "its country", "which country is {name} from?", ("countr", "based in", "headquarter")
    ),
    Attribute(
        "its number of people",
        "how many people work on {name}?",
        ("engineer", "people", "staff", "employ", "team"),
    ),
)


def near_misses(name: str, sentences: Sequence[str]) -> Iterator[Proposal]:
    """Questions for attributes of a named thing that no sentence mentioning it hints at."""
    about = " ".join(sentence for sentence in sentences if name in sentence).lower()
    for attribute in ATTRIBUTES:
        if about and not any(cue in about for cue in attribute.cues):
            yield Proposal(
                type=QuestionType.UNANSWERABLE_NEAR,
                question=attribute.question.format(name=name),
                gold_quotes=(),
                reference_answer=f"The documents mention {name} but not {attribute.name}.",
                must_include=(),
                why=f"near miss: see that the documents don't tell {attribute.name}",
            )
