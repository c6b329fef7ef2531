"""reStructuredText in files that are called plain text."""

import pytest

from ingest.formats import MARKDOWN, PLAIN, parse
from ingest.rst_marks import is_rst
from ingest.sandbox.pool import ParserPool
from tests.ingest.parsed_blocks import blocks, texts

GUIDE = """\
Pouring
=======

.. _hot-water:

.. warning::

    Mind the spout, see :ref:`spouts`.

.. toctree::
   :maxdepth: 1

   spouts
   lids
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GUIDE, id="all"),
        pytest.param(".. _tea:\n\nWords, and :term:`more <x>`.", id="label and role"),
        pytest.param("Tea\n===\n\n.. note:: Mind.", id="title and directive"),
        pytest.param("Tea\n---\n\nSee :doc:`/pot`.", id="title and role"),
        pytest.param("###\nTea\n###\n\n.. include:: x", id="a title between lines"),
    ],
)
def test_two_marks_are_enough(text):
    assert is_rst(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Tea\n===\n\nPour it.\n\nWater\n-----\n\nHot.", id="titles alone"),
        pytest.param("Write .. note:: for a note, .. _x: for a label.", id="within a line"),
        pytest.param("Tea\n===\n\n    .. note:: Mind.\n", id="an indented sample"),
        pytest.param(".. note:: Mind.\n\n.. tip:: Pour.", id="one mark twice"),
        pytest.param("See :ref:`x`.", id="a role alone"),
        pytest.param("std::vector<int> at::b;\n\n12:30:`x`", id="colons"),
        pytest.param(f"# Writing\n\n{GUIDE}", id="Markdown's heading"),
        pytest.param(f"Write:\n\n```rst\n{GUIDE}```\n", id="Markdown's fence"),
        pytest.param("So it goes\n.. and on ..\n=====\n", id="dots"),
        pytest.param("", id="nothing"),
    ],
)
def test_plain_text_and_markdown_stay_what_they_are(text):
    assert not is_rst(text)


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=repr)
def test_it_is_read_by_its_own_parser(ends):
    parsed = parse(GUIDE.replace("\n", ends).encode(), PLAIN)
    assert blocks(parsed) == [
        ("heading", "Pouring", 1),
        ("paragraph", "Mind the spout, see spouts.", 0),
    ]
    assert "toctree" not in texts(parse(GUIDE.encode(), MARKDOWN))[0]


def test_it_is_read_behind_the_walls(monkeypatch):
    monkeypatch.setattr("ingest.sandbox.pool.parse", None)
    with ParserPool() as pool:
        assert texts(pool.parse(GUIDE.encode(), PLAIN))[0] == "Pouring"


def test_what_docutils_can_not_read_is_plain_text(monkeypatch):
    def refuse(*_, **__):
        raise ValueError("no")

    monkeypatch.setattr("ingest.parsers.rst.publish_doctree", refuse)
    assert ".. warning::" in texts(parse(GUIDE.encode(), PLAIN))
