"""Chromium without a window, and what tests ask of a page in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 20.0
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--force-color-profile=srgb",
    "--force-device-scale-factor=1",
)
LOGS = {"browser": "ALL", "performance": "ALL"}

Outcome = TypeVar("Outcome")


def missing() -> str | None:
    """Why there is no browser; None where there is one."""
    if not (_chromium() and shutil.which("chromedriver")):
        return "needs Debian's chromium and chromium-driver, or their like, in PATH"
    return None


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def browser() -> Iterator[Browser]:
    options = webdriver.ChromeOptions()
    options.binary_location = _chromium() or ""
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", LOGS)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


class Browser:
    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, address: str, width: int = 1280, height: int = 900) -> None:
        """In a viewport of CSS pixels; what was logged before is forgotten."""
        self.command("Network.setCacheDisabled", cacheDisabled=False)
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.driver.get("about:blank")
        for kind in LOGS:
            self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        self.driver.get(address)

    def command(self, name: str, **parameters: Any) -> Any:
        """Of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def media(self, **features: str) -> None:
        """What the page believes of its user, as prefers_color_scheme="dark"."""
        named = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self.command("Emulation.setEmulatedMedia", features=named)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def run(self, script: str, *arguments: object) -> Any:
        """The value of a function's body."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition: Callable[[], Outcome]) -> Outcome:
        """Until something is true; then that."""
        return WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: condition())

    def console_errors(self) -> list[dict[str, Any]]:
        """Since the page was opened."""
        logged = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry for entry in logged if entry["level"] == "SEVERE"]

    def events(self, method: str) -> list[dict[str, Any]]:
        """Of the DevTools protocol, since the page was opened, or since they were asked for."""
        logged = self.driver.get_log("performance")  # type: ignore[no-untyped-call]
        messages = [json.loads(entry["message"])["message"] for entry in logged]
        return [message["params"] for message in messages if message["method"] == method]

    def pixels(self, element: WebElement) -> NDArray[np.uint8]:
        """An element as it is seen, scrolled into view: uint8 (rows, width, 3)."""
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        png = element.screenshot_as_png
        return np.asarray(Image.open(BytesIO(png)).convert("RGB"))
