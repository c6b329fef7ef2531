"""All of the page without a mouse, and its documents found by their titles."""

from collections.abc import Iterator

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from tests.api.pages import looked_at
from tests.api.server import served
from tests.axe import grave_faults
from tests.browser import chromium
from tests.chat_page import announced, focused, tab_to, text, until, until_true
from tests.fakes.service import ANSWERED, COFFEE, FakeServices

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(FakeServices()) as address:
        yield address


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, address: str) -> Iterator[Chrome]:
    with (
        chromium(tmp_path_factory.mktemp("profile")) as browser,
        looked_at(browser, address) as page,
    ):
        yield page


def type_keys(page: Chrome, *keys: str) -> None:
    ActionChains(page).send_keys(*keys).perform()


def leave_field(page: Chrome) -> None:
    page.execute_script("document.activeElement.blur()")


def test_a_reader_asks_reads_and_comes_back_with_keys_alone(page: Chrome, address: str):
    page.get(address)
    type_keys(page, "How hot?", Keys.ENTER)
    until(page, ".actions")
    cite = tab_to(page, ".cite[data-number='4']", back=True)
    assert ANSWERED.citations[3].quote in until(page, "#preview")[0].text
    type_keys(page, Keys.ESCAPE)
    assert not page.find_element(By.ID, "preview").is_displayed()
    type_keys(page, Keys.ENTER)
    assert until(page, "#panel mark")[0].text == ANSWERED.citations[3].quote
    assert focused(page).get_attribute("id") == "panel-title"
    type_keys(page, Keys.ESCAPE)
    until_true(page, "!document.getElementById('panel').open")
    assert focused(page) == cite

    tab_to(page, ".action")
    type_keys(page, Keys.ENTER)
    until_true(page, "document.activeElement.textContent !== 'Copy'")
    assert announced(page) in ("Copied.", "The browser did not let this page copy.")

    leave_field(page)
    type_keys(page, "/")
    assert focused(page).get_attribute("id") == "question"
    type_keys(page, "n?")
    assert focused(page).get_attribute("value") == "n?"
    assert len(page.find_elements(By.CSS_SELECTOR, ".turn")) == 1

    leave_field(page)
    type_keys(page, "c")
    assert until(page, "#drawer .past-open")
    assert grave_faults(page) == []
    type_keys(page, "n", Keys.ESCAPE)
    assert focused(page).get_attribute("id") != "question"
    type_keys(page, "n")
    until(page, "#opening")
    assert focused(page).get_attribute("id") == "question"


def test_the_single_keys_are_listed_and_can_be_switched_off(page: Chrome, address: str):
    page.get(address)
    leave_field(page)
    type_keys(page, "?")
    sheet = until(page, "#shortcuts")[0]
    assert len(text(sheet, "dt")) == len(text(sheet, "dd")) == 6
    assert grave_faults(page) == []
    tab_to(page, "#shortcuts-on")
    type_keys(page, " ", Keys.ESCAPE)
    page.refresh()
    leave_field(page)
    type_keys(page, "c")
    assert not page.find_element(By.ID, "drawer").is_displayed()
    page.execute_script("localStorage.clear()")


def test_documents_are_found_by_words_of_their_titles_and_read_by_their_headings(
    page: Chrome, address: str
):
    page.get(address)
    leave_field(page)
    type_keys(page, "d")
    until(page, "#titles")
    assert len(until(page, "#titles li", 3)) == 3
    type_keys(page, "/", "CÓFF")
    assert [row.text.split("\n")[0] for row in until(page, "#titles li")] == ["Coffee"]
    assert page.find_element(By.ID, "found").text == "1 of 3 documents"
    assert grave_faults(page) == []
    type_keys(page, Keys.TAB, Keys.ENTER)
    until(page, ".document")
    assert COFFEE.id in page.current_url
    tab_to(page, ".contents a")
    type_keys(page, Keys.ENTER)
    assert page.current_url.endswith("#h-how-fine-should-coffee-be-ground")
    page.back()
    page.back()
    until(page, "#titles")
    field = page.find_element(By.ID, "filter")
    field.clear()
    field.send_keys("nothing has this title")
    assert page.find_element(By.ID, "found").text == "No title has these words."


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_colours_are_the_systems_until_a_reader_chooses(page: Chrome, address: str, choice: str):
    page.get(address)
    paper = "return getComputedStyle(document.documentElement).backgroundColor"
    page.find_element(By.ID, "menu").click()
    until(page, "#drawer")
    page.find_element(By.CSS_SELECTOR, f"input[value={choice}]").click()
    expected = {"dark": "rgb(23, 20, 17)", "light": "rgb(251, 248, 241)"}[choice]
    assert page.execute_script(paper) == expected
    for path in ("", "documents"):
        page.get(f"{address}/{path}")
        assert page.execute_script(paper) == expected
    page.execute_script("localStorage.clear()")
