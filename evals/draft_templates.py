"""Questions made from headings and sentences by rule. English; plain, for a person to better."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from evals.draft_sources import SourceList, SourceSection
from evals.question_set import HistoryTurn, QuestionType

LONGEST_SENTENCE = 240
LONGEST_SUBJECT = 6

_DEFINITION = re.compile(r"^((?:[\w+#'-]+ ){0,5}[\w+#'-]+) (is|are) ((?:an?|the) .{12,})$")
_REASON = re.compile(r"^(.{12,}?),? because (.{8,})$")
_NUMBER = re.compile(
    r"(?<![\w.])\d(?:[\d.,]*\d)?(?:%|\+|\s?(?:million|billion|thousand|percent))?(?!\w)"
)
_VERBS = (
    "is|are|was|has|have|can|does|should|must|needs|takes|gives|offers|becomes|fits|handles|stands"
)
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


def proposals(section: SourceSection, names: Collection[str]) -> Iterator[Proposal]:
    """Every question that the templates find in a section, follow-ups about the names included."""
    yield from _from_heading(section)
    found = [_from_list(section, source) for source in section.lists]
    for sentence in section.sentences:
        if len(sentence) <= LONGEST_SENTENCE:
            found += _from_sentence(section, sentence)
    for proposal in found:
        yield proposal
        yield from _as_followup(section, proposal, names)


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
        question=f"{_lowered(lead_in)}: which ones?",
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


def _as_followup(
    section: SourceSection, proposal: Proposal, names: Collection[str]
) -> Iterator[Proposal]:
    """The same question with a named thing left to the turn before it, as "it"."""
    if proposal.type is QuestionType.DEFINITION:
        return
    for name in names:
        # Before a verb or at an end the name is a noun by itself, which "it" can stand for.
        pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?=\?|$| (?:{_VERBS})\b)")
        mentions = [sentence for sentence in section.sentences if name in sentence]
        if len(pattern.findall(proposal.question)) == 1 and mentions:
            yield replace(
                proposal,
                type=QuestionType.FOLLOWUP,
                question=pattern.sub("it", proposal.question),
                why=f"a follow-up: {name} is named in the turn before only",
                history=(
                    HistoryTurn(role="user", content=f"what do the documents say about {name}?"),
                    HistoryTurn(role="assistant", content=mentions[0]),
                ),
            )
            return


def telling_words(text: str, beside: str, most: int = 2) -> tuple[str, ...]:
    """The longest words of a text, lower-cased, that a question `beside` it doesn't hold."""
    known = set(re.findall(r"[\w+#-]+", beside.lower()))
    words = dict.fromkeys(re.findall(r"[\w+#-]{3,}", text.lower()))
    telling = [word for word in words if word not in known]
    chosen = sorted(telling, key=len, reverse=True)[:most]
    return tuple(word for word in telling if word in chosen)


def _lowered(text: str) -> str:
    """The text with its first word in lower case, unless that is a name or an acronym."""
    first, space, rest = text.partition(" ")
    ordinary = first[:1].isupper() and first[1:].islower() and first.lower() in _OPENERS
    return f"{first.lower() if ordinary else first}{space}{rest}"


_OPENERS = {
    "a", "an", "the", "this", "these", "for", "in", "on", "at", "with", "when", "if", "by", "as",
    "from", "most", "many", "each", "every", "all", "some", "teams", "to", "one", "its", "their",
}  # fmt: skip
