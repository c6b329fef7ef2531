"""A Jupyter notebook to canonical text: its Markdown, its code, and what the code printed."""

from collections.abc import Iterable, Iterator

import nbformat

from ingest.canonical import CanonicalText
from ingest.decoding import decoded
from ingest.parsed import ParsedText
from ingest.parsers.markdown import write_markdown
from rag.domain import BlockKind
from rag.errors import SourceError

# Longer output is data; its beginning says what it is.
OUTPUT_CHARS = 2_000


def parse_notebook(content: bytes) -> ParsedText:
    """Canonical text of a notebook of any version that nbformat reads; nothing is run.

    Raises SourceError when it is none.
    """
    try:
        # The schema is not asked: notebooks in use often break it, and are read all the same.
        notebook = nbformat.reads(decoded(content), as_version=4)  # type: ignore[no-untyped-call]
    except SourceError:
        raise
    except Exception as error:
        raise SourceError("it is damaged, or no Jupyter notebook") from error
    canonical = CanonicalText()
    for cell in notebook.get("cells", []):
        source = _joined(cell.get("source", ""))
        if cell.get("cell_type") == "markdown":
            write_markdown(source, canonical)
        elif cell.get("cell_type") == "code":
            canonical.append(BlockKind.CODE, source.rstrip())
            for text in _printed(cell.get("outputs", [])):
                canonical.append(BlockKind.CODE, text)
    about = {}
    title = notebook.get("metadata", {}).get("title")
    if isinstance(title, str):
        about["title"] = title
    return canonical.parsed(about)


def _printed(outputs: Iterable[object]) -> Iterator[str]:
    for output in outputs:
        if not isinstance(output, dict):
            continue
        data = output.get("data") or {}
        text = _joined(output.get("text") or data.get("text/plain") or "").strip("\n").rstrip()
        if len(text) > OUTPUT_CHARS:
            text = text[:OUTPUT_CHARS].rsplit("\n", 1)[0]
        yield text


def _joined(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
