"""A headless Chromium that notes what it requests and what its console says."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

DESKTOP = (1360, 900)
PHONE = (390, 844)


@contextmanager
def chromium(
    profile: Path, size: tuple[int, int] = DESKTOP, *, dark: bool = False
) -> Iterator[Chrome]:
    """A browser whose viewport has this size in CSS pixels, with a profile of its own."""
    options = ChromeOptions()
    options.binary_location = _found("chromium")
    for argument in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "disable-dev-shm-usage",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        f"user-data-dir={profile}",
    ):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(_found("chromedriver")))
    try:
        width, height = size
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": width,
                "height": height,
                "deviceScaleFactor": 2,
                "mobile": width < DESKTOP[0] // 2,
            },
        )
        scheme = "dark" if dark else "light"
        driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {
                "features": [
                    {"name": "prefers-color-scheme", "value": scheme},
                    # A picture or a check in the midst of a movement would see something else.
                    {"name": "prefers-reduced-motion", "value": "reduce"},
                ]
            },
        )
        yield driver
    finally:
        driver.quit()


def requested_addresses(driver: Chrome) -> list[str]:
    """The addresses that pages have asked the network for since the last call.

    The browser's own new tab (chrome://) and data: are not the network.
    """
    messages: list[dict[str, Any]] = [
        json.loads(entry["message"])["message"] for entry in driver.get_log("performance")
    ]
    return [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
        and not message["params"]["request"]["url"].startswith(("chrome:", "data:"))
    ]


def console(driver: Chrome) -> list[str]:
    """What the console has said since the last call; a failed request is among it."""
    return [entry["message"] for entry in driver.get_log("browser")]


def _found(program: str) -> str:
    path = shutil.which(program)
    assert path is not None, f"{program} is not installed: apt-get install chromium chromium-driver"
    return path
