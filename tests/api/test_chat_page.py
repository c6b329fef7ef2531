"""The chat page in a real browser, over the fake services: every state a reader may meet."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.api.pages import looked_at
from tests.api.server import served
from tests.browser import PHONE, chromium
from tests.chat_page import ask, focused, text, until, until_true
from tests.fakes.service import ABSTAINED, ANSWERED, COFFEE, DOCUMENTS, PARTIAL, TEA, FakeServices

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def fake() -> FakeServices:
    return FakeServices()


@pytest.fixture(scope="module")
def address(fake: FakeServices) -> Iterator[str]:
    with served(fake, history_max_turns=4, question_max_chars=200) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(browser: Chrome, address: str, fake: FakeServices) -> Iterator[Chrome]:
    """The freshly loaded page, checked at the end."""
    fake.catalog.held = list(DOCUMENTS)
    fake.answerer.asked.clear()
    with looked_at(browser, address) as page:
        yield page


def test_suggestions_come_from_the_documents_and_ask_when_clicked(page: Chrome, fake: FakeServices):
    suggestions = until(page, ".suggestion", 3)
    assert suggestions[0].text == "How hot should the water be?"
    suggestions[0].click()
    until(page, ".answer")
    assert fake.answerer.asked[0].text == "How hot should the water be?"


def test_an_answer_shows_sentences_lists_and_numbered_notes(page: Chrome):
    turn = ask(page, "How hot?")

    assert text(turn, ".answer > p")[0].startswith("The right heat depends on the tea")
    assert [item.split("\n")[0] for item in text(turn, ".answer > ul > li")] == [
        "Green tea wants 75 °C.2",
        "Gyokuro wants less, about 60 °C. 🍵2",
        "Black tea wants water that has just boiled.2",
    ]
    assert text(turn, ".cite") == ["1", "2", "2", "2", "3", "4"]
    assert text(turn, ".note-number") == ["1", "2", "3", "4"]
    paths = turn.find_elements(By.CSS_SELECTOR, ".note-path")
    assert [path.get_attribute("textContent") for path in paths] == [
        *["Tea › How hot should the water be?"] * 3,
        "Tea",
    ]
    assert text(turn, ".note-quote")[1] == (
        "Green tea wants 75 °C. • Gyokuro wants less, about 60 °C. 🍵 • Black tea wants water that "
        "has just boiled."
    )
    assert text(turn, ".note-quote")[3] == ANSWERED.citations[3].quote
    announced = page.find_element(By.ID, "announcer").get_attribute("textContent")
    assert announced.endswith("4 sources.")
    assert "[1]" not in announced


def test_a_click_on_a_citation_opens_the_source_at_the_quoted_words(page: Chrome):
    turn = ask(page, "How hot?")
    cite = turn.find_elements(By.CSS_SELECTOR, ".cite")[4]
    cite.click()

    (mark,) = until(page, "#panel mark")
    assert mark.text == ANSWERED.citations[2].quote
    assert page.execute_script(
        "const { top, bottom } = arguments[0].getBoundingClientRect();"
        "return top > 0 && bottom < innerHeight",
        mark,
    )
    assert focused(page).get_attribute("id") == "panel-title"
    assert until(page, "#panel-page")[0].get_attribute("href").endswith("#quote")
    assert until(page, "#panel-original")[0].get_attribute("href") == TEA.url
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    WebDriverWait(page, 5).until(lambda _: focused(page) == cite)


def test_a_quote_across_blocks_is_marked_in_each(page: Chrome):
    turn = ask(page, "How hot?")
    turn.find_elements(By.CSS_SELECTOR, ".note")[1].click()
    assert [mark.text for mark in until(page, "#panel mark", 3)] == [
        "Green tea wants 75 °C.",
        "Gyokuro wants less, about 60 °C. 🍵",
        "Black tea wants water that has just boiled.",
    ]
    page.find_element(By.ID, "panel-close").click()
    WebDriverWait(page, 5).until(lambda _: not page.find_element(By.ID, "panel").is_displayed())


def test_a_source_that_has_changed_is_not_marked_at_other_words(page: Chrome):
    turn = ask(page, "How hot?")
    page.execute_script("document.querySelector('.cite').source.quote = 'Other words.'")
    turn.find_element(By.CSS_SELECTOR, ".cite").click()
    assert "has changed" in until(page, ".panel-note")[0].text
    assert page.find_elements(By.CSS_SELECTOR, "#panel mark") == []


def test_a_source_that_is_gone_is_said_to_be(page: Chrome, fake: FakeServices):
    turn = ask(page, "Who lives on the moon?")
    fake.catalog.held = [TEA]
    turn.find_element(By.CSS_SELECTOR, ".nearest .note").click()
    assert "There is no document" in until(page, ".panel-note")[0].text


def test_focus_on_a_citation_previews_its_quote(page: Chrome):
    turn = ask(page, "How hot?")
    page.find_element(By.ID, "question").send_keys(Keys.SHIFT, Keys.TAB)
    while "cite" not in (focused(page).get_attribute("class") or ""):
        focused(page).send_keys(Keys.SHIFT, Keys.TAB)
    (preview,) = until(page, "#preview")
    assert ANSWERED.citations[3].quote in preview.text
    assert focused(page).get_attribute("aria-describedby") == "preview"
    assert text(turn, "li.pointed-at .note-number") == ["4"]
    focused(page).send_keys(Keys.ESCAPE)
    assert not preview.is_displayed()


def test_a_preview_stays_while_it_is_pointed_at(page: Chrome):
    turn = ask(page, "How hot?")
    cite = turn.find_elements(By.CSS_SELECTOR, ".cite")[-1]
    page.execute_script("arguments[0].scrollIntoView({ block: 'center' })", cite)
    ActionChains(page).move_to_element(cite).perform()
    (preview,) = until(page, "#preview")
    assert ANSWERED.citations[3].quote in preview.text
    ActionChains(page).move_to_element(preview).perform()
    page.execute_async_script("setTimeout(arguments[0], 300)")
    assert preview.is_displayed()
    ActionChains(page).move_to_element(page.find_element(By.ID, "question")).perform()
    until_true(page, "document.getElementById('preview').hidden")


def test_an_abstention_gives_its_reason_and_what_is_closest_labelled(page: Chrome):
    turn = ask(page, "Who lives on the moon?")

    assert "NOT IN THE GUIDE" in turn.text.upper()
    assert text(turn, ".reason") == [ABSTAINED.reason]
    assert "these do not answer your question" in text(turn, ".nearest .label")[0]
    assert text(turn, ".nearest .note-quote") == [ABSTAINED.nearest[0].quote]
    assert text(turn, ".cite") == []
    turn.find_element(By.CSS_SELECTOR, ".nearest .note").click()
    (mark,) = until(page, "#panel mark")
    assert mark.text == "Coffee is ground just before it is brewed"
    assert COFFEE.text.startswith(mark.text)


def test_a_partial_answer_says_what_is_missing(page: Chrome):
    turn = ask(page, "What does a kettle cost?")
    assert PARTIAL.reason in turn.find_element(By.CSS_SELECTOR, ".partial").text
    assert text(turn, ".cite") == ["1"]


def test_follow_ups_carry_the_conversation_up_to_the_limit(page: Chrome, fake: FakeServices):
    for question in ("How hot?", "And for black tea?", "And for coffee?", "And then?"):
        turn = ask(page, question)
    history = fake.answerer.asked[-1].history
    assert [turn.content for turn in history if turn.role == "user"] == [
        "And for black tea?",
        "And for coffee?",
    ]
    assert [turn.role for turn in history] == ["user", "assistant"] * 2
    assert "Understood as: And for black tea? And then?" in turn.text


def test_an_error_shows_its_request_id_and_can_be_retried(page: Chrome, fake: FakeServices):
    turn = ask(page, "explode")
    assert "SOMETHING WENT WRONG" in turn.text.upper()
    assert len(turn.find_element(By.CSS_SELECTOR, ".request-id code").text) == 32
    turn.find_element(By.CSS_SELECTOR, ".trouble button").click()
    WebDriverWait(page, 10).until(lambda _: len(fake.answerer.asked) == 2)
    until(page, ".trouble")


def test_a_slow_answer_can_be_stopped(page: Chrome):
    page.find_element(By.ID, "question").send_keys("slow 2", Keys.ENTER)
    assert until(page, ".working")[0].text == "Searching the guide…"
    assert page.find_element(By.ID, "send").text == "Stop"
    page.find_element(By.ID, "send").click()
    assert "You stopped this question." in until(page, ".trouble")[0].text


def test_a_slow_answer_is_said_to_be_slow(page: Chrome):
    page.find_element(By.ID, "question").send_keys("slow 6", Keys.ENTER)
    WebDriverWait(page, 8).until(
        lambda _: "takes a little longer" in page.find_element(By.CSS_SELECTOR, ".working").text
    )
    until(page, ".answer")


def test_shift_enter_makes_a_new_line_and_an_empty_question_is_not_sent(
    page: Chrome, fake: FakeServices
):
    field = page.find_element(By.ID, "question")
    field.send_keys("  ", Keys.ENTER)
    field.send_keys("one", Keys.SHIFT, Keys.ENTER, Keys.SHIFT, "two")
    assert field.get_attribute("value").strip() == "one\ntwo"
    assert fake.answerer.asked == []


def test_a_question_too_long_is_told_before_it_is_sent(page: Chrome):
    field = page.find_element(By.ID, "question")
    field.send_keys("a" * 201)
    assert page.find_element(By.ID, "composer-note").text == (
        "201 characters; a question may have 200."
    )
    assert not page.find_element(By.ID, "send").is_enabled()
    field.send_keys(Keys.BACKSPACE)
    assert page.find_element(By.ID, "send").is_enabled()


def test_a_new_conversation_forgets_the_old_one(page: Chrome, fake: FakeServices):
    ask(page, "How hot?")
    page.find_element(By.ID, "restart").click()
    until(page, "#opening")
    ask(page, "And now?")
    assert fake.answerer.asked[-1].history == ()


def test_what_documents_say_is_never_markup(page: Chrome):
    hostile = "<img src=x onerror=alert(1)>"
    turn = ask(page, hostile)
    assert text(turn, ".question") == [hostile]
    assert page.find_elements(By.CSS_SELECTOR, "main img") == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_phone_scrolls_in_one_direction_and_covers_the_page_with_the_source(
    tmp_path: Path, address: str, fake: FakeServices, dark
):
    fake.catalog.held = list(DOCUMENTS)
    with chromium(tmp_path / "profile", PHONE, dark=dark) as phone:
        phone.get(address)
        for question in ("How hot?", "Who lives on the moon?", "x" * 200):
            ask(phone, question)
            assert phone.execute_script("return document.documentElement.scrollWidth") == PHONE[0]
        phone.execute_script("document.querySelector('.cite').click()")
        (mark,) = until(phone, "#panel mark")
        assert mark.text == ANSWERED.citations[0].quote
        assert phone.execute_script("return document.getElementById('panel').matches(':modal')")
        assert (
            phone.execute_script("return document.getElementById('panel').scrollWidth") <= PHONE[0]
        )
        phone.save_screenshot(os.fspath(tmp_path / "phone-panel.png"))
        phone.get(f"{address}/v1/documents/{TEA.id}?start=0&end=3")
        assert phone.execute_script("return document.documentElement.scrollWidth") == PHONE[0]
