"""The document page: structure kept, every character escaped, the quoted words marked."""

import re
from html.parser import HTMLParser

import httpx
import pytest

from api.document_view import Highlight, view_of
from rag.domain import Document
from tests.fakes.service import COFFEE, HOSTILE, TEA, H, L, P, document

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Reader(HTMLParser):
    """Collects the tags of the article and the text of its marks."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.marked: list[str] = []
        self.mark_ids: list[str | None] = []
        self.in_mark = False

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "mark":
            self.in_mark = True
            self.marked.append("")
            self.mark_ids.append(dict(attributes).get("id"))

    def handle_endtag(self, tag):
        if tag == "mark":
            self.in_mark = False

    def handle_data(self, data):
        if self.in_mark:
            self.marked[-1] += data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


def page(client: httpx.Client, shown: Document, start: int, end: int) -> str:
    response = client.get(f"/v1/documents/{shown.id}?start={start}&end={end}", headers=HTML)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response.text


def test_a_document_keeps_its_structure(client: httpx.Client):
    text = client.get(f"/v1/documents/{TEA.id}", headers=HTML).text.replace(' dir="auto"', "")

    article = text[text.index("<article") : text.index("</article>")]
    article = re.sub(r"\s+", " ", re.sub(r"\s*(</?(ul|ol|li)>)\s*", r"\1", article))
    assert article.count('<h1 id="h-tea">Tea</h1>') == 1
    heading = '<h2 id="h-how-hot-should-the-water-be">How hot should the water be?'
    assert f'{heading}<a class="anchor" href="#h-how-hot-should-the-water-be"' in article
    assert "<ul><li>Green tea wants 75 °C.<ul><li>Gyokuro" in article
    assert "<tr><th>Tea</th><th>Minutes</th><th>Heat</th></tr>" in article
    assert "<tr><td>Black</td><td>4</td><td>100 °C</td></tr>" in article
    assert "<ol><li>Warm the pot.</li><li>Pour, and wait.</li></ol>" in article
    assert "<blockquote><p>One spoon" in article
    assert '<pre tabindex="0"><code>pot = Pot() if pot.is_warm:' in article
    assert "<mark" not in text
    assert 'href="../../"' in text


def test_the_title_heads_a_document_that_does_not_open_with_it(client: httpx.Client):
    assert (
        '<h1 dir="auto">Coffee</h1>' in client.get(f"/v1/documents/{COFFEE.id}", headers=HTML).text
    )


def test_the_quoted_words_are_marked_and_nothing_else(client: httpx.Client):
    quote = "Black tea wants water that has just boiled."
    start = TEA.text.index(quote)
    reader = read(page(client, TEA, start, start + len(quote)))

    assert reader.marked == [quote]
    assert reader.mark_ids == ["quote"]


def test_a_quote_across_blocks_is_marked_in_each_of_them(client: httpx.Client):
    start = TEA.text.index("just boiled.")
    end = TEA.text.index("Green | 2 |") + len("Green | 2")
    reader = read(page(client, TEA, start, end))

    assert reader.marked == [
        "just boiled.",
        "Water that is too hot makes green tea bitter.",
        "Steeping",
        "Tea",
        "Minutes",
        "Heat",
        "Green",
        "2",
    ]
    assert reader.mark_ids == ["quote", *[None] * 7]


def test_offsets_count_characters_beyond_the_basic_plane_once(client: httpx.Client):
    start = TEA.text.index("🍵")
    assert read(page(client, TEA, start, start + 1)).marked == ["🍵"]


def test_every_character_of_a_hostile_document_is_text(client: httpx.Client):
    text = page(client, HOSTILE, 0, len(HOSTILE.text))
    reader = read(text)

    assert not {"img", "b"} & set(reader.tags)
    assert reader.tags.count("script") == 2  # our own: the colours, and the way to the quote
    assert "javascript:" not in text
    assert reader.marked[0] == "<img src=x onerror=alert(1)> & \"quotes\" 'too'"
    assert read(text).marked[-1] == "</code></pre><script>alert(3)</script>"


@pytest.mark.parametrize("shown", [TEA, COFFEE, HOSTILE], ids=lambda shown: shown.id)
def test_marking_all_of_it_marks_the_text_of_every_block(client: httpx.Client, shown):
    marked = "".join(read(page(client, shown, 0, len(shown.text))).marked)
    blocks = "".join(shown.text[block.start_char : block.end_char] for block in shown.blocks)
    assert marked == re.sub(r"\n(?=Green|Black)", "", blocks.replace(" | ", ""))


def test_a_range_between_blocks_marks_nothing(client: httpx.Client):
    gap = TEA.blocks[0].end_char
    text = page(client, TEA, gap, gap + 1)
    assert "<mark" not in text
    assert "#quote" not in text


def test_an_unknown_document_is_told_on_a_page(client: httpx.Client):
    response = client.get("/v1/documents/no-such", headers=HTML)
    assert response.status_code == 404
    assert "There is no document &#39;no-such&#39;." in response.text


def test_a_list_goes_on_after_a_further_paragraph_of_an_item():
    shown = document(
        "a", "A", (L, "one", 1, "- "), (L, "more of one", 1, "  "), (L, "two", 1, "- ")
    )
    (listed,) = view_of(shown, None).nodes
    assert [len(item.paragraphs) for item in listed.items] == [2, 1]


def test_items_without_markers_are_items():
    shown = document("a", "A", (L, "one", 1, ""), (L, "two", 1, ""))
    (listed,) = view_of(shown, None).nodes
    assert len(listed.items) == 2


def test_a_numbered_list_keeps_its_first_number_and_its_kind():
    shown = document("a", "A", (L, "three", 1, "3. "), (L, "dash", 1, "- "), (P, "end", 0, ""))
    numbered, dashed, _ = view_of(shown, None).nodes
    assert (numbered.ordered, numbered.first_number, dashed.ordered) == (True, 3, False)


def test_a_list_may_open_at_any_depth():
    shown = document("a", "A", (H, "A", 1, ""), (L, "deep", 3, "    - "), (L, "less", 1, "- "))
    _, listed = view_of(shown, Highlight(0, 1)).nodes
    assert len(listed.items) == 2


def test_contents_nest_by_level_and_link_to_headings_of_the_same_words(client: httpx.Client):
    shown = document(
        "a",
        "A",
        (H, "A", 1, ""),
        (H, "Set up", 2, ""),
        (H, "On a Mac", 4, ""),
        (H, "Set up", 3, ""),
        (H, "Größe & Maß!", 2, ""),
        (H, "?!", 2, ""),
    )
    view = view_of(shown, None)

    assert [(entry.text, entry.id) for entry in view.contents] == [
        ("Set up", "h-set-up"),
        ("Größe & Maß!", "h-grösse-mass"),
        ("?!", "h-section"),
    ]
    assert [entry.id for entry in view.contents[0].entries] == ["h-on-a-mac", "h-set-up-2"]
    assert [node.id for node in view.nodes][1:4] == ["h-set-up", "h-on-a-mac", "h-set-up-2"]
    text = client.get(f"/v1/documents/{TEA.id}", headers=HTML).text
    for target in re.findall(r'href="#(h-[^"]+)"', text):
        assert text.count(f'id="{target}"') == 1
