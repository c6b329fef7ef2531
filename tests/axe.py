"""axe-core, run in a page: what it finds that would keep somebody from reading or asking."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from selenium.webdriver import Chrome

GRAVE = ("serious", "critical")
RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ["violations"] }).then(
  ({ violations }) => done(violations.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => [impact, id, node.target.join(" "), node.failureSummary ?? ""]))),
  (error) => done([["critical", "axe failed", String(error), ""]]),
);
"""


def grave_faults(driver: Chrome) -> list[str]:
    """The serious and critical violations in the page as it stands, each with its element."""
    if not driver.execute_script("return 'axe' in window"):
        driver.execute_script(_source())
    driver.set_script_timeout(60)
    found = driver.execute_async_script(RUN)
    return [f"{rule} at {place}: {why}" for impact, rule, place, why in found if impact in GRAVE]


@cache
def _source() -> str:
    package = find_spec("axe_playwright_python")
    assert package is not None, "axe-core is not installed: make install"
    (folder,) = package.submodule_search_locations or ()
    return (Path(folder) / "axe.min.js").read_text(encoding="utf-8")
