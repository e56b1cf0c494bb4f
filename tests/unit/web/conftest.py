"""What the tests of the page's server share."""

import pytest

from kickitout.instrument.instrument import load
from kickitout.web.studio import Studio


@pytest.fixture(scope="package")
def studio():
    """The shipped model, and what was made with it."""
    one = Studio(load())
    yield one
    one.close()
