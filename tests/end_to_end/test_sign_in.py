"""Signing in with a key, in a real browser."""

from pathlib import Path
from urllib.parse import quote

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.api.house import house
from tests.browser import chromium

pytestmark = pytest.mark.real


def test_a_person_signs_in_reads_and_comes_back_by_a_link_from_elsewhere(tmp_path: Path):
    with house(tmp_path / "data") as home, chromium(tmp_path / "profile") as browser:
        wait = WebDriverWait(browser, 60)
        browser.get(f"{home.address}/")
        field = browser.find_element(By.ID, "key")
        assert browser.switch_to.active_element == field
        field.send_keys("fn_wrong\n")
        wait.until(lambda _: "not known here" in browser.find_element(By.ID, "fault").text)
        field.clear()
        field.send_keys(f"{home.tokens['a']}\n")
        wait.until(lambda _: browser.find_elements(By.TAG_NAME, "textarea"))
        assert home.canaries["a"] in browser.page_source
        kept = "return JSON.stringify([localStorage, sessionStorage, document.cookie])"
        assert home.tokens["a"] not in browser.execute_script(kept)
        assert "footnote_session" not in browser.execute_script(kept)

        # A strict cookie doesn't come along with a link from another website: the page asks again.
        address = f"{home.address}/v1/documents/{home.document_of('a')}?start=0&end=6#quote"
        browser.get("data:text/html," + quote(f'<a href="{address}">there</a>'))
        browser.find_element(By.TAG_NAME, "a").click()
        wait.until(lambda _: "Safe a" in browser.title)

        home.ring.revoke("a")
        browser.get(f"{home.address}/")
        wait.until(lambda _: browser.find_elements(By.ID, "key"))
        assert "revoked" in browser.find_element(By.TAG_NAME, "main").text
