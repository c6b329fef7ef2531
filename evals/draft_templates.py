"""Questions made from headings and sentences by rule. English; plain, for a person to better."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.draft_sources import SourceList, SourceSection
from evals.question_set import HistoryTurn, QuestionType

LONGEST_SENTENCE = 240
LONGEST_SUBJECT = 6

_DEFINITION = re.compile(r"^((?:[\w+#'-]+ ){0,5}[\w+#'-]+) (is|are) ((?:an?|the) .{12,})$")
_REASON = re.compile(r"^(.{12,}?),? because (.{8,})$")
_NUMBER = re.compile(r"(?<![\w.])\d[\d.,]*(?:%|\+|\s?(?:million|billion|thousand|percent))?(?!\w)")
_PRONOUNS = {"it", "they", "this", "that", "these", "those", "he", "she", "we", "you", "there"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question with what it should find; `why` tells a person how it came about."""

    type: QuestionType
    question: str
    gold_quotes: tuple[str, ...]
    reference_answer: str
    must_include: tuple[str, ...]
    why: str
    section: str | None = None
    history: tuple[HistoryTurn, ...] = ()
    must_not_include: tuple[str, ...] = ()


def proposals(section: SourceSection) -> Iterator[Proposal]:
    """Every question that the templates find in a section, follow-ups among them."""
    yield from _from_heading(section)
    for source in section.lists:
        yield _from_list(section, source)
    for sentence in section.sentences:
        if len(sentence) <= LONGEST_SENTENCE:
            for proposal in _from_sentence(section, sentence):
                yield proposal
                yield from _as_followup(section, proposal)


