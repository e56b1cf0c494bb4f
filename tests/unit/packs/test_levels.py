"""One loudness for a pack."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.instrument.finishing import PROCESSING
from kickitout.library import synthesis
from kickitout.measure.descriptors import describe
from kickitout.packs.levels import CEILING_DBTP, common_loudness, highest_peak, loudness, peak_for

KICKS = st.lists(st.tuples(st.floats(-40.0, -5.0), st.floats(-6.0, 6.0)), min_size=1, max_size=30)


@given(KICKS)
def test_nine_of_ten_reach_the_common_loudness(kicks):
    wanted = common_loudness(kicks)
    reach = [loud + room for loud, room in kicks]
    assert min(reach) - 1e-9 <= wanted <= max(reach) + 1e-9
    assert np.mean([one >= wanted - 1e-9 for one in reach]) >= 0.9 - 1.0 / len(kicks)


@given(st.floats(-40.0, -5.0), st.floats(-1.0, 3.0), st.floats(-40.0, 0.0))
def test_a_peak_gives_the_loudness_or_stays_at_the_ceiling(loud, true_peak, wanted):
    described = {"loudness_lufs": loud, "true_peak_db": true_peak}
    peak = peak_for(described, -1.0, wanted)
    gain = peak + 1.0
    assert true_peak + gain <= CEILING_DBTP + 1e-6
    assert loud + gain <= wanted + 1e-6
    assert min(wanted - loud, CEILING_DBTP - true_peak) - gain <= 0.01 + 1e-6
    assert round(peak, 2) == peak


@pytest.mark.parametrize("seed", range(4))
def test_real_sound_comes_to_the_loudness(seed):
    audio = PROCESSING.apply(synthesis.synthesise_kick(seed)[0])
    described = describe(audio)
    wanted = loudness(described) - 5.0
    peak = peak_for(described, PROCESSING.peak_dbfs, wanted)
    made = PROCESSING.model_copy(update={"peak_dbfs": peak}).apply(synthesis.synthesise_kick(seed)[0])
    assert loudness(describe(made)) == pytest.approx(wanted, abs=0.011)
    assert highest_peak(describe(made), peak) == pytest.approx(highest_peak(described, PROCESSING.peak_dbfs), abs=0.01)
