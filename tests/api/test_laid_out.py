"""An answer's code and tables keep their lines: on the page, where it is copied, over HTTP."""

from collections.abc import Iterator

import httpx
import pytest
from markdown_it import MarkdownIt
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from api.openai_text import message_of
from rag.contract import answer_from_json
from tests.api.pages import looked_at
from tests.api.server import served
from tests.browser import PHONE, chromium
from tests.chat_page import ask, press, text, until_true
from tests.fakes.service import LAID_OUT, FakeServices

pytestmark = pytest.mark.real

_, TABLE, CODE = (sentence.text for sentence in LAID_OUT.sentences)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(FakeServices()) as address:
        yield address


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, address: str) -> Iterator[Chrome]:
    with (
        chromium(tmp_path_factory.mktemp("profile"), PHONE) as browser,
        looked_at(browser, address) as page,
    ):
        yield page


def test_the_page_shows_code_in_its_lines_and_a_table_in_cells(page: Chrome):
    turn = ask(page, "How does steeping go?")
    (code,) = turn.find_elements(By.CSS_SELECTOR, ".answer > pre")
    assert code.get_attribute("textContent") == CODE
    rows = turn.find_elements(By.CSS_SELECTOR, ".answer > .table tr")
    assert [text(row, "th, td") for row in rows] == [row.split(" | ") for row in TABLE.split("\n")]
    assert text(turn, ".cite") == ["1", "2", "3"]
    assert "```" not in turn.text
    assert "```" not in page.execute_script("return document.getElementById('announcer').innerText")
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")


def test_what_is_copied_keeps_the_lines(page: Chrome, address: str):
    page.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"origin": address, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    turn = ask(page, "And steeping once more?")
    copied = []
    for button in turn.find_elements(By.CSS_SELECTOR, ".action")[:2]:
        press(page, button)
        until_true(page, "document.activeElement.textContent === 'Copied'")
        copied.append(page.execute_script("return navigator.clipboard.readText()"))
    plain, markdown = copied
    assert CODE in plain
    assert "```" not in plain
    assert fences(markdown) == [TABLE, CODE]


def test_chat_clients_that_show_markdown_get_a_fenced_block():
    message = message_of(LAID_OUT)
    assert fences(message.text) == [TABLE, CODE]
    (place,) = [one["url_citation"] for one in message.annotations(LAID_OUT.citations)[2:]]
    cited = message.text[place["start_index"] : place["end_index"]]
    assert CODE in cited
    assert cited.endswith("[3]")


def test_the_contract_says_what_is_code_and_holds_it_verbatim(address: str):
    held = httpx.post(f"{address}/v1/ask", json={"question": "Steeping?"}).json()
    assert [one["form"] for one in held["sentences"]] == ["prose", "table", "code"]
    assert held["sentences"][2]["text"] == held["citations"][2]["quote"]
    assert answer_from_json(held).sentences == LAID_OUT.sentences
    # An answer that was kept before sentences had a form.
    for one in held["sentences"]:
        del one["form"]
    assert {one.form for one in answer_from_json(held).sentences} == {"prose"}


def fences(markdown: str) -> list[str]:
    """What stands in fenced blocks, for a Markdown parser."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    return [token.content.removesuffix("\n") for token in tokens if token.type == "fence"]