def near_misses(
    name: str, sentences: Sequence[str], attributes: Sequence["Attribute"]
) -> Iterator[Proposal]:
    """Questions for attributes of a named thing that no sentence mentioning it hints at."""
    about = " ".join(sentence for sentence in sentences if name in sentence).lower()
    for attribute in attributes:
        if about and not any(cue in about for cue in attribute.cues):
            yield Proposal(
                type=QuestionType.UNANSWERABLE_NEAR,
                question=attribute.question.format(name=name),
                gold_quotes=(),
                reference_answer=f"The documents mention {name} but not {attribute.name}.",
                must_include=(),
                why=f"near miss: see that the documents don't say {attribute.name}",
            )


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something a person may ask of a named thing, and words that hint at it being told."""

    name: str
    question: str
    cues: tuple[str, ...]


ATTRIBUTES = (
    Attribute("its price", "how much does {name} cost?", ("cost", "price", "fee", "$", "€", "free")),
    Attribute("its licence", "what licence is {name} under?", ("licen", "open source", "open-source")),
    Attribute("its origin", "who created {name}?", ("creat", "found", "invent", "made by", "author")),
    Attribute(
        "its first year", "in what year did {name} come out?", ("19", "20", "year", "releas", "since")
    ),
    Attribute("its version", "which version of {name} is used?", ("version", " v1", " v2", " v3")),
    Attribute("its place", "which country is {name} from?", ("countr", "based in", "headquarter")),
    Attribute("its people", "how many people work on {name}?", ("engineer", "people", "staff", "team")),
)  # fmt: skip


def _from_heading(section: SourceSection) -> Iterator[Proposal]:
    if not section.sentences:
        return
    first = section.sentences[0]
    asks = section.heading.endswith("?")
    yield Proposal(
        type=QuestionType.FACT if asks else QuestionType.KEYWORD,
        question=section.heading if asks else section.heading.lower(),
        gold_quotes=(first,),
        reference_answer=first,
        must_include=telling_words(first, beside=section.heading),
        why="the heading asks" if asks else "the heading as keywords",
        section=section.heading,
    )


def _from_list(section: SourceSection, source: SourceList) -> Proposal:
    lead_in = source.lead_in.rstrip(" :")
    return Proposal(
        type=QuestionType.LIST,
        question=f"{lead_in[0].lower()}{lead_in[1:]}: which ones?",
        gold_quotes=source.items,
        reference_answer="; ".join(item.rstrip(".;") for item in source.items) + ".",
        must_include=tuple(
            word for item in source.items for word in telling_words(item, lead_in, most=1)
        ),
        why="a lead-in line and all items of its list",
        section=section.heading,
    )


def _from_sentence(section: SourceSection, sentence: str) -> Iterator[Proposal]:
    bare = sentence.rstrip(".!")

    def proposal(
        kind: QuestionType, question: str, must_include: tuple[str, ...], why: str
    ) -> Proposal:
        return Proposal(kind, question, (sentence,), sentence, must_include, why, section.heading)

    if match := _DEFINITION.match(bare):
        subject, verb, rest = match.groups()
        if subject.split()[0].lower() not in _PRONOUNS and "," not in subject:
            yield proposal(
                QuestionType.DEFINITION,
                f"what {verb} {_lowered(subject)}?",
                telling_words(rest, beside=subject),
                "a sentence that defines",
            )
    if match := _REASON.match(bare):
        claim, reason = match.groups()
        yield proposal(
            QuestionType.WHY,
            f"why is it that {_lowered(claim)}?",
            telling_words(reason, beside=claim),
            "a sentence with a reason",
        )
    if len(numbers := _NUMBER.findall(bare)) == 1 and not bare.startswith(numbers[0]):
        before, _, after = bare.partition(numbers[0])
        yield proposal(
            QuestionType.NUMBER,
            f"{_lowered(before.rstrip())} … {after.strip()}: what number goes there?",
            (numbers[0],),
            "a sentence with one number",
        )


def _as_followup(section: SourceSection, proposal: Proposal) -> Iterator[Proposal]:
    """The same question with the section's topic left to the turn before it."""
    topic = section.heading.rstrip("?")
    for word in sorted(re.findall(r"[A-Z][\w+#-]+", topic), key=len, reverse=True):
        pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w'-])", re.IGNORECASE)
        if len(pattern.findall(proposal.question)) != 1 or proposal.type is QuestionType.DEFINITION:
            continue
        yield Proposal(
            type=QuestionType.FOLLOWUP,
            question=pattern.sub("it", proposal.question),
            gold_quotes=proposal.gold_quotes,
            reference_answer=proposal.reference_answer,
            must_include=proposal.must_include,
            why=f"a follow-up: {word} is named in the turn before only",
            section=proposal.section,
            history=(
                HistoryTurn(role="user", content=f"what do the documents say about {word}?"),
                HistoryTurn(role="assistant", content=_mention(section, word)),
            ),
        )
        return


def telling_words(text: str, beside: str, most: int = 2) -> tuple[str, ...]:
    """The longest words of a text, lower-cased, that a question `beside` it doesn't hold."""
    known = set(re.findall(r"[\w+#-]+", beside.lower()))
    words = [word for word in dict.fromkeys(re.findall(r"[\w+#-]{3,}", text.lower()))]
    telling = [word for word in words if word not in known]
    chosen = sorted(telling, key=len, reverse=True)[:most]
    return tuple(word for word in telling if word in chosen)


def _mention(section: SourceSection, word: str) -> str:
    return next((s for s in section.sentences if word in s), section.heading)


def _lowered(text: str) -> str:
    """The text with its first word in lower case, unless that is a name or an acronym."""
    first, space, rest = text.partition(" ")
    ordinary = first[:1].isupper() and first[1:].islower() and first.lower() in _OPENERS
    return f"{first.lower() if ordinary else first}{space}{rest}"


_OPENERS = {
    "a", "an", "the", "this", "these", "for", "in", "on", "at", "with", "when", "if", "by", "as",
    "from", "most", "many", "each", "every", "all", "some", "teams", "to", "one", "its", "their",
}  # fmt: skip
