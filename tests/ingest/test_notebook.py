"""Jupyter notebooks to canonical text."""

import json

import pytest

from ingest.parsers.notebook import OUTPUT_CHARS, parse_notebook
from rag.errors import SourceError
from tests.ingest.parsed_blocks import blocks


def notebook(*cells):
    for number, held in enumerate(cells):
        held["id"] = f"cell-{number}"
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def cell(kind, source, **more):
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def test_markdown_code_and_what_it_printed_are_kept():
    held = notebook(
        cell("markdown", ["# Tea\n", "\n", "- *green*\n"]),
        cell(
            "code",
            "brew(75)",
            execution_count=1,
            outputs=[
                {"output_type": "stream", "name": "stdout", "text": "hot\n"},
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"image/png": "iVBOR", "text/plain": "<Figure>"},
                },
                {"output_type": "error", "ename": "E", "evalue": "x", "traceback": ["no"]},
            ],
        ),
        cell("raw", "not shown"),
    )
    assert blocks(parse_notebook(held.encode())) == [
        ("heading", "Tea", 1),
        ("list_item", "green", 1),
        ("code", "brew(75)", 0),
        ("code", "hot", 0),
        ("code", "<Figure>", 0),
    ]


def test_long_output_is_cut_at_a_line():
    output = {"output_type": "stream", "name": "stdout", "text": "0123456789\n" * 1_000}
    held = notebook(cell("code", "x", execution_count=1, outputs=[output]))
    _, (_, text, _) = blocks(parse_notebook(held.encode()))
    assert len(text) <= OUTPUT_CHARS
    assert text.endswith("0123456789")


def test_an_old_notebook_is_read():
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": [{"cell_type": "markdown", "metadata": {}, "source": "Tea."}]}],
    }
    assert blocks(parse_notebook(json.dumps(old).encode())) == [("paragraph", "Tea.", 0)]


@pytest.mark.parametrize(
    "content", [b"{}", b"[]", b"no json", b'{"nbformat": 99}', b"\xff"], ids=repr
)
def test_what_is_no_notebook_is_refused(content):
    with pytest.raises(SourceError, match=r"no Jupyter notebook|not UTF-8"):
        parse_notebook(content)
