"""What makes two readings the same: of a source, of its content, of a document."""

import hashlib
import json
import re
from collections.abc import Sequence

from ingest.chunker import PassageSize
from ingest.reading import ReadDocument
from ingest.site_pages import METADATA_KEY
from ingest.source import SourceDocument
from rag.audience import Audience, audience_to_text

# Part of every hash: documents are read and cut anew after a change here that makes it necessary.
FORMAT = 8


def document_id_of(source: SourceDocument) -> str:
    """A readable id for a document that is first found at this address."""
    stem = source.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:40]
    return f"{slug or 'document'}-{hashlib.sha256(source.uri.encode()).hexdigest()[:8]}"


def source_hash(source: SourceDocument, audience: Audience, repeated: Sequence[str]) -> str:
    """Names the bytes, by their digest, and all else that decides what is read from them.

    `repeated` are the blocks of a page that are furniture of its site.
    """
    labels = audience_to_text(audience)
    about = json.dumps(
        [FORMAT, source.media_type, source.title, source.url, labels, list(repeated)]
    )
    return hashlib.sha256(f"{about}\0{source.digest}".encode()).hexdigest()


def body_hash(source: SourceDocument, read: ReadDocument, audience: Audience) -> str:
    """Names what a reader gets: text, structure, title, audience. The address is no part of it.

    A title that was made of the file's name is left out: a copy under another name is a copy.
    """
    unseen = {"url", METADATA_KEY}
    metadata = {key: value for key, value in read.parsed.metadata.items() if key not in unseen}
    blocks = [(b.kind.value, b.start_char, b.end_char, b.level) for b in read.parsed.blocks]
    about = json.dumps(
        [FORMAT, source.title, metadata, blocks, audience_to_text(audience)], sort_keys=True
    )
    return hashlib.sha256(about.encode() + b"\0" + read.parsed.text.encode()).hexdigest()


def cut_name(size: PassageSize) -> str:
    """Names the way in which passages are cut."""
    return f"{FORMAT}:{size.join}:{size.split}:{size.max_tokens}"


def passage_size(join: int) -> PassageSize:
    """The sizes that belong to joining neighbours up to this many characters."""
    usual = PassageSize()
    return PassageSize(join, round(usual.split * join / usual.join), usual.max_tokens)
