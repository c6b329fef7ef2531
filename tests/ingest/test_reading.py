"""Bytes to a document: decoding, refusals, titles."""

import pytest

from ingest.decoding import decoded
from ingest.reading import read_document
from ingest.sources import SourceDocument
from rag.errors import SourceError


def read(content, name="some-file_name.md", media_type="text/markdown", **given):
    return read_document(SourceDocument(f"file:///{name}", name, content, media_type, **given))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00", "not UTF-8", id="image"),
        pytest.param(b"PK\x03\x04abc\x00", "binary file", id="archive"),
        pytest.param("text".encode("utf-16-le"), "binary file", id="UTF-16, unmarked"),
        pytest.param("text".encode("utf-16") + b"x", "not UTF-8", id="UTF-16, cut short"),
        pytest.param(b"caf\xe9", "not UTF-8", id="Latin-1"),
        pytest.param(b"a\xff\xfeb", "not UTF-8", id="invalid bytes"),
        pytest.param(b"\xed\xa0\x80", "not UTF-8", id="encoded surrogate"),
        pytest.param(b"a\x00b", "binary file", id="null byte"),
        pytest.param(b"", "holds no text", id="empty"),
        pytest.param(b"\xef\xbb\xbf", "holds no text", id="nothing but a byte order mark"),
        pytest.param(b" \n\t\n", "holds no text", id="white space"),
        pytest.param(b"# Heading\n", "holds no text", id="nothing but a heading"),
        pytest.param(b"---\ntitle: A\n---\n", "holds no text", id="nothing but front matter"),
        pytest.param(b"---\nurl: javascript:x\n---\ntext", "no http address", id="url of a script"),
    ],
)
def test_what_is_not_text_is_refused_with_the_reason(content, reason):
    with pytest.raises(SourceError, match=reason):
        read(content)


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert read(b"\xef\xbb\xbf# Title\n\ntext").parsed.text == "Title\n\ntext"


@pytest.mark.parametrize("ending", ["\r\n", "\r"], ids=["Windows", "old Mac"])
@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain"])
def test_line_endings_make_no_difference(ending, media_type):
    source = "Some title\n\nFirst line\nsecond line.\n\n- item\n- item\n"
    changed = source.replace("\n", ending).encode()
    assert read(changed, media_type=media_type) == read(source.encode(), media_type=media_type)


@pytest.mark.parametrize(
    ("content", "given", "title"),
    [
        pytest.param(
            b"---\ntitle: B\n---\n# C\n\ntext", {"title": "A"}, "A", id="what the source says"
        ),
        pytest.param(b"---\ntitle: B\n---\n# C\n\ntext", {}, "B", id="then the front matter"),
        pytest.param(
            b"### D\n\n## C\n\ntext\n\n## E\n", {}, "C", id="then the first highest heading"
        ),
        pytest.param(b"text", {}, "Some file name", id="then the name"),
        pytest.param(b"---\ntitle:\n---\ntext", {}, "Some file name", id="an empty title is none"),
        pytest.param(b"---\ntitle: ' '\n---\ntext", {}, "Some file name", id="nor is a blank one"),
        pytest.param(b"---\ntitle: |\n  A\n  B\n---\ntext", {}, "A B", id="a title is one line"),
    ],
)
def test_the_title(content, given, title):
    assert read(content, **given).title == title


def test_the_address_comes_from_the_front_matter():
    assert read(b"---\nurl: https://a.example/b\n---\ntext").url == "https://a.example/b"


def test_a_document_without_an_address_has_none():
    assert read(b"text").url is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_text_with_a_byte_order_mark_is_read_by_it(encoding):
    assert decoded("Grüße\r\naus Köln".encode(encoding)) == "Grüße\naus Köln"
