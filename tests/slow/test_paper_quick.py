"""`make paper-quick`: every experiment at its quick size, and the paper of it, in under ten minutes on two cores."""

import time

import pytest

from kickitout.experiments.catalogue import EXPERIMENTS
from paper import build

MINUTES = 10.0

pytestmark = pytest.mark.slow


def test_everything_is_made_from_quick_results():
    pytest.importorskip("typst", reason="the extra [paper] is not installed")
    begun = time.monotonic()
    pdf = build.build(quick=True)
    assert time.monotonic() - begun < 60.0 * MINUTES
    assert pdf.read_bytes().startswith(b"%PDF")
    place = pdf.parent
    assert {path.stem for path in (place / "results").glob("*.json")} == set(EXPERIMENTS)
    assert list((place / "figures").glob("*.svg"))
    assert build.QUICK_NOTE in (place / "data.typ").read_text(encoding="utf-8").replace("\\", "")
