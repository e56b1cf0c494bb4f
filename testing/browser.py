"""A headless browser for tests of pages: the system's Chromium, driven by playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What the program is called; the Makefile's `browser` looks for the same."""


def find_browser() -> str:
    """The program's path. Without one the test is skipped; where CI is set it fails, so that nothing goes untested."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        message = "there is no Chromium here; `make browser` installs it where it can"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless browser; closed at the end."""
    path = find_browser()
    with sync_playwright() as playwright:
        # No sandbox: tests run as root in containers, where Chromium's own cannot be set up.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()
