"""Rules that a written sentence must pass against the words it cites; each gives its reason.

They read words, not meaning, and are strict: a true sentence that is told too freely fails too.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.alignment import share_in_order
from rag.claims import binding, clauses, denied, denies, hedges, names, opposites
from rag.lexicon import FILLERS, WORD, stem, terms, words
from rag.numbers import numbers, quantities

# A sentence with fewer topic words claims nothing that words could show.
FEWEST_TERMS = 2
# Of the sentence's topic words, how many the cited words must hold, and hold in its order.
COVERED = 0.8
IN_ORDER = 0.75
# How far apart the words may stand there: a part of the stretch that holds them. Numbers are the
# easiest to move to another thing, so theirs is the narrower.
DENSITY = 0.4
NUMBER_DENSITY = 0.6
# Where one statement ends and another begins that may be about something else.
STATEMENT_END = re.compile(
    r"[.;!?]\s|\s[–—]\s|,?\s(?:but|while|whereas|although|though|however|unlike)\s|,\s(?:and|or)\s",
    re.IGNORECASE,
)
# A statement is told when the sentence holds this part of its topic words.
TOLD = 0.6


@dataclass(frozen=True, slots=True)
class Cited:
    """Words cited by a sentence, and those that stand above them: title, headings, lead-in.

    `context`, parted by ` › `, may say what the words are about; it lends no number.
    """

    text: str
    context: str = ""


def fault(sentence: str, cited: Cited) -> str | None:
    """Why the sentence does not follow from the cited words, or None when no rule objects."""
    return next((found for rule in RULES if (found := rule(sentence, cited))), None)


def _claims_nothing(sentence: str, _: Cited) -> str | None:
    # A bare yes or no answers the question, which no cited words do.
    if words(sentence)[:1] in (["yes"], ["no"]):
        return "answers yes or no"
    return "claims nothing" if len(set(terms(sentence))) < FEWEST_TERMS else None


def _numbers(sentence: str, cited: Cited) -> str | None:
    missing = numbers(sentence) - numbers(cited.text)
    if missing:
        return f"number not in the source: {', '.join(sorted(missing))}"
    held = quantities(cited.text)
    wrong = [q for q in quantities(sentence) if q.unit and q not in held]
    return f"quantity not in the source: {wrong[0].number} {wrong[0].unit}" if wrong else None


def _names(sentence: str, cited: Cited) -> str | None:
    held = set(terms(cited.text))
    said = {stem for stems in names(sentence).values() for stem in stems}
    missing = said - held
    if not missing:
        return None
    # A heading may name what its text is about, if neither of them speaks of anything else.
    others = {stem for stems in names(cited.text).values() for stem in stems} - said
    for part in cited.context.split(" › "):
        others_there = {stem for stems in names(part).values() for stem in stems} - said
        if not others and not others_there:
            missing -= set(terms(part))
    return f"name not in the source: {', '.join(sorted(missing))}" if missing else None


def _denials(sentence: str, cited: Cited) -> str | None:
    whole = f"{cited.context}. {cited.text}"
    says, source = denied(sentence), denied(whole)
    said, held = set(terms(sentence)), set(terms(whole))
    turned = (says & held) - source or (source & said) - says
    if turned:
        return f"denial turned round: {', '.join(sorted(turned))}"
    if any(map(denies, words(sentence))) and not any(map(denies, words(whole))):
        return "denial not in the source"
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
    said, topic = set(words(sentence)), set(terms(sentence))
    for clause in map(set, clauses(cited.text)):
        if topic & {stem(word) for word in clause if word not in FILLERS}:
            for limits, keepers in hedges():
                if limits & clause and not said & keepers:
                    return f"limit left out: {', '.join(sorted(limits & clause))}"
    return None


def _coverage(sentence: str, cited: Cited) -> str | None:
    said, held = set(terms(sentence)), set(terms(cited.text))
    missing = said - held - set(terms(cited.context))
    if len(missing) > (1 - COVERED) * len(said):
        return f"words not in the source: {', '.join(sorted(missing))}"
    return "says what only the heading says" if 2 * len(said & held) < len(said) else None


def _order(sentence: str, cited: Cited) -> str | None:
    held = terms(cited.text)
    lent = set(terms(cited.context)) - set(held)
    said = [term for term in terms(sentence) if term not in lent]
    density = NUMBER_DENSITY if numbers(sentence) else DENSITY
    # Within a clause, what comes first is often a matter of style: "for X, use Y".
    turned = [[*part, *part] for clause in clauses(cited.text) if (part := _stems(clause))]
    shares = [share_in_order(said, held, density)]
    shares += [share_in_order(said, part, density) for part in turned]
    return None if max(shares) >= IN_ORDER else "put together from words that stand apart"


def _statements(sentence: str, cited: Cited) -> str | None:
    """Where the source makes several statements, the sentence must keep to one or tell them all.

    "Monoliths are simple, but microservices scale" does not say "monoliths scale".
    """
    said = set(terms(sentence))
    parts = [set(part) for text in STATEMENT_END.split(cited.text) if (part := terms(text))]
    held = said & set().union(*parts)
    if len(parts) < 2 or not held:  # noqa: PLR2004
        return None
    told = [part for part in parts if len(part & said) >= TOLD * len(part)]
    kept = max(len(held & part) for part in parts) >= IN_ORDER * len(held)
    return None if kept or len(told) > 1 else "put together from different statements"


def _bonds(sentence: str, cited: Cited) -> str | None:
    """A word must stand next to the same name, of several, in the sentence and in the source."""
    said = names(sentence)
    held = names(cited.text)
    if len(held) < 2 or not said:  # noqa: PLR2004
        return None
    subjects = {s for stems in said.values() for s in stems}
    known = {s for stems in held.values() for s in stems}
    if not subjects & known:
        return f"said of another name: {', '.join(held)}"
    loose = [
        term
        for term, neighbours in _neighbours(cited.text, known).items()
        if term in set(terms(sentence)) - known and not any(subjects & one for one in neighbours)
    ]
    own = set(terms(sentence)) - known
    return f"said of another name: {', '.join(loose)}" if len(loose) * 3 > len(own) else None


def _neighbours(text: str, known: set[str]) -> dict[str, list[set[str]]]:
    """For each other stem, the names on both sides of each of its places; a row of names is one."""
    runs: list[set[str]] = []
    places: list[tuple[str, int]] = []
    last_was_name = False
    for word in WORD.findall(text):
        for term in terms(word):
            if term in known:
                if not last_was_name:
                    runs.append(set())
                runs[-1].add(term)
            else:
                places.append((term, len(runs)))
            last_was_name = term in known
    found: dict[str, list[set[str]]] = {}
    for term, place in places:
        around = set().union(*runs[max(0, place - 1) : place + 1])
        found.setdefault(term, []).append(around)
    return found


def _stems(clause: Sequence[str]) -> list[str]:
    return [term for word in clause for term in terms(word)]


Rule = Callable[[str, Cited], str | None]
RULES: tuple[Rule, ...] = (
    _claims_nothing,
    _numbers,
    _names,
    _denials,
    _opposites,
    _binding_words,
    _coverage,
    _limits,
    _order,
    _statements,
    _bonds,
)
