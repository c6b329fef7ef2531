"""The widget on a website of another origin, in a real browser: shown where it is allowed."""

import functools
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from operations.caller import Scope
from rag.errors import InvalidRequestError
from rag.settings import load_settings
from tests.api.access import KeyRing
from tests.api.server import served
from tests.axe import grave_faults
from tests.browser import PHONE, chromium, console, requested_addresses
from tests.chat_page import PATIENCE, announced, ask, focused, tab_to, text, until, until_true
from tests.conftest import ROOT
from tests.fakes.service import TEA, FakeServices

EXAMPLE = ROOT / "docs" / "widget-example.html"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Nothing."""


@contextmanager
def website(folder: Path) -> Iterator[int]:
    """The port of a plain web server over the folder, on all loopback names."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Footnote's address, that of a website that may show it, and of one that may not."""
    folder = tmp_path_factory.mktemp("website")
    with website(folder) as port:
        allowed, refused = f"http://localhost:{port}", f"http://127.0.0.1:{port}"
        with served(FakeServices(), widget_origins=f"https://docs.example,{allowed}") as footnote:
            page = EXAMPLE.read_text(encoding="utf-8")
            (folder / "index.html").write_text(page.replace("http://127.0.0.1:8000", footnote))
            (folder / "favicon.ico").write_bytes(b"")
            yield footnote, allowed, refused


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


def open_widget(browser: Chrome) -> None:
    """Press the widget's button, which no script of the page can reach, with the keyboard."""
    tab_to(browser, "p > button")
    focused(browser).send_keys(Keys.TAB)
    assert focused(browser).tag_name == "footnote-widget"
    ActionChains(browser).send_keys(Keys.ENTER).perform()


def enter_frame(browser: Chrome) -> None:
    """Look into the frame, which stands in a closed shadow tree."""
    browser.execute_cdp_cmd("DOM.enable", {})
    WebDriverWait(browser, PATIENCE).until(
        lambda _: focused(browser).tag_name == "footnote-widget" and _frame(browser)
    )
    browser.switch_to.frame(_frame(browser))


def _frame(browser: Chrome):
    root = focused(browser).shadow_root
    frames = root.find_elements(By.CSS_SELECTOR, "iframe:not(.waiting)")
    return frames[0] if frames else None


@pytest.mark.real
def test_a_website_that_is_named_shows_it_and_a_reader_asks_with_the_keyboard_alone(
    browser: Chrome, places: tuple[str, str, str]
):
    footnote, allowed, _ = places
    requested_addresses(browser)
    console(browser)
    browser.get(f"{allowed}/index.html")
    assert {url for url in requested_addresses(browser) if url.startswith(footnote)} == {
        f"{footnote}/widget.js"
    }
    style = "const { backgroundColor, textTransform } = getComputedStyle(arguments[0]);"
    page_button = browser.find_element(By.CSS_SELECTOR, "p > button")
    before = browser.execute_script(f"{style} return backgroundColor", page_button)
    open_widget(browser)
    enter_frame(browser)
    assert text(browser, "#title") == ["Ask our docs"]
    assert focused(browser).get_attribute("id") == "question"

    turn = ask(browser, "How hot?")
    assert text(turn, ".cite") == ["1", "2", "2", "2", "3", "4"]
    assert announced(browser).endswith("4 sources.")
    colour = browser.execute_script(f"{style} return backgroundColor + textTransform", turn)
    assert colour == "rgba(0, 0, 0, 0)none"
    assert grave_faults(browser) == []

    tabs = len(browser.window_handles)
    cite = tab_to(browser, ".cite", back=True)
    assert "hotter" in until(browser, "#preview")[0].text or cite.text == "4"
    focused(browser).send_keys(Keys.ESCAPE)
    focused(browser).send_keys(Keys.ENTER)
    WebDriverWait(browser, PATIENCE).until(lambda _: len(browser.window_handles) == tabs + 1)
    here = browser.current_window_handle
    browser.switch_to.window(browser.window_handles[-1])
    WebDriverWait(browser, PATIENCE).until(
        lambda _: f"/v1/documents/{TEA.id}?" in browser.current_url
    )
    browser.close()
    browser.switch_to.window(here)

    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    until_true(browser, "document.activeElement.localName === 'footnote-widget'")
    assert browser.execute_script(f"{style} return backgroundColor", page_button) == before
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    enter_frame(browser)
    assert text(browser, ".question") == ["How hot?"]
    browser.get(f"{allowed}/index.html?another-page")
    open_widget(browser)
    enter_frame(browser)
    assert text(browser, ".question") == ["How hot?"]
    assert console(browser) == []


