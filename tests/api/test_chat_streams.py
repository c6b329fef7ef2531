"""Answers that arrive in the page a sentence at a time, told to a screen reader once."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from rag.domain import Answer, Question
from rag.errors import StoreBusyError
from rag.progress import Progress, Tell, Told, ignore
from tests.api.pages import looked_at
from tests.api.server import served
from tests.browser import chromium
from tests.chat_page import ask, text, until, until_true
from tests.fakes.service import FakeAnswerer, FakeServices

pytestmark = pytest.mark.real

LISTEN = """
window.heard = [];
new MutationObserver(() => heard.push(document.getElementById("announcer").textContent))
  .observe(document.getElementById("announcer"), { childList: true });
"""
AS_JSON = """
const streaming = window.fetch;
window.fetch = (address, options) => streaming(address, {
  ...options, headers: { ...options?.headers, Accept: "application/json" } });
"""


@dataclass
class HaltingAnswerer(FakeAnswerer):
    """Waits before its second sentence when asked to halt; is busy at first when asked to be."""

    may_go_on: threading.Event = field(default_factory=threading.Event)

    def answer(self, question: Question, tell: Tell = ignore) -> Answer:
        """As the fake does, with a pause."""
        if "busy" in question.text and question not in self.asked:
            self.asked.append(question)
            raise StoreBusyError("Too many are asking: ask again in a moment.")
        told: list[Told] = []

        def tell_and_halt(progress: Progress) -> None:
            if isinstance(progress, Told):
                told.append(progress)
            if len(told) == 2 and "halt" in question.text:
                assert self.may_go_on.wait(30)
            tell(progress)

        return super().answer(question, tell_and_halt)


@pytest.fixture(scope="module")
def answerer() -> HaltingAnswerer:
    return HaltingAnswerer(FakeServices().catalog)


@pytest.fixture(scope="module")
def address(answerer: HaltingAnswerer) -> Iterator[str]:
    services = FakeServices()
    services.answerer = answerer
    with served(services) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(browser: Chrome, address: str, answerer: HaltingAnswerer) -> Iterator[Chrome]:
    answerer.may_go_on.clear()
    answerer.stopped.clear()
    with looked_at(browser, address) as page:
        page.execute_script(LISTEN)
        yield page
    answerer.may_go_on.set()


def test_sentences_show_as_they_come_and_are_announced_once_when_all_are_there(
    page: Chrome, answerer: HaltingAnswerer
):
    page.find_element(By.ID, "question").send_keys("How hot? halt", Keys.ENTER)
    until(page, ".answer .cite")
    assert text(page, ".answer") == [
        "The right heat depends on the tea: the darker the leaf, the hotter the water.1"
    ]
    assert text(page, ".working") == ["Writing, and checking each sentence…"]
    assert page.execute_script("return heard") == ["Searching the guide…"]
    first = page.find_element(By.CSS_SELECTOR, ".answer > p")
    cite = page.find_element(By.CSS_SELECTOR, ".cite")
    page.execute_script("arguments[0].focus()", cite)

    answerer.may_go_on.set()
    until(page, ".actions")
    assert text(page, ".cite") == ["1", "2", "2", "2", "3", "4"]
    assert page.find_elements(By.CSS_SELECTOR, ".working") == []
    # What stood there was not built anew: a reader's focus and selection stay.
    assert page.find_element(By.CSS_SELECTOR, ".answer > p") == first
    assert page.switch_to.active_element == cite
    heard = page.execute_script("return heard")
    assert len(heard) == 2
    assert heard[1].endswith("4 sources.")


def test_stopping_keeps_what_was_checked_and_stops_the_work(
    page: Chrome, answerer: HaltingAnswerer
):
    page.find_element(By.ID, "question").send_keys("How hot? halt", Keys.ENTER)
    until(page, ".answer .cite")
    page.find_element(By.ID, "send").click()
    assert "what stands here was checked" in until(page, ".trouble")[0].text
    assert text(page, ".answer .cite") == ["1"]
    answerer.may_go_on.set()
    page.find_element(By.CSS_SELECTOR, ".again").click()
    until(page, ".actions")
    assert text(page, ".cite") == ["1", "2", "2", "2", "3", "4"]
    assert len(page.find_elements(By.CSS_SELECTOR, ".answer")) == 1


def test_a_stream_that_breaks_off_says_so_and_keeps_what_was_checked(page: Chrome):
    turn = ask(page, "break off")
    assert "THE DATA DIRECTORY IS BUSY" in turn.text.upper()
    assert len(turn.find_element(By.CSS_SELECTOR, ".request-id code").text) == 32
    assert text(turn, ".cite") == ["1"]


def test_who_is_asked_to_wait_can_try_again_when_there_is_room(page: Chrome):
    turn = ask(page, "busy")
    again = turn.find_element(By.CSS_SELECTOR, ".again")
    assert again.text.startswith("Try again in ")
    assert not again.is_enabled()
    until_true(page, "document.querySelector('.again').textContent === 'Try again'")
    again.click()
    until(page, ".actions")


def test_a_server_that_does_not_stream_is_understood_too(page: Chrome):
    page.execute_script(AS_JSON)
    turn = ask(page, "How hot?")
    assert text(turn, ".cite") == ["1", "2", "2", "2", "3", "4"]


def test_being_offline_is_said_and_the_question_is_kept(page: Chrome):
    page.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    page.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    try:
        assert "You are offline" in until(page, "#offline")[0].text
        turn = ask(page, "How hot?")
        assert "YOU ARE OFFLINE" in turn.text.upper()
    finally:
        page.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )
    until_true(page, "document.getElementById('offline').hidden")
    page.find_element(By.CSS_SELECTOR, ".again").click()
    until(page, ".actions")
    page.get_log("browser")  # the request that found no network
