"""Text without personal data: what has a form that can be checked is taken out.

Numbers are recognised by their check digits (python-stdnum), phone numbers by each country's own
rules (phonenumbers, from Google's libphonenumber). Names and street addresses have no such form:
they stay.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from phonenumbers import SUPPORTED_REGIONS, Leniency, PhoneNumberMatcher
from stdnum import iban, luhn

from rag.errors import InvalidRequestError

Span = tuple[int, int, str]
Finder = Callable[[str], Iterator[Span]]

NAMED_WITHIN = 40  # characters before a number in which a word may say what it is
FEWEST_PHONE_DIGITS = 7
FEWEST_DIGITS = 5  # of a national identifier that is otherwise letters
PLAIN: tuple[tuple[str, str], ...] = (
    ("secret", r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),  # JSON web tokens
    ("secret", r"\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abeprs]|hf|fn)[-_][\w-]{16,}"),
    ("secret", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("secret", r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"),  # user:password in an address
    ("person", r"<@!?[UW]?[A-Z0-9]{6,}(?:\|[^>]*)?>"),  # a mention in Discord or Slack
    ("email", r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b"),
    (
        "id",
        r"(?i)\b(?!bg|gb|kn|nk|nt|tn|zz)[a-ceghj-prtw-z][a-ceghj-npr-tw-z] ?(?:\d\d ?){3}[a-d]\b",
    ),
    ("id", r"\bQQ ?(?:\d\d ?){3}[A-D]\b"),
    ("id", r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])"),
)
IBAN = re.compile(r"(?i)\b[a-z]{2}\d\d(?:[ -]?[a-z0-9]{1,4}){3,8}\b")
CARD = re.compile(r"(?<![\w.-])[2-6](?:[ -]?\d){12,18}(?![\w-]|\.\d)")
IPV4 = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)")
IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
VERSION = re.compile(r"(?i)(?:\bversions?|\brelease|\bv|[=<>~^])\s*$")
ID = re.compile(r"\b[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+){0,4}\b")
SPACED_ID = re.compile(r"(?<![\w.,-])\d{1,6}(?: \d{2,6}){1,7}(?![\w-]|[.,]\d)")
DECIMAL = re.compile(r"\d+\.\d+")
NAMES_OF_IDS = re.compile(
    r"(?i)\b(ssn|social security|national (id|insurance|number)|id card|identity|identification"
    r"|passport|tax|taxpayer|nhs|aadhaar|bsn|cpr|personnummer|pesel|sin|tfn|oib"
    r"|(personal|insurance) (code|number)|ausweis|steuer\w*|sozialversicherung\w*)\b"
)
NAMES_OF_PHONES = re.compile(
    r"(?i)\b(phone|telephone|tel|call|called|ring|mobile|cell|fax|whatsapp|sms|text|dial|telefon"
    r"|handy|my number)\b"
)
BORN = re.compile(
    r"(?i)\b(?:born(?: on)?|date of birth|dob|birthday(?: is)?)\W{0,3}"
    r"(\d{4}-\d\d?-\d\d?|\d\d?[./-]\d\d?[./-]\d{2,4}|\d\d? \w{3,9} \d{4}|\w{3,9} \d\d?,? \d{4})"
)
# Check digits and form leave less than two in a hundred to chance, or letters less than that.
SURE_IDS = (
    *("ar.cuit", "be.nn", "br.cpf", "ch.ssn", "cn.ric", "de.idnr", "ee.ik", "es.dni", "es.nie"),
    *("fi.hetu", "fr.nir", "gr.amka", "ie.pps", "it.codicefiscale", "kr.rrn", "mx.curp"),
    *("no.fodselsnummer", "pl.pesel", "ro.cnp", "tr.tckimlik", "za.idnr"),
)
# One number in ten passes by chance: believed only where a word before says what it is.
NAMED_IDS = (
    *("at.vnr", "au.tfn", "bg.egn", "ca.sin", "cz.rc", "dk.cpr", "gb.nhs", "hr.oib", "il.idnr"),
    *("in_.aadhaar", "nl.bsn", "pt.cc", "se.personnummer", "us.ssn"),
)
OWN_NETWORKS = tuple(
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"),
    )
)
GLOBAL_IPV6 = IPv6Network("2000::/3")


class Redactor:
    """Takes personal data out of text; called with a text, returns it with `[email]` and the like.

    `regions` are the countries whose phone numbers are known without their +prefix, as two letters.
    Raises InvalidRequestError for one that doesn't exist.
    """

    def __init__(self, regions: Sequence[str] = ()) -> None:
        unknown = sorted(set(regions) - SUPPORTED_REGIONS)
        if unknown:
            raise InvalidRequestError(
                f"FOOTNOTE_PHONE_REGIONS names {', '.join(unknown)}, which is no country: write "
                "two capital letters for each, such as US,GB,DE."
            )
        self._regions = tuple(regions)
        plain = [(label, re.compile(pattern)) for label, pattern in PLAIN]
        self._sure = _validators(SURE_IDS)
        self._named = _validators(NAMED_IDS)
        self._finders: tuple[Finder, ...] = (
            lambda text: _plain(text, plain),
            _ibans,
            _cards,
            self._ids,
            _addresses,
            self._phones,
            _births,
        )

    def __call__(self, text: str) -> str:
        """The text with each find replaced by its kind in brackets; earlier finders win."""
        if not any(character.isdigit() or character in "@.-_" for character in text):
            return text
        taken: list[Span] = []
        for find in self._finders:
            taken.extend(span for span in find(text) if not _overlaps(span, taken))
        for start, end, label in sorted(taken, reverse=True):
            text = f"{text[:start]}[{label}]{text[end:]}"
        return text

    def _ids(self, text: str) -> Iterator[Span]:
        for pattern in (ID, SPACED_ID):
            for match in pattern.finditer(text):
                number = match[0]
                if sum(map(str.isdecimal, number)) < FEWEST_DIGITS or DECIMAL.fullmatch(number):
                    continue
                named = NAMES_OF_IDS.search(_before(text, match.start()))
                kinds = (*self._sure, *self._named) if named else self._sure
                if any(is_valid(number) for is_valid in kinds):
                    yield match.start(), match.end(), "id"

    def _phones(self, text: str) -> Iterator[Span]:
        for region in (None, *self._regions):
            for match in PhoneNumberMatcher(text, region, Leniency.VALID):
                grouped = not match.raw_string.isdecimal() or match.raw_string.startswith("0")
                if grouped or NAMES_OF_PHONES.search(_before(text, match.start)):
                    yield match.start, match.end, "phone"
            for match in PhoneNumberMatcher(text, region, Leniency.POSSIBLE):
                digits = sum(map(str.isdecimal, match.raw_string))
                named = NAMES_OF_PHONES.search(_before(text, match.start))
                if named and digits >= FEWEST_PHONE_DIGITS:
                    yield match.start, match.end, "phone"


def _validators(modules: Iterable[str]) -> list[Callable[[str], bool]]:
    found: list[Any] = [import_module(f"stdnum.{module}") for module in modules]
    return [module.is_valid for module in found]


def _overlaps(span: Span, taken: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end, _ in taken)


def _before(text: str, place: int) -> str:
    return text[max(0, place - NAMED_WITHIN) : place]


def _plain(text: str, patterns: Sequence[tuple[str, re.Pattern[str]]]) -> Iterator[Span]:
    for label, pattern in patterns:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), label


def _ibans(text: str) -> Iterator[Span]:
    for match in IBAN.finditer(text):
        # Words after the number look like more of it: try without them.
        ends = [
            place
            for place in range(match.end(), match.start() + 14, -1)
            if place == len(text) or not text[place].isalnum()
        ]
        for end in ends:
            if iban.is_valid(text[match.start() : end]):
                yield match.start(), end, "iban"
                break


def _cards(text: str) -> Iterator[Span]:
    for match in CARD.finditer(text):
        if luhn.is_valid(re.sub(r"[ -]", "", match[0])):
            yield match.start(), match.end(), "card"


def _addresses(text: str) -> Iterator[Span]:
    for match in IPV4.finditer(text):
        try:
            address = IPv4Address(match[0])
        except AddressValueError:
            continue
        own = any(address in network for network in OWN_NETWORKS)
        if not own and not VERSION.search(_before(text, match.start())):
            yield match.start(), match.end(), "ip"
    for match in IPV6.finditer(text):
        try:
            if IPv6Address(match[0]) in GLOBAL_IPV6:
                yield match.start(), match.end(), "ip"
        except AddressValueError:
            continue


def _births(text: str) -> Iterator[Span]:
    for match in BORN.finditer(text):
        yield match.start(1), match.end(1), "date"
