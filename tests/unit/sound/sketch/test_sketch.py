"""Sketches in NumPy: the twin of what is trained, and what holds for any sketch."""

import dataclasses

import numpy as np
import pytest
import torch

from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.sketch import edits
from kickitout.sound.sketch.clip import driven, to_stereo
from kickitout.sound.sketch.parts import Parts, made_body, take_apart
from kickitout.sound.sketch.render import render, rest_waveforms
from kickitout.sound.sketch.sketch import AIR_SHAPE, SKETCH_SHAPES, Sketch
from kickitout.sound.sketch.view import view
from kickitout.training.kickgan import analysis, rendering
from kickitout.training.kickgan import sketch as bca

SILENT = -30.0


def white(*shape, seed=0):
    return np.random.Generator(np.random.Philox(key=seed)).standard_normal(shape).astype(np.float32)


def some_sketch(seed=0, level=-2.0):
    arrays = {name: white(*shape, seed=10 * seed + place) for place, (name, shape) in enumerate(SKETCH_SHAPES.items())}
    arrays["envelope"] += np.float32(level)
    arrays["log_amplitude"] -= np.float32(2.0)
    arrays["grain"] = 0.2 * np.abs(arrays["grain"])
    arrays["drive"] = np.abs(arrays["drive"])
    arrays["frequency"] = 60.0 * np.exp(0.3 * arrays["frequency"])
    return Sketch(**arrays)


def both(seed=0, level=-2.0):
    """A sketch as training has it, and as it is played: with the soft cut made."""
    one = some_sketch(seed, level)
    learned = bca.Sketch(**{name: torch.from_numpy(getattr(one, name))[None] for name in SKETCH_SHAPES})
    return learned, dataclasses.replace(one, envelope=rendering.fade_out(learned.envelope)[0].numpy())


def test_shapes_are_those_of_the_twin():
    assert list(SKETCH_SHAPES) == [field.name for field in dataclasses.fields(bca.Sketch)]


@pytest.mark.parametrize("level", [-9.0, -2.0, 1.0])
def test_rest_and_side_are_the_twins(level):
    (learned, one), noise = both(level=level), white(3, 22_050, seed=7)
    expected = rendering.rest_waveforms(learned, torch.from_numpy(noise)[None])[0].numpy()
    assert np.abs(rest_waveforms(one, noise) - expected).max() < 1e-5 * max(1.0, np.abs(expected).max())


@pytest.mark.parametrize("seed", range(3))
def test_the_sound_is_the_twins(seed):
    (learned, one), noise = both(seed), white(3, 22_050, seed=7)
    made = rendering.finished(rendering.render(learned, torch.from_numpy(noise)[None]), learned)
    expected = rendering.to_stereo(made)[0].numpy()
    assert np.abs(to_stereo(render(one, noise)) - expected).max() < 1e-4


@pytest.mark.parametrize("seed", [0, 16, 80])
def test_the_view_is_the_twins(seed):
    parts = take_apart(synthesise_kick(seed)[0])
    tensors = [torch.from_numpy(getattr(parts, name))[None] for name in ("rest", "side", "log_amplitude", "frequency")]
    expected = analysis.targets(*tensors, torch.tensor([parts.phase]))
    for name, array in vars(view(parts)).items():
        assert array.dtype == np.float32
        torch.testing.assert_close(torch.from_numpy(array), getattr(expected, name), rtol=1e-5, atol=1e-6)


def test_the_louder_channel_has_the_peak_one():
    for seed in range(3):
        assert np.abs(to_stereo(render(some_sketch(seed), white(3, 22_050)))).max() == pytest.approx(1.0)


def test_drive_lifts_what_is_quiet_and_leaves_the_peak():
    mid_side = np.stack([np.linspace(-1.0, 1.0, 2_001), np.zeros(2_001)])
    assert np.array_equal(driven(mid_side, 0.0), mid_side)
    louder, loudest = driven(mid_side, 0.5), driven(mid_side, 1.0)
    assert (np.diff(louder[0]) > 0.0).all()
    assert (np.abs(loudest[0]) >= np.abs(louder[0])).all()
    assert (np.abs(louder[0]) >= np.abs(mid_side[0])).all()
    assert louder[0][[0, 1_000, -1]] == pytest.approx([-1.0, 0.0, 1.0])
    assert louder[0][1_010] == pytest.approx(0.01 * np.exp(0.5), rel=1e-3)


def test_drive_flattens_the_wave_and_not_what_is_fine_on_its_tops():
    time = np.arange(2_205) / 44_100
    fine = 0.05 * np.cos(np.pi * 44_100 / 2 * time)  # on every second sample, up and down in turns
    mid_side = np.stack([0.9 * np.sin(2 * np.pi * 60.0 * time) + fine, np.zeros(2_205)])
    made = driven(mid_side, 2.0)[0]
    assert np.abs(made).max() == pytest.approx(np.abs(mid_side).max())
    top = slice(110, 258)  # about the first top, at sample 184
    before, after = (0.25 * (wave[:-3] + wave[1:-2] + wave[2:-1] + wave[3:])[top] for wave in (mid_side[0], made))
    assert before.min() < 0.85 * before.max()
    assert after.min() > 0.95 * after.max()  # flat
    assert np.abs(made[top][2:] - made[top][:-2]).mean() > 0.02


