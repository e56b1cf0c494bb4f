"""Pages as their tests get them: a module that tests one gives the `address` to open."""

import pytest

from testing import player
from testing.browser import open_browser


@pytest.fixture(scope="module")
def browser():
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def visited(browser, address):
    visited = player.Visited(browser, address)
    yield visited
    visited.close()


@pytest.fixture
def page(visited):
    with visited.visit() as page:
        yield page


@pytest.fixture(scope="module")
def shared(browser, address):
    """A page for tests that leave its pads as they are."""
    with player.opened(browser, address) as page:
        yield page
