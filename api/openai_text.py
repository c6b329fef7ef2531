"""An answer as the Markdown of a chat message: sentences, what is missing, numbered sources."""

from collections.abc import Iterator, Sequence
from typing import Any

from api.markdown import as_markdown, as_text, link
from rag.domain import Answer, AnswerStatus, Citation, Form, NearestPassage
from rag.progress import Told, retold

SOURCES = "\n\n**Sources**\n\n"
CLOSEST = "\n\n**Closest passages** (they do not answer the question)\n\n"


class Message:
    """The text of a chat message as it grows, and where in it each citation stands."""

    def __init__(self) -> None:
        self.text = ""
        self._places: list[tuple[int, int, int]] = []

    def told(self, told: Told) -> str:
        """What a sentence adds to the text."""
        words = told.sentence.text
        before, _, after = told.text.partition(words)
        start = len(self.text) + len(before)
        # Between its fences Markdown takes code, or a table, as it stands.
        is_prose = told.sentence.form is Form.PROSE
        added = f"{before}{as_markdown(words)}{after}" if is_prose else told.text
        end = len(self.text) + len(added)
        self._places += [(number, start, end) for number in told.sentence.citations]
        return self._add(added)

    def finished(self, answer: Answer) -> str:
        """What the whole answer adds after its sentences."""
        if answer.status is AnswerStatus.ABSTAINED:
            closest = (f"- {_source(passage)}" for passage in answer.nearest)
            return self._add(f"{as_markdown(answer.text)}{_listed(CLOSEST, closest)}")
        note = f"\n\n{as_markdown(answer.reason)}" if answer.reason else ""
        sources = (f"{citation.number}. {_source(citation)}" for citation in answer.citations)
        return self._add(f"{note}{_listed(SOURCES, sources)}")

    def annotations(self, citations: Sequence[Citation]) -> list[dict[str, Any]]:
        """OpenAI's `url_citation`s: `text[start_index:end_index]` is a sentence with its numbers.

        Offsets count Unicode code points; the end is exclusive.
        """
        by_number = {citation.number: citation for citation in citations}
        return [
            {
                "type": "url_citation",
                "url_citation": {
                    "start_index": start,
                    "end_index": end,
                    "title": _title(by_number[number]),
                    "url": by_number[number].url,
                },
            }
            for number, start, end in self._places
        ]

    def _add(self, text: str) -> str:
        self.text += text
        return text


def message_of(answer: Answer) -> Message:
    """The message of a finished answer."""
    message = Message()
    for told in retold(answer):
        message.told(told)
    message.finished(answer)
    return message


def without_sources(content: str) -> str:
    """The words of an earlier message of ours, without the list below them."""
    for beginning in (SOURCES, CLOSEST):
        content = content.partition(beginning.rstrip())[0]
    return as_text(content).strip()


def _listed(heading: str, lines: Iterator[str]) -> str:
    listed = "\n".join(lines)
    return f"{heading}{listed}" if listed else ""


def _source(source: Citation | NearestPassage) -> str:
    return link(_title(source), source.url)


def _title(source: Citation | NearestPassage) -> str:
    return " › ".join(source.place)
