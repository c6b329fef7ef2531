"""Rules that a written sentence must pass against the words it cites; each gives its reason.

They read words, not meaning, and are strict: a true sentence that is told too freely fails too.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rag import bonds
from rag.claims import binding, clauses, denied, denies, hedges, names, opposites, subjects, topic
from rag.lexicon import FILLERS, stem, words
from rag.numbers import numbers, quantities

# A sentence with fewer topic words claims nothing that words could show.
FEWEST_TERMS = 2
# Of the sentence's topic words, how many the cited words must hold.
COVERED = 0.8


@dataclass(frozen=True, slots=True)
class Cited:
    """Spans cited by a sentence, in order, and what stands above them: title and headings.

    `context`, parted by ` › `, may say what the words are about; it lends no number.
    """

    spans: tuple[str, ...]
    context: str = ""

    @property
    def text(self) -> str:
        """The spans as one text."""
        return " ".join(self.spans)

    def holds_verbatim(self, sentence: str) -> bool:
        """Whether the sentence is a copy of the last span or of all of them."""
        said = words(sentence)
        return said in (words(self.spans[-1]), words(self.text)) if self.spans else False


def fault(sentence: str, cited: Cited) -> str | None:
    """Why the sentence does not follow from the cited words, or None when no rule objects."""
    rules = RULES_FOR_COPIES if cited.holds_verbatim(sentence) else RULES
    return next((found for rule in rules if (found := rule(sentence, cited))), None)


def _claims_nothing(sentence: str, _: Cited) -> str | None:
    # A bare yes or no answers the question, which no cited words do.
    if words(sentence)[:1] in (["yes"], ["no"]):
        return "answers yes or no"
    return "claims nothing" if len(set(topic(sentence))) < FEWEST_TERMS else None


def _numbers(sentence: str, cited: Cited) -> str | None:
    missing = numbers(sentence) - numbers(cited.text)
    if missing:
        return f"number not in the source: {', '.join(sorted(missing))}"
    held = quantities(cited.text)
    wrong = [q for q in quantities(sentence) if q.unit and q not in held]
    return f"quantity not in the source: {wrong[0].number} {wrong[0].unit}" if wrong else None


def _names(sentence: str, cited: Cited) -> str | None:
    certain = {stem for stems in names(sentence).values() for stem in stems}
    said = certain | subjects(sentence)
    lent = said & set(topic(cited.context))
    missing = (certain | lent) - set(topic(cited.text))
    # A heading may name what its text is about, if neither of them speaks of anything else.
    others = subjects(cited.text) - said
    for part in cited.context.split(" › ") if missing else ():
        others_there = {stem for stems in names(part).values() for stem in stems} - said
        if not others and not others_there:
            missing -= set(topic(part))
    return f"name not in the source: {', '.join(sorted(missing))}" if missing else None


def _denials(sentence: str, cited: Cited) -> str | None:
    whole = f"{cited.context}. {cited.text}"
    says, source = denied(sentence), denied(whole)
    said, held = set(topic(sentence)), set(topic(whole))
    turned = (says & held) - source or (source & said) - says
    if turned:
        return f"denial turned round: {', '.join(sorted(turned))}"
    does, could = (any(map(denies, words(text))) for text in (sentence, whole))
    if does and not could:
        return "denial not in the source"
    return None


def _denials_above(sentence: str, cited: Cited) -> str | None:
    # "Small teams." under "When not to use it" is the opposite of what it says alone.
    if any(map(denies, words(cited.context))) and not any(map(denies, words(sentence))):
        return "denial of the heading left out"
    return None


def _opposites(sentence: str, cited: Cited) -> str | None:
    said = {stem(word) for word in words(sentence)}
    held = {stem(word) for word in words(f"{cited.context} {cited.text}")}
    for pair in opposites():
        for one, other in (pair, pair[::-1]):
            if said & one and not held & one and held & other:
                return f"opposite of the source: {', '.join(sorted(said & one))}"
    return None


def _binding_words(sentence: str, cited: Cited) -> str | None:
    said, held = set(words(sentence)), set(words(cited.text))
    for group in binding():
        if said & group and not held & group:
            return f"not in the source: {', '.join(sorted(said & group))}"
    return None


def _limits(sentence: str, cited: Cited) -> str | None:
    said, about = set(words(sentence)), set(topic(sentence))
    for clause in map(set, clauses(cited.text)):
        if about & {stem(word) for word in clause if word not in FILLERS}:
            for limits, keepers in hedges():
                if limits & clause and not said & keepers:
                    return f"limit left out: {', '.join(sorted(limits & clause))}"
    return None


def _coverage(sentence: str, cited: Cited) -> str | None:
    said, held = set(topic(sentence)), set(topic(cited.text))
    missing = said - held - set(topic(cited.context))
    if len(missing) > (1 - COVERED) * len(said):
        return f"words not in the source: {', '.join(sorted(missing))}"
    return "says what only the heading says" if 2 * len(said & held) < len(said) else None


Rule = Callable[[str, Cited], str | None]
RULES_FOR_COPIES: tuple[Rule, ...] = (_claims_nothing, _denials_above)
RULES: tuple[Rule, ...] = (
    *RULES_FOR_COPIES,
    _numbers,
    _names,
    _denials,
    _opposites,
    _binding_words,
    _coverage,
    _limits,
    lambda sentence, cited: bonds.fault(sentence, cited.text, cited.context),
)
