"""Words that the source holds, but of something else: rules against sentences put together."""

import re

from rag.alignment import share_in_order
from rag.claims import CLAUSE_END, clauses, subjects, topic
from rag.numbers import numbers

# Of the sentence's topic words, how many one stretch of the source must hold in order.
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
PART_END = re.compile(r"[.;:!?,]\s|\s[–—]\s|\s(?:but|while|whereas|although|though|unlike)\s")


def fault(sentence: str, source: str, context: str) -> str | None:
    """Why the sentence's words don't belong together in the source, or None when they do.

    Words of the context (title, headings) are passed over: they stand above all of it.
    """
    return (
        _number_bonds(sentence, source)
        or _order(sentence, source, context)
        or _statements(sentence, source)
        or _name_bonds(sentence, source)
    )


def _number_bonds(sentence: str, source: str) -> str | None:
    """A word that stands only beside other numbers is not what this number counts."""
    counted = numbers(sentence)
    parts = [(set(topic(part)), numbers(part)) for part in CLAUSE_END.split(source)]
    for term in set(topic(sentence)) if counted else ():
        beside = [found for stems, found in parts if term in stems]
        if beside and all(found and not found & counted for found in beside):
            return f"number of another thing: {', '.join(sorted(counted))} ({term})"
    return None


def _order(sentence: str, source: str, context: str) -> str | None:
    held = topic(source)
    lent = set(topic(context)) - set(held)
    said = [term for term in topic(sentence) if term not in lent]
    density = NUMBER_DENSITY if numbers(sentence) else DENSITY
    # Within a clause, what comes first is often a matter of style: "for X, use Y".
    turned = [[*part, *part] for clause in clauses(source) if (part := topic(" ".join(clause)))]
    shares = [share_in_order(said, held, density)]
    shares += [share_in_order(said, part, density) for part in turned]
    return None if max(shares) >= IN_ORDER else "put together from words that stand apart"


def _statements(sentence: str, source: str) -> str | None:
    """Where the source makes several statements, the sentence must keep to one or tell them all.

    "Monoliths are simple, but microservices scale" does not say "monoliths scale".
    """
    said = set(topic(sentence))
    parts = [set(part) for text in STATEMENT_END.split(source) if (part := topic(text))]
    held = said & set().union(*parts)
    if len(parts) < 2 or not held:  # noqa: PLR2004
        return None
    told = [part for part in parts if len(part & said) >= TOLD * len(part)]
    kept = max(len(held & part) for part in parts) >= IN_ORDER * len(held)
    return None if kept or len(told) > 1 else "put together from different statements"


def _name_bonds(sentence: str, source: str) -> str | None:
    """A word must stand next to the same name, of several, in the sentence and in the source."""
    known = subjects(source)
    said = subjects(sentence) & known
    own = set(topic(sentence)) - known
    if len(known) < 2 or not subjects(sentence):  # noqa: PLR2004
        return None
    around = _names_around(source, known)
    loose = {term for term in own & set(around) if not any(said & near for near in around[term])}
    return f"said of another name: {', '.join(sorted(loose))}" if loose else None


def _names_around(text: str, known: frozenset[str]) -> dict[str, list[set[str]]]:
    """For each other stem, the names on both sides of each of its places; a row of names is one.

    A part of a sentence without a name goes on about the name before.
    """
    found: dict[str, list[set[str]]] = {}
    last: set[str] = set()
    waiting: set[str] = set()
    for part in PART_END.split(text):
        runs: list[set[str]] = []
        places: list[tuple[str, int]] = []
        was_name = False
        for term in topic(part):
            if term in known:
                runs = runs if was_name else [*runs, set()]
                runs[-1].add(term)
            else:
                places.append((term, len(runs)))
            was_name = term in known
        if not places:
            # Nothing but names: they belong to the row that goes on in the next part.
            waiting = waiting.union(*runs)
            continue
        runs = [waiting | runs[0], *runs[1:]] if runs else [waiting or last]
        # "…, an ORM and …" goes on about the name before; "…, Redis suits …" does not.
        goes_on = places[0][1] == 0 or not part[:1].isupper()
        for term, place in places:
            near = set().union(*runs[max(0, place - 1) : place + 1], last if goes_on else ())
            found.setdefault(term, []).append(near)
        last, waiting = (last if goes_on and last else runs[0]), set()
    return found
