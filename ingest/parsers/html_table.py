"""Tables of a web page: data as rows of cells, layout as the blocks it lays out."""

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from ingest.parsers.html_visibility import Visibility

CELL_BORDER = " | "
BLOCKS = "table, ul, ol, h1, h2, h3, h4, form"
# A cell of more text than this is a column of a page.
LONG_CELL = 1_500


def is_layout(table: LexborNode) -> bool:
    """Whether the table only places things on the page."""
    if table.attributes.get("role") in ("presentation", "none"):
        return True
    if table.css_first("th, thead, caption") is not None and not table.css_first("td table"):
        return False
    if table.css_first(f"td :is({BLOCKS})") is not None:
        return True
    rows = [cells for row in table.css("tr") if (cells := list(_cells(row)))]
    if all(len(cells) <= 1 for cells in rows):
        return True
    return any(len(cell.text(deep=True) or "") > LONG_CELL for cells in rows for cell in cells)


def table_text(table: LexborNode, visibility: Visibility) -> str:
    """One line a row, the cells set apart; rows that a reader can't see are left out."""
    lines = []
    for row in table.css("tr"):
        if visibility.hidden_reason(row):
            continue
        cells = ["" if visibility.hidden_reason(cell) else _words(cell) for cell in _cells(row)]
        if any(cells):
            lines.append(CELL_BORDER.join(cells))
    return "\n".join(lines)


def _cells(row: LexborNode) -> Iterator[LexborNode]:
    child = row.first_child
    while child is not None:
        if child.tag in ("td", "th"):
            yield child
        child = child.next


def _words(cell: LexborNode) -> str:
    for node in cell.css("script, style, template, button, svg"):
        node.decompose()
    for block in cell.css("p, div, li, br, pre"):
        block.insert_after(" ")
    return " ".join((cell.text(deep=True) or "").split())