def test_driven_silence_is_silence():
    assert not driven(np.zeros((2, 100)), 3.0).any()


def quiet(**arrays):
    """A sketch of silence but for what is given."""
    silent = {name: np.full(shape, SILENT, np.float32) for name, shape in SKETCH_SHAPES.items()}
    nothing = ("low", "click", "attack", "snap", "grain", "drive")
    silent |= {name: np.zeros(SKETCH_SHAPES[name], np.float32) for name in nothing}
    silent |= {"frequency": np.full(345, 55.0, np.float32), "phase": np.array([2.0, 0.0], np.float32)}
    silent["wide"] = np.ones(1, np.float32)
    return Sketch(**(silent | arrays))


def test_silence_stays_silence():
    assert np.abs(render(quiet(), white(3, 22_050))).max() < 1e-6


def test_a_body_alone_is_the_made_body_in_the_middle():
    log_amplitude = np.linspace(-0.1, -6.0, 345).astype(np.float32)
    mid, side = render(quiet(log_amplitude=log_amplitude), white(3, 22_050))
    wave = made_body(log_amplitude, np.full(345, 55.0), 0.0)
    assert mid == pytest.approx(wave / np.abs(wave).max(), abs=1e-6)
    assert np.abs(side).max() < 1e-6


def test_a_predicted_spectrum_comes_back_as_its_view():
    """What is said of the first frames, without noise, is what is found there."""
    click = 0.3 * white(2, 2, 257, 28, seed=3)
    envelope = np.full((2, 45, 176), SILENT, np.float32)
    envelope[..., :28] = 0.0
    made = rest_waveforms(quiet(envelope=envelope, click=click), np.zeros((3, 22_050)))
    tracks = np.zeros(345, np.float32)
    again = view(Parts(tracks, tracks, 0.0, *made.astype(np.float32), 1.0, 1, 1)).click[0]
    # Not every array of numbers is the spectrum of a sound: the nearest one is made, and that one is kept exactly.
    twice = rest_waveforms(quiet(envelope=envelope, click=again), np.zeros((3, 22_050)))
    part = slice(600, 2800)
    assert np.abs(twice[:, part] - made[:, part]).max() < 2e-3 * np.abs(made[:, part]).max()
    assert np.corrcoef(again.ravel(), click.ravel())[0, 1] > 0.4


def test_noise_alone_follows_its_envelope():
    envelope = np.full((2, 45, 176), -2.0, np.float32)
    envelope[:, :, 88:] = -4.0
    share = np.full((2, 45, 176), 30.0, np.float32)  # all of it is noise
    made = rest_waveforms(quiet(envelope=envelope, noise_share=share), white(3, 22_050, seed=5))
    loud, soft = made[:, 1000:11_000].std(), made[:, 12_000:21_000].std()
    assert loud / soft == pytest.approx(np.exp(2.0), rel=0.03)


def test_another_shape_is_refused():
    arrays = vars(some_sketch())
    with pytest.raises(ValueError, match="a sketch has the shapes"):
        Sketch(**(arrays | {"phase": np.zeros(3, np.float32)}))


def test_logits_of_any_size_give_numbers():
    share = np.where(white(2, 45, 176) > 0, 1e4, -1e4).astype(np.float32)
    made = render(dataclasses.replace(some_sketch(), noise_share=share), white(3, 22_050))
    assert np.isfinite(made).all()


def test_a_drive_that_is_set_takes_crest_and_never_loudness():
    """Also of a kick whose noise would stand out of its clip: the model's own clip follows what is smoothed."""
    one, noise = some_sketch(3), white(*AIR_SHAPE)
    crests, peaks = [], []
    for decibels in (0.0, 3.0, 6.0, 12.0, 20.0, 30.0):
        sound = to_stereo(render(edits.saturated(one, decibels), noise))
        crests.append(20.0 * np.log10(np.abs(sound).max() / np.sqrt((sound**2).mean())))
        peaks.append(np.abs(sound).max())
    assert (np.diff(crests) < 0.0).all()
    assert peaks == pytest.approx([1.0] * 6)
    assert crests[0] - crests[-1] > 6.0


def test_a_drive_of_0_is_clean():
    one, noise = some_sketch(4), white(*AIR_SHAPE)
    clean = dataclasses.replace(one, drive=np.zeros(1, np.float32))
    assert render(edits.saturated(one, 0.0), noise) == pytest.approx(render(clean, noise), abs=1e-12)
    assert edits.saturated(one, 12.0).drive_db == pytest.approx(12.0)
