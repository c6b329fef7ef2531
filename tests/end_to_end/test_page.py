"""The page as a reader meets it: the real server, real documents, a real browser."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from operations.bootstrap import open_operations
from rag.settings import load_settings
from tests.axe import grave_faults
from tests.browser import DESKTOP, PHONE, chromium, console, requested_addresses
from tests.chat_page import ask, has_no_sideways_scroll, press, text, until, until_true
from tests.end_to_end.serving import serving

pytestmark = pytest.mark.real

QUESTION = "What belongs in a repair kit?"
ELSEWHERE = "Who won the chess championship in 1972?"


@pytest.fixture(scope="module")
def address(ingested: Path) -> Iterator[str]:
    with serving(ingested) as server:
        yield server.address


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Chrome]:
    with chromium(tmp_path / "profile", request.param) as driver:
        yield driver


def test_a_citation_opens_the_source_at_the_quoted_words(
    browser: Chrome, address: str, tmp_path: Path
):
    browser.get(address)
    turn = ask(browser, QUESTION)
    browser.save_screenshot(os.fspath(tmp_path / "answer.png"))
    assert has_no_sideways_scroll(browser)

    expected = httpx.post(f"{address}/v1/ask", json={"question": QUESTION}, timeout=60).json()
    quote = expected["citations"][0]["quote"]
    press(browser, turn.find_element(By.CSS_SELECTOR, ".cite"))
    marks = WebDriverWait(browser, 20).until(
        lambda _: browser.find_elements(By.CSS_SELECTOR, "#panel mark")
    )
    browser.save_screenshot(os.fspath(tmp_path / "source.png"))
    # Between the blocks of a quote stand line breaks and list markers, which no mark holds.
    words = [word for word in quote.split() if word != "-"]
    assert " ".join(mark.text for mark in marks).split() == words

    browser.get(browser.find_element(By.ID, "panel-page").get_attribute("href"))
    on_page = browser.find_elements(By.CSS_SELECTOR, "mark")
    assert " ".join(mark.text for mark in on_page).split() == words
    assert browser.execute_script(
        "const { top, bottom } = document.getElementById('quote').getBoundingClientRect();"
        "return top >= 0 && bottom <= innerHeight"
    )
    assert has_no_sideways_scroll(browser)
    browser.save_screenshot(os.fspath(tmp_path / "document.png"))

    assert [url for url in requested_addresses(browser) if not url.startswith(address)] == []
    assert console(browser) == []


def test_silence_is_told_kindly_with_the_closest_passages(
    browser: Chrome, address: str, tmp_path: Path
):
    browser.get(address)
    turn = ask(browser, ELSEWHERE)
    browser.save_screenshot(os.fspath(tmp_path / "abstention.png"))

    assert "NOT IN THE GUIDE" in turn.text.upper()
    assert "these do not answer your question" in turn.text
    assert turn.find_elements(By.CSS_SELECTOR, ".cite") == []
    assert turn.find_elements(By.CSS_SELECTOR, ".nearest .note")
    assert has_no_sideways_scroll(browser)
    assert console(browser) == []


def test_suggestions_are_questions_that_the_documents_ask(browser: Chrome, address: str):
    browser.get(address)
    suggestions = [each.text for each in browser.find_elements(By.CSS_SELECTOR, ".suggestion")]
    assert suggestions[:2] == ["How often should a bicycle chain be oiled?", QUESTION]


def test_a_conversation_is_followed_up_judged_and_found_again(
    browser: Chrome, address: str, ingested: Path
):
    browser.get(address)
    ask(browser, "How often should a bicycle chain be oiled?")
    turn = ask(browser, "And after a ride in the rain?")
    (understood,) = text(turn, ".read-as")
    assert "chain" in understood
    assert text(turn, ".cite")

    press(browser, turn.find_element(By.CSS_SELECTOR, "[data-verdict=down]"))
    until(browser, ".feedback-reason input")[0].send_keys("It says too little.", Keys.ENTER)
    until_true(browser, "document.querySelectorAll('.feedback-reason form').length === 0")
    assert "kept with the answer" in turn.text
    assert grave_faults(browser) == []

    browser.refresh()
    until(browser, ".actions", 2)
    turn = browser.find_elements(By.CSS_SELECTOR, ".turn")[-1]
    pressed = turn.find_element(By.CSS_SELECTOR, "[aria-pressed=true]")
    assert pressed.get_attribute("data-verdict") == "down"
    answer_id = browser.execute_script(
        "const kept = Object.entries(localStorage).find(([key]) => key.includes('conversation'));"
        "return JSON.parse(kept[1]).turns.at(-1).answer.id"
    )
    with closing(open_operations(load_settings(data_dir=ingested / ".footnote"))) as operations:
        (opinion,) = operations.feedback.of(answer_id)
    assert (opinion.verdict, opinion.reason) == ("down", "It says too little.")
    assert console(browser) == []
