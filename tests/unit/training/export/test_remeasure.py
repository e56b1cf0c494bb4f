"""A bundle whose controls are measured anew: all else stays the same."""

import pytest

from kickitout.errors import InputError
from kickitout.model import controls
from kickitout.model.bundle import Bundle
from kickitout.training.export.remeasure import remeasure
from testing.tiny_sketch import write_sketch_bundle


def test_controls_are_measured_anew_and_graphs_and_latents_stay(tmp_path):
    old = Bundle.open(write_sketch_bundle(tmp_path / "old"))
    card = remeasure(old, tmp_path / "new", 40, ["pitch"])
    new = Bundle.open(tmp_path / "new")
    assert new.card == card
    assert [new.graph(role) for role in new.card.graphs] == [old.graph(role) for role in old.card.graphs]
    for one, other in zip(vars(new.prior.marginal(4)).values(), vars(old.prior.marginal(4)).values(), strict=True):
        assert one == pytest.approx(other)
    assert new.prior.size == 4 + len(card.scored)
    tables = {control.name: control for control in card.controls}
    assert tables["pitch"].quantiles == old.card.controls[0].quantiles
    assert tables["decay"].minimum <= 40.0
    assert [name for name in ("brightness", "drive") if name in tables] == ["brightness", "drive"]
    assert tables["brightness"].quantiles != old.card.controls[1].quantiles
    assert {name for name in card.measured if name.startswith("controls/")} == {
        f"controls/{control.name}" for control in card.scored
    }
    assert sum("of its own" in sentence for sentence in card.limits) == 1
    again = remeasure(new, tmp_path / "again", 40, ["pitch"])
    assert again == card


def test_what_has_no_controls_and_what_it_does_not_have_is_refused(tmp_path):
    old = Bundle.open(write_sketch_bundle(tmp_path / "old"))
    with pytest.raises(InputError, match="not a control of the model old"):
        remeasure(old, tmp_path / "new", 40, ["boom"])
    assert controls.WILD not in {control.name for control in old.card.controls}
