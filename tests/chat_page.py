"""The chat page in a browser: asking, waiting, looking."""

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 30.0


def until(page: Chrome, selector: str, count: int = 1) -> list[WebElement]:
    """The elements, once there are so many that are shown."""

    def shown(driver: Chrome) -> list[WebElement]:
        found = [
            each for each in driver.find_elements(By.CSS_SELECTOR, selector) if each.is_displayed()
        ]
        return found if len(found) >= count else []

    wait = WebDriverWait(page, PATIENCE, ignored_exceptions=[StaleElementReferenceException])
    return wait.until(shown, f"{count} of {selector}")


def until_true(page: Chrome, script: str) -> None:
    """Return once the JavaScript expression is true in the page."""
    WebDriverWait(page, PATIENCE).until(lambda _: page.execute_script(f"return {script}"), script)


def ask(page: Chrome, question: str) -> WebElement:
    """The turn that holds the outcome."""
    before = len(page.find_elements(By.CSS_SELECTOR, ".actions, .trouble"))
    page.find_element(By.ID, "question").send_keys(question, Keys.ENTER)
    until_true(page, f"document.querySelectorAll('.actions, .trouble').length > {before}")
    return page.find_elements(By.CSS_SELECTOR, ".turn")[-1]


def press(page: Chrome, element: WebElement) -> None:
    """Click the element where nothing that stays at the top or the bottom covers it."""
    page.execute_script("arguments[0].scrollIntoView({ block: 'center' })", element)
    element.click()


def text(element: WebElement, selector: str) -> list[str]:
    """The visible text of each element that the selector finds within."""
    return [each.text for each in element.find_elements(By.CSS_SELECTOR, selector)]


def focused(page: Chrome) -> WebElement:
    """The element that has the focus."""
    return page.switch_to.active_element


def tab_to(page: Chrome, selector: str, *, back: bool = False) -> WebElement:
    """The element, reached with the Tab key alone."""
    keys = (Keys.SHIFT, Keys.TAB) if back else (Keys.TAB,)
    for _ in range(60):
        if page.execute_script("return document.activeElement.matches(arguments[0])", selector):
            return focused(page)
        focused(page).send_keys(*keys)
    raise AssertionError(f"Tab does not lead to {selector}")


def announced(page: Chrome) -> str:
    """What the live region says to a screen reader."""
    region = page.find_element(By.ID, "announcer")
    return str(region.get_attribute("textContent"))


def has_no_sideways_scroll(page: Chrome) -> bool:
    """Whether the page is no wider than the screen."""
    script = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    return bool(page.execute_script(script))
