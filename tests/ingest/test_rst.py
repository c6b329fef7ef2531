"""reStructuredText to canonical text, Sphinx's words included."""

import pytest

from ingest.parsers.rst import parse_rst
from rag.errors import SourceError
from tests.ingest.parsed_blocks import blocks, texts


def parsed(source):
    return parse_rst(source.encode())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "Tea\n===\n\nWords.\n\nWater\n-----\n\nMore.\n",
            [
                ("heading", "Tea", 1),
                ("paragraph", "Words.", 0),
                ("heading", "Water", 2),
                ("paragraph", "More.", 0),
            ],
            id="sections",
        ),
        pytest.param("*a* **b** ``c`` `d <http://e>`_\n", ["a b c d"], id="inline marks"),
        pytest.param("::\n\n   x\n     y\n", [("code", "x\n  y", 0)], id="literal block"),
        pytest.param(".. code-block:: python\n\n   x = 1\n", [("code", "x = 1", 0)], id="code"),
        pytest.param(".. comment\n\na\n", ["a"], id="comment"),
        pytest.param(".. note:: Mind\n   this.\n", ["Mind this."], id="note"),
        pytest.param("a [1]_\n\n.. [1] A footnote.\n", ["a 1", "A footnote."], id="footnote"),
        pytest.param(
            "=== ===\nTea °C\n=== ===\nA   75\nB   90\n=== ===\n",
            [("table", "Tea | °C\nA | 75\nB | 90", 0)],
            id="table",
        ),
        pytest.param("See :ref:`the page <x>`.\n", ["See the page."], id="role with a title"),
        pytest.param("See :class:`~a.b.C` now.\n", ["See C now."], id="role with a tilde"),
        pytest.param("Call :py:meth:`a.b`.\n", ["Call a.b()."], id="role of a method"),
        pytest.param(
            ".. versionadded:: 3.2\n\n   The lid.\n",
            ["New in version 3.2:", "The lid."],
            id="version",
        ),
        pytest.param(
            ".. method:: Pot.brew(*leaves, **more)\n\n   Brews.\n",
            ["Pot.brew(*leaves, **more)", "Brews."],
            id="description of an object",
        ),
        pytest.param(".. toctree::\n\n   a\n   b\n\nc\n", ["c"], id="table of contents"),
        pytest.param(".. frobnicate:: x\n   :y: z\n\n   Kept.\n", ["x", "Kept."], id="unknown"),
        pytest.param(".. image:: x.png\n   :alt: y\n\na\n", ["a"], id="image"),
    ],
)
def test_blocks(source, expected):
    whole = [b if isinstance(b, tuple) else ("paragraph", b, 0) for b in expected]
    assert blocks(parsed(source)) == whole


def test_lists_are_nested_and_definitions_hang_below_their_term():
    source = "* a\n\n  1. b\n  2. c\n\n     d\n\n* e\n\nFULL\n   Rewrites.\n\n   Locks.\n"
    assert parsed(source).text == "- a\n  1. b\n  2. c\n    d\n- e\n- FULL\n  Rewrites.\n  Locks."


@pytest.mark.parametrize(
    "source",
    [
        ".. include:: {canary}\n\nWords.\n",
        ".. literalinclude:: {canary}\n\nWords.\n",
        ".. raw:: html\n   :file: {canary}\n\nWords.\n",
        ".. csv-table:: t\n   :file: {canary}\n\nWords.\n",
    ],
)
def test_no_other_file_is_read(tmp_path, source):
    (tmp_path / "canary").write_text("canary words")
    parsed_text = parsed(source.format(canary=tmp_path / "canary")).text
    assert "canary words" not in parsed_text
    assert "Words." in parsed_text


def test_faults_in_the_markup_lose_no_words():
    assert "below" in " ".join(texts(parsed("*open\n\nTitle\n==\n\n`x`_ below\n")))


def test_a_binary_file_is_refused():
    with pytest.raises(SourceError, match="not UTF-8"):
        parse_rst(b"\xff\xfe\x00")
