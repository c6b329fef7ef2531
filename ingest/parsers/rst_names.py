"""Roles and directives that docutils doesn't know (Sphinx's, mostly), read for their words."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives, roles
from docutils.statemachine import StringList

DIRECTIVE = re.compile(r"^\s*(?:\.\.|\.\. \|[^|\n]+\|)\s+([a-zA-Z][\w:.+-]*)::", re.MULTILINE)
ROLE = re.compile(r":([a-zA-Z][\w:.+-]*):`|`:([a-zA-Z][\w:.+-]*):")
TARGET = re.compile(r"(.+?)\s*<[^<>]+>", re.DOTALL)
# Their content is another program's, or no text.
SILENT = frozenset(
    [
        "autoclass",
        "autofunction",
        "automethod",
        "automodule",
        "autosummary",
        "codeauthor",
        "contents",
        "csv-table-include",
        "currentmodule",
        "date",
        "default-domain",
        "default-role",
        "graphviz",
        "highlight",
        "image",
        "include",
        "index",
        "literalinclude",
        "math",
        "meta",
        "module",
        "only",
        "plot",
        "raw",
        "role",
        "sectionauthor",
        "sectnum",
        "tabularcolumns",
        "target-notes",
        "title",
        "toctree",
    ]
)
CODE = frozenset(
    [
        "code",
        "code-block",
        "console",
        "doctest",
        "ipython",
        "literal-block",
        "prompt",
        "sourcecode",
        "testcode",
    ]
)
# Directives that say something in their first line.
SPEAKING = frozenset(["deprecated", "rubric", "versionadded", "versionchanged", "versionremoved"])
KNOWN = frozenset(
    [
        "admonition",
        "attention",
        "caution",
        "class",
        "compound",
        "container",
        "csv-table",
        "danger",
        "epigraph",
        "error",
        "figure",
        "footer",
        "header",
        "highlights",
        "hint",
        "important",
        "line-block",
        "list-table",
        "note",
        "parsed-literal",
        "pull-quote",
        "replace",
        "sidebar",
        "table",
        "tip",
        "topic",
        "unicode",
        "warning",
    ]
)


def register_names(source: str) -> None:
    """Make docutils read every role and directive that this source uses."""
    for name in set(DIRECTIVE.findall(source)) - KNOWN:
        directives.register_directive(name, _directive_for(name))
    for pair in ROLE.findall(source):
        name = pair[0] or pair[1]
        roles.register_local_role(name, _words_of_role)


def _directive_for(name: str) -> type[Directive]:
    if name in SILENT:
        return _Silent
    if name in CODE:
        return _Code
    return _Saying if name in SPEAKING else _Content


class _AnyOptions(dict[str, Any]):
    def __missing__(self, key: str) -> Any:
        return directives.unchanged

    def __bool__(self) -> bool:
        return True

    def __contains__(self, key: object) -> bool:
        return True


class _Named(Directive):  # type: ignore[misc]
    optional_arguments = 100
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[Any] = _AnyOptions()


class _Silent(_Named):
    def run(self) -> Sequence[nodes.Node]:
        return []


class _Code(_Named):
    def run(self) -> Sequence[nodes.Node]:
        text = "\n".join(self.content)
        return [nodes.literal_block(text, text)]


class _Content(_Named):
    """A description (`.. function:: f(x)`) or a box: its first line, then what it holds."""

    def run(self) -> Sequence[nodes.Node]:
        box = nodes.container()
        if self.arguments:
            # A description may name several things, one a line.
            for line in " ".join(self.arguments).split("\n"):
                box += nodes.term("", "", *self._inline(line.strip()))
        self._parse(self.content, box)
        return [box]

    def _inline(self, text: str) -> Sequence[nodes.Node]:
        if "`" in text:
            inline, _ = self.state.inline_text(text, self.lineno)
            return list(inline)
        # A signature's stars are no emphasis.
        return [nodes.Text(text.replace("\\", ""))]

    def _parse(self, content: StringList, into: nodes.Element) -> None:
        self.state.nested_parse(content, self.content_offset, into, match_titles=True)


class _Saying(_Content):
    """A note on a version: "Version 3.2", then what changed."""

    def run(self) -> Sequence[nodes.Node]:
        box = nodes.container()
        words = " ".join(self.arguments)
        if self.name == "rubric":
            inline, _ = self.state.inline_text(words, self.lineno)
            box += nodes.paragraph("", "", *inline)
        else:
            version, _, rest = words.partition("\n")
            verb = {"versionadded": "New in", "deprecated": "Deprecated since"}.get(
                self.name, "Removed in" if self.name == "versionremoved" else "Changed in"
            )
            version, _, more = version.partition(" ")
            inline, _ = self.state.inline_text(f"{more} {rest}".strip(), self.lineno)
            mark = ":" if inline or self.content else "."
            box += nodes.paragraph("", "", nodes.Text(f"{verb} version {version}{mark} "), *inline)
        self._parse(self.content, box)
        return [box]


def _words_of_role(
    name: str,
    rawtext: str,
    text: str,
    lineno: int,
    inliner: Any,
    options: Any = None,
    content: Any = None,
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    del lineno, inliner, options, content
    words = nodes.unescape(text)
    if match := TARGET.fullmatch(words):
        words = match[1]
    elif words.startswith("~"):
        words = words[1:].rsplit(".", 1)[-1]
    words = words.lstrip("!~")
    if name.rpartition(":")[2] in ("meth", "func") and "(" not in words and "<" not in text:
        words += "()"
    return [nodes.inline(rawtext, words)], []
