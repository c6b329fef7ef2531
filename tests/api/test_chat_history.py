"""Conversations that the browser keeps: several, bounded, and nobody else's."""

from collections.abc import Iterator

import httpx
import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from operations.caller import Scope
from tests.api.access import KeyRing
from tests.api.pages import looked_at
from tests.api.server import served
from tests.axe import grave_faults
from tests.browser import chromium
from tests.chat_page import announced, ask, focused, press, text, until, until_true
from tests.fakes.service import FakeServices

pytestmark = pytest.mark.real

MOST = 50
FILL = """
for (let at = 0; at < arguments[0]; at++) {
  const turns = [{ question: `Question ${at}`, answer: null }];
  localStorage.setItem(`footnote /  conversation seeded${at}`,
                       JSON.stringify({ id: `seeded${at}`, changed: at, turns }));
}
localStorage.setItem("footnote /  conversation broken", "{");
localStorage.setItem("somebody else's", "stays");
"""
COUNT = "return Object.keys(localStorage).filter((key) => key.includes(' conversation ')).length"


@pytest.fixture(scope="module")
def fake() -> FakeServices:
    return FakeServices()


@pytest.fixture(scope="module")
def address(fake: FakeServices) -> Iterator[str]:
    with served(fake) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(browser: Chrome, address: str) -> Iterator[Chrome]:
    with looked_at(browser, address) as page:
        yield page


def open_drawer(page: Chrome) -> list[str]:
    page.find_element(By.ID, "menu").click()
    until(page, "#drawer")
    return text(page.find_element(By.ID, "past"), ".past-title")


def test_conversations_come_back_and_can_be_deleted_one_by_one_or_all(
    page: Chrome, address: str, fake: FakeServices
):
    ask(page, "How hot?")
    ask(page, "And for black tea?")
    page.refresh()
    turns = page.find_elements(By.CSS_SELECTOR, ".turn")
    assert text(page, ".turn .question") == ["How hot?", "And for black tea?"]
    assert text(turns[0], ".cite") == ["1", "2", "2", "2", "3", "4"]
    assert "Understood as: How hot? And for black tea?" in turns[1].text
    press(page, turns[0].find_element(By.CSS_SELECTOR, ".cite"))
    until(page, "#panel mark")
    page.find_element(By.ID, "panel-close").click()

    fake.answerer.asked.clear()
    ask(page, "And for coffee?")
    assert fake.answerer.asked[0].history[0].content == "How hot?"

    page.find_element(By.ID, "restart").click()
    ask(page, "Who lives on the moon?")
    assert open_drawer(page) == ["Who lives on the moon?", "How hot?"]
    page.find_elements(By.CSS_SELECTOR, ".past-open")[1].click()
    assert text(page, ".turn .question")[-1] == "And for coffee?"
    page.execute_script("document.activeElement.blur()")

    open_drawer(page)
    page.find_elements(By.CSS_SELECTOR, ".past-remove")[1].click()
    assert page.execute_script("return document.body.dataset.state") == "empty"
    assert focused(page).text == "Undo"
    focused(page).click()
    assert text(page, ".past-title") == ["Who lives on the moon?", "How hot?"]
    page.find_elements(By.CSS_SELECTOR, ".past-remove")[0].click()
    focused(page).send_keys(Keys.ESCAPE)
    assert open_drawer(page) == ["How hot?"]

    page.find_element(By.CSS_SELECTOR, "#clearing button").click()
    assert focused(page).text == "Keep"
    page.find_elements(By.CSS_SELECTOR, "#clearing button")[0].click()
    assert announced(page) == "All conversations are deleted."
    assert page.execute_script(COUNT) == 0
    page.get(address)
    assert open_drawer(page) == []


def test_no_more_than_fifty_are_kept_and_what_is_broken_or_foreign_does_no_harm(
    page: Chrome, address: str
):
    page.execute_script(FILL, MOST + 5)
    page.get(address)
    assert len(open_drawer(page)) == MOST + 5
    focused(page).send_keys(Keys.ESCAPE)
    ask(page, "How hot?")
    assert page.execute_script(COUNT) == MOST
    titles = open_drawer(page)
    assert titles[0] == "How hot?"
    assert "Question 0" not in titles
    assert page.execute_script('return localStorage.getItem("somebody else\'s")') == "stays"


def test_a_question_whose_answer_never_came_can_be_asked_again(page: Chrome, fake: FakeServices):
    page.find_element(By.ID, "question").send_keys("slow 20", Keys.ENTER)
    until(page, ".working")
    page.refresh()
    assert "was not answered" in until(page, ".trouble")[0].text
    until_true(page, "document.querySelector('.again') !== null")
    assert fake.answerer.asked[-1].text == "slow 20"


def test_another_reader_of_this_browser_sees_nothing_of_it(
    browser: Chrome, tmp_path_factory: pytest.TempPathFactory
):
    ring = KeyRing(tmp_path_factory.mktemp("keys"))
    first, second = (ring.add(name, Scope.ASK) for name in ("first", "second"))
    with served(FakeServices(), data_dir=ring.data_dir) as address:

        def sign_in(key: str) -> None:
            browser.get(address)
            until(browser, "input[type=password]")[0].send_keys(key, Keys.ENTER)
            until(browser, "#question")

        sign_in(first)
        ask(browser, "How hot?")
        browser.delete_all_cookies()
        browser.find_element(By.ID, "question").send_keys("And for coffee?", Keys.ENTER)
        until(browser, "#signin")[0].find_element(By.ID, "signin-key").send_keys("fn_wrong")
        focused(browser).send_keys(Keys.ENTER)
        until_true(browser, "document.getElementById('signin-said').textContent.length > 10")
        browser.find_element(By.ID, "signin-key").clear()
        browser.find_element(By.ID, "signin-key").send_keys(first, Keys.ENTER)
        again = "document.querySelector('.trouble')?.textContent.includes('was not answered')"
        until_true(browser, again)
        assert text(browser, ".turn .question") == ["How hot?", "And for coffee?"]

        browser.delete_all_cookies()
        sign_in(second)
        assert open_drawer(browser) == []
        focused(browser).send_keys(Keys.ESCAPE)
        ask(browser, "Who lives on the moon?")
        open_drawer(browser)
        until(browser, "#sign-out")[0].click()
        until(browser, "input[type=password]")
        kept = browser.execute_script("return Object.values(localStorage).join()")
        assert "moon" not in kept
        assert httpx.get(f"{address}/v1/session").status_code == 401


def test_who_reads_without_a_key_can_sign_in_with_one(
    browser: Chrome, tmp_path_factory: pytest.TempPathFactory
):
    ring = KeyRing(tmp_path_factory.mktemp("keys"))
    key = ring.add("one", Scope.ASK)
    with served(FakeServices(), data_dir=ring.data_dir, allow_anonymous=True) as address:
        browser.get(address)
        open_drawer(browser)
        until(browser, "#sign-in")[0].click()
        assert focused(browser).get_attribute("id") == "signin-key"
        assert grave_faults(browser) == []
        focused(browser).send_keys(key, Keys.ENTER)
        until_true(browser, "document.body?.dataset.reader")
        open_drawer(browser)
        assert until(browser, "#sign-out")
