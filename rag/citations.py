"""Selected units to citations: adjacent units of a passage stand behind one verbatim span."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote as percent_encoded

from rag.domain import Citation, Document, NearestPassage, Passage
from rag.evidence import ScoredUnit
from rag.object_store import SCHEME
from rag.pages import page_map

UrlOf = Callable[[Document, int, int], str]
# Longer fragments are matched by their first and last words, as browsers allow.
FRAGMENT_MAX_CHARS = 120
FRAGMENT_WORDS = 5
BROWSED = (".html", ".htm", ".xhtml")
# What stands before a list item is drawn by the browser, not text on the page.
MARKER = re.compile(r"^(?:- |\d+\. )(?=\S)")


@dataclass(frozen=True, slots=True)
class Span:
    """Units of one passage that follow each other without a gap."""

    passage: Passage
    units: tuple[ScoredUnit, ...]

    @property
    def start_char(self) -> int:
        """Where the first unit starts."""
        return self.units[0].unit.start_char

    @property
    def end_char(self) -> int:
        """Where the last unit ends."""
        return self.units[-1].unit.end_char

    @property
    def score(self) -> float:
        """The best unit's score."""
        return max(scored.score for scored in self.units)


def spans_of(selected: Sequence[ScoredUnit]) -> list[Span]:
    """The selected units, in the order given, joined where one follows the other directly."""
    spans: list[Span] = []
    for scored in selected:
        last = spans[-1] if spans else None
        if last is not None and _follows(last.units[-1], scored):
            spans[-1] = Span(last.passage, (*last.units, scored))
        else:
            spans.append(Span(scored.passage, (scored,)))
    return spans


def cite(number: int, span: Span, document: Document, url_of: UrlOf) -> Citation:
    """The citation of a span. Raises ValueError when the document doesn't hold it verbatim."""
    quote = span.passage.text_of(span.start_char, span.end_char)
    if document.text[span.start_char : span.end_char] != quote:
        raise ValueError(f"{span.passage.id} is not a span of the document it names")
    return Citation(
        number=number,
        document_id=document.id,
        passage_id=span.passage.id,
        title=document.title,
        heading_path=span.passage.heading_path,
        quote=quote,
        start_char=span.start_char,
        end_char=span.end_char,
        url=url_of(document, span.start_char, span.end_char),
        score=round(span.score, 4),
        page=_page(document, span.start_char),
    )


def nearest(passage: Passage, document: Document, url_of: UrlOf) -> NearestPassage:
    """The passage as something to show beside an abstention."""
    return NearestPassage(
        document_id=document.id,
        title=document.title,
        heading_path=passage.heading_path,
        quote=document.text[passage.start_char : passage.end_char],
        start_char=passage.start_char,
        end_char=passage.end_char,
        url=url_of(document, passage.start_char, passage.end_char),
        page=_page(document, passage.start_char),
    )


def document_url(public_url: str, document: Document, start_char: int, end_char: int) -> str:
    """A link that opens the document at the quoted words.

    The document's own public address where it has one, else Footnote's page of it; either with a
    text fragment, which browsers scroll to and highlight. A public PDF is opened at its page, and
    so is what lies in a bucket, where a browser can show it.
    Sources of the forms: WICG, Scroll to Text Fragment; RFC 8118.
    """
    pages = page_map(document.metadata)
    fragment = text_fragment(document.text[start_char:end_char])
    own = f"{public_url.rstrip('/')}/v1/documents/{percent_encoded(document.id)}"
    original = (document.url or "").split("#")[0]
    is_pdf = pages is not None and original.lower().endswith(".pdf")
    if original.startswith(SCHEME) and (is_pdf or original.lower().endswith(BROWSED)):
        # Footnote leads on to a link of the storage's that it makes when it is asked for.
        original = f"{own}/original"
    # Front matter may say anything, javascript: say; no link of ours leads there.
    if not original.startswith(("https://", "http://")):
        return f"{own}?start={start_char}&end={end_char}#:~:text={fragment}"
    if pages is not None and is_pdf:
        return f"{original}#page={pages.number_at(start_char)}"
    return f"{original}#:~:text={fragment}"


def _page(document: Document, start_char: int) -> str | None:
    pages = page_map(document.metadata)
    return pages.name_at(start_char) if pages is not None else None


def text_fragment(quote: str) -> str:
    """The value of a `text=` directive that matches the quote."""
    # A match can't run across blocks, so a quote of several is named by its two ends.
    lines = [MARKER.sub("", line.strip()) for line in quote.split("\n") if line.strip()]
    if len(lines) == 1 and len(lines[0]) <= FRAGMENT_MAX_CHARS:
        return _encoded(lines[0])
    first, last = lines[0].split(), lines[-1].split()
    return (
        f"{_encoded(' '.join(first[:FRAGMENT_WORDS]))},{_encoded(' '.join(last[-FRAGMENT_WORDS:]))}"
    )


def _encoded(text: str) -> str:
    # A dash and a comma have a meaning of their own in a text directive.
    return percent_encoded(text, safe="").replace("-", "%2D")


def _follows(last: ScoredUnit, scored: ScoredUnit) -> bool:
    if last.passage.id != scored.passage.id:
        return False
    units = last.passage.units
    return units.index(scored.unit) == units.index(last.unit) + 1