@pytest.mark.real
def test_a_website_that_is_not_named_is_refused_by_the_browser_and_told_so(
    browser: Chrome, places: tuple[str, str, str]
):
    footnote, allowed, refused = places
    browser.get(f"{refused}/index.html")
    open_widget(browser)
    host = focused(browser)
    WebDriverWait(browser, PATIENCE).until(
        lambda _: (
            "FOOTNOTE_WIDGET_ORIGINS"
            in host.shadow_root.find_element(By.CSS_SELECTOR, ".note p").text
        )
    )
    said = " ".join(console(browser))
    assert f"frame-ancestors https://docs.example {allowed}" in said
    host.shadow_root.find_element(By.CSS_SELECTOR, ".note button").click()
    assert host.shadow_root.find_element(By.CSS_SELECTOR, ".open").is_displayed()

    # A message from elsewhere is not heard, even where the frame itself may be shown.
    browser.get(f"{footnote}/widget")
    browser.execute_script("postMessage({ footnote: 'hello', title: 'Forged' }, '*')")
    browser.execute_script("return new Promise((done) => setTimeout(done))")
    assert text(browser, "#title") == ["Ask the guide"]
    console(browser)


@pytest.mark.real
def test_on_a_dark_phone_it_covers_the_screen(tmp_path: Path, places: tuple[str, str, str]):
    _, allowed, _ = places
    with chromium(tmp_path / "profile", PHONE, dark=True) as phone:
        phone.get(f"{allowed}/index.html")
        open_widget(phone)
        enter_frame(phone)
        assert phone.execute_script("return innerWidth") == PHONE[0]
        background = "return getComputedStyle(document.documentElement).backgroundColor"
        assert phone.execute_script(background) == "rgb(32, 28, 24)"
        ask(phone, "Who lives on the moon?")
        assert phone.execute_script("return document.documentElement.scrollWidth") == PHONE[0]
        assert grave_faults(phone) == []


@pytest.mark.real
def test_it_never_asks_with_the_rights_of_a_reader_who_is_signed_in(
    browser: Chrome, tmp_path: Path
):
    ring = KeyRing(tmp_path)
    key = ring.add("one", Scope.ASK)
    fake = FakeServices()
    with served(fake, data_dir=tmp_path, widget_origins="https://docs.example") as footnote:
        browser.get(footnote)
        until(browser, "input[type=password]")[0].send_keys(key, Keys.ENTER)
        until(browser, "#question")
        browser.get(f"{footnote}/widget")
        assert text(browser, ".suggestion") == [], "headings are shown to readers alone"
        turn = ask(browser, "How hot?")
        assert "Only readers who have a key can ask here." in turn.text
        assert turn.find_element(By.LINK_TEXT, "Sign in on Footnote’s own page")
        assert fake.answerer.asked == []
        assert grave_faults(browser) == []
        console(browser)


def test_only_its_page_may_be_framed_and_only_by_those_that_are_named(places: tuple[str, str, str]):
    footnote, allowed, _ = places
    policies = {
        path: httpx.get(f"{footnote}{path}").headers["content-security-policy"]
        for path in ("/widget", "/", "/documents")
    }
    framed = {path: policy.split("frame-ancestors ")[1] for path, policy in policies.items()}
    assert framed == {
        "/widget": f"https://docs.example {allowed}",
        "/": "'none'",
        "/documents": "'none'",
    }
    script = httpx.get(f"{footnote}/widget.js").headers
    assert script["cross-origin-resource-policy"] == "cross-origin"
    assert script["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["/widget", "/widget.js"])
def test_without_allowed_websites_it_is_off(client: httpx.Client, path: str):
    response = client.get(path)
    assert response.status_code == 404
    assert "FOOTNOTE_WIDGET_ORIGINS" in response.json()["detail"]


@pytest.mark.parametrize(
    "origin",
    ["docs.example", "https://docs.example/", "https://a;script-src *", "*", "https://A.example"],
)
def test_an_origin_that_no_browser_would_send_is_refused(origin: str):
    with pytest.raises(InvalidRequestError, match="WIDGET_ORIGINS"):
        load_settings(widget_origins=(origin,))


def test_origins_are_named_one_after_the_other():
    chosen = load_settings(widget_origins="https://a.example, http://localhost:8080")
    assert chosen.widget_origins == ("https://a.example", "http://localhost:8080")


def test_the_example_page_has_one_script_and_that_is_the_widget():
    page = EXAMPLE.read_text(encoding="utf-8")
    assert re.findall(r"<script[^>]* src=\"([^\"]+)\"", page) == ["http://127.0.0.1:8000/widget.js"]
    assert page.count("<script ") == 1
