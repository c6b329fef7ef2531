"""The kinds of document that can be read: by which endings they are known, what reads them."""

from contextlib import suppress
from importlib import import_module

from ingest.parsed import ParsedText
from ingest.rst_marks import is_rst
from rag.errors import SourceError

MARKDOWN, PLAIN, HTML = "text/markdown", "text/plain", "text/html"
PDF, RST = "application/pdf", "text/x-rst"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
NOTEBOOK, ZIP = "application/x-ipynb+json", "application/zip"

MEDIA_TYPES = {
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".txt": PLAIN,
    ".text": PLAIN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".pdf": PDF,
    ".docx": DOCX,
    ".pptx": PPTX,
    ".rst": RST,
    ".ipynb": NOTEBOOK,
    ".zip": ZIP,
}
NAMES = {
    MARKDOWN: "Markdown",
    PLAIN: "plain text",
    HTML: "web page",
    PDF: "PDF",
    DOCX: "Word document (.docx)",
    PPTX: "PowerPoint presentation (.pptx)",
    RST: "reStructuredText",
    NOTEBOOK: "Jupyter notebook",
    ZIP: "zip archive",
}
# No documents: what a crawl reads for the addresses in it.
LINKS, SITEMAP = "text/html; links", "application/xml; sitemap"
# What browsers and servers call them besides.
ALIASES = {
    "application/xhtml+xml": HTML,
    "text/x-markdown": MARKDOWN,
    "text/prs.fallenstein.rst": RST,
    "application/x-zip-compressed": ZIP,
}
# Formats whose files may be saved web pages: furniture is looked for by its words, too.
PAGES = frozenset([MARKDOWN, PLAIN, HTML])
PARSERS = {
    MARKDOWN: ("markdown", "parse_markdown_file"),
    PLAIN: ("plain_text", "parse_plain_file"),
    HTML: ("html", "parse_html"),
    PDF: ("pdf", "parse_pdf"),
    DOCX: ("docx", "parse_docx"),
    PPTX: ("pptx", "parse_pptx"),
    RST: ("rst", "parse_rst"),
    NOTEBOOK: ("notebook", "parse_notebook"),
    LINKS: ("links", "parse_links"),
    SITEMAP: ("sitemap", "parse_sitemap"),
}


def name_of(media_type: str) -> str:
    """What a person calls this kind of document."""
    return NAMES.get(media_type, media_type)


def media_type_of(content_type: str, name: str) -> str | None:
    """The kind of a document that a server sent, by its Content-Type, else by its name's ending."""
    told = content_type.split(";", maxsplit=1)[0].strip().lower()
    told = ALIASES.get(told, told)
    by_name = MEDIA_TYPES.get(f".{name.rsplit('.', 1)[-1].lower()}") if "." in name else None
    # Servers send Markdown, reStructuredText and notebooks as whatever they have heard of.
    if told in (PLAIN, "", "application/octet-stream", "application/json", "binary/octet-stream"):
        return by_name or (PLAIN if told == PLAIN else None)
    return told if told in NAMES else by_name


def is_rst_in(content: bytes, media_type: str) -> bool:
    """Whether what calls itself plain text is reStructuredText."""
    return media_type == PLAIN and is_rst(content.decode("utf-8", "ignore").replace("\r\n", "\n"))


def parse(content: bytes, media_type: str) -> ParsedText:
    """The document in canonical text, read in this process.

    A plain text that is written in reStructuredText is read as that. Raises SourceError with a
    reason, or whatever a library raises about a damaged file.
    """
    if is_rst_in(content, media_type):
        # What docutils can't make sense of is the plain text that it said it was.
        with suppress(SourceError):
            return parse(content, RST)
    if media_type not in PARSERS:
        raise SourceError(f"{media_type} is not supported; give one of {', '.join(MEDIA_TYPES)}")
    module, function = PARSERS[media_type]
    # Each format's library is loaded where a document of the format is read, and nowhere else.
    parsed: ParsedText = getattr(import_module(f"ingest.parsers.{module}"), function)(content)
    return parsed
