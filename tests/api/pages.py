"""The fake services behind a server, and a browser on their page that is checked at its end."""

from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome

from tests.axe import grave_faults
from tests.browser import console, requested_addresses


@contextmanager
def looked_at(browser: Chrome, *addresses: str) -> Iterator[Chrome]:
    """The browser on the first address, its storage empty.

    Afterwards: nothing but these addresses was asked, the console was silent but for what servers
    answered, and axe finds nothing grave in the state that was left.
    """
    browser.get(addresses[0])
    browser.execute_script("localStorage.clear(); sessionStorage.clear()")
    requested_addresses(browser)
    console(browser)
    browser.get(addresses[0])
    yield browser
    asked = requested_addresses(browser)
    assert [url for url in asked if not url.startswith(addresses)] == []
    assert grave_faults(browser) == []
    assert [said for said in console(browser) if "the server responded with" not in said] == []
