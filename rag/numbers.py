"""The numbers of a text and what they count, so that `3,200 ms` and `two` can be looked up."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from rag.lexicon import stem, words

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
_TEENS = "fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
# Ordinals and "one" are left out: in most sentences they count nothing.
WRITTEN = {
    **{w: str(n) for n, w in enumerate(f"{_ONES} {_TEENS}".split()) if w != "one"},
    **{w: str(n) for n, w in zip(range(20, 100, 10), _TENS.split(), strict=True)},
    "dozen": "12",
    "hundred": "100",
    "twice": "2",
}
# Stems of units, by the first of those that mean the same.
UNITS = {
    spelling: names.split()[0]
    for names in (
        "% percent pct",
        "$ dollar usd",
        "€ euro eur",
        "£ pound gbp",
        "ms millisecond msec",
        "µs microsecond",
        "s sec second",
        "min minut",
        "h hr hour",
        "day d",
        "week",
        "month",
        "year yr",
        "b byte",
        "kb kilobyt",
        "mb megabyt",
        "gb gigabyt",
        "tb terabyt",
        "kib",
        "mib",
        "gib",
        "km kilometr kilomet",
        "m metr meter",
        "cm centimetr centimet",
        "mm millimetr millimet",
        "mile",
        "kg kilogram",
        "g gram",
        "° degre",
        "°c celsius",
        "°f fahrenheit",
        "x time fold",
        "k thousand",
        "million",
        "billion",
    )
    for spelling in names.split()
}
NUMBER = re.compile(
    r"(?P<before>[$€£])?\s?(?<![\w.])(?P<digits>\d+(?:[.,/:]\d+)*)"
    r"(?:\s?(?P<sign>%|°[cf]?|[$€£])|(?P<ending>st|nd|rd|th)\b|[-\s]?(?P<after>[^\W\d_]+))?"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the unit that it counts, canonical; `unit` is "" where none is known."""

    number: str
    unit: str


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text, canonical: `3,200` and `3200`, `two` and `2` are the same."""
    return frozenset(quantity.number for quantity in quantities(text))


def in_digits(text: str) -> str:
    """The text with its written numbers in digits, and thousands without commas."""
    digits = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return re.sub(r"[a-z]+", lambda word: WRITTEN.get(word.group(), word.group()), digits)


def quantities(text: str) -> frozenset[Quantity]:
    """The numbers of a text with their units."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    found = {
        Quantity(_canonical(match["digits"]), _unit(match)) for match in NUMBER.finditer(folded)
    }
    pieces = [piece for word in words(folded) for piece in word.split("-")]
    for piece, after in pairwise([*pieces, ""]):
        if piece in WRITTEN:
            found.add(Quantity(WRITTEN[piece], UNITS.get(stem(after), "")))
    return frozenset(found)


def _canonical(digits: str) -> str:
    """`3,200` and `3200` are one number; `3.10` and `3.1` may be two versions."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        digits = digits.replace(",", "")
    return digits.lstrip("0") or "0" if digits.isdigit() else digits


def _unit(match: re.Match[str]) -> str:
    if match["ending"]:
        return ""
    spelling = match["before"] or match["sign"] or stem(match["after"] or "")
    return UNITS.get(spelling.strip(), "")
