"""Cards from before the drive was saturation: what they called drive is noise, and their width was a quantile."""

import json
from itertools import pairwise

from kickitout.model import controls
from kickitout.model.card import Card, drive_control
from testing.tiny_sketch import sketch_card

TABLE = [float(percent) for percent in range(101)]


def written(drive=("drive", "drive"), width="quantile", **changes):
    """The JSON of a card with two controls, as it was written."""
    rows = [(*drive, "quantile"), ("width", "width_db", width)]
    listed = [
        {"name": name, "descriptor": of, "unit": unit, "minimum": 0.0, "maximum": 1.0, "quantiles": TABLE}
        for name, of, unit in rows
    ]
    return json.dumps(sketch_card().model_dump(mode="json") | {"controls": listed} | changes)


def test_the_drive_of_an_older_card_is_noise_and_there_is_a_drive_beside_it():
    card = Card.model_validate_json(written())
    assert [one.name for one in card.controls] == ["noise", "drive", "width"]
    assert [one.name for one in card.scored] == ["noise", "width"]
    assert card.controls[0].quantiles == TABLE
    assert card.controls[1] == drive_control()
    assert card.controls[2].unit == controls.SIDE


def test_a_card_of_today_stays_as_it_is_and_is_read_as_it_was_written():
    card = Card.model_validate_json(written())
    assert Card.model_validate_json(card.model_dump_json()) == card
    without = Card.model_validate_json(written(("noise", "noise"), controls.SIDE))
    assert [one.name for one in without.controls] == ["noise", "width"]


def test_the_table_of_the_drive_is_its_scale():
    gains = drive_control().quantiles
    assert (gains[0], gains[-1]) == (0.0, controls.HARDEST_DB)
    assert all(low < high for low, high in pairwise(gains))
