"""Models that end at a sketch: latents from a prior, controls, and kicks that are taken in."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from kickitout.errors import DamagedFileError, InputError
from kickitout.instrument import exports, instrument, morphing, originals, varying
from kickitout.instrument.finishing import Processing
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.recipes import Encoding, Recipe
from kickitout.instrument.request import Request
from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.descriptors import describe
from kickitout.measure.descriptors.levels import highest_true_peak, true_peak
from kickitout.measure.gate import Fault, Verdict
from kickitout.model import controls, noise, voice
from kickitout.model.bundle import Bundle, seal
from kickitout.model.voice import Voice
from kickitout.sound import audio
from kickitout.sound.sketch import tail
from kickitout.sound.sketch.clip import to_stereo
from kickitout.sound.sketch.render import render
from kickitout.sound.sketch.sketch import SKETCH_SHAPES, Sketch
from kickitout.system import randomness
from testing.tiny_bundle import write_tiny_bundle
from testing.tiny_sketch import air, files, sketch_card, sketch_graph, tiny_prior, write_sketch_bundle

PLAIN = Processing(dc_free=False, silence_db=None, side_db=None, fade_ms=0.0, peak_dbtp=0.0)


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    return instrument.load(write_sketch_bundle(tmp_path_factory.mktemp("models") / "sketchy"), gate=False)


@pytest.fixture(scope="module")
def kick(player):
    """A kick with a body, a rest and a side, whose channels and halves are not alike."""
    return player.kick(3, PLAIN).audio


# --- seeds


def test_a_kick_depends_on_its_seed_and_controls_alone(player):
    for asked in (None, {"pitch": 70.0}):
        alone = {seed: player.kick(seed, controls=asked).audio for seed in (5, 8)}
        for threads in (1, 3):
            batch = player.generate(4, seed=5, threads=threads, controls=asked)
            for seed, sound in alone.items():
                np.testing.assert_array_equal(batch[seed - 5].audio, sound)


def test_how_many_threads_numpy_takes_changes_no_bit(player):
    made = []
    for threads in (1, 2, 4):
        with threadpool_limits(threads):
            made.append(player.kick(5, controls={"pitch": 70.0}).audio)
    assert np.array_equal(made[0], made[1])
    assert np.array_equal(made[0], made[2])


def test_streams_are_called_what_they_were_called():
    assert (voice.COMPONENT, noise.AIR, voice.PHASE) == ("component", "air", "phase")


def test_the_latent_is_drawn_from_the_prior(player):
    prior = tiny_prior()
    for seed in range(5):
        choice = randomness.uniform(seed, "component", 1)
        normal = randomness.normal(seed, "latent", (1, 4)).astype(np.float64)
        assert player.voice.latent(seed) == pytest.approx(prior.points(choice, normal)[0], abs=1e-5)


def test_without_a_prior_the_latent_is_standard_normal():
    contents = files()
    del contents["prior.npz"]
    player = Voice(Bundle(Path("memory"), seal(sketch_card(prior=None), contents)))
    np.testing.assert_array_equal(player.latent(7), randomness.normal(7, "latent", (4,)))


def test_the_sound_is_the_sketch_rendered_with_the_seeds_noise(player):
    latent = player.voice.latent(9)
    layers = randomness.normal(9, "layers", (1, 2, 5))
    outputs = player.bundle.run("generator", {"latent": latent[None], "layer_noise": layers})
    one = Sketch(**{name: array[0] for name, array in outputs.items()})
    expected = to_stereo(render(one, air(9)))
    np.testing.assert_allclose(player.kick(9, PLAIN).audio, expected / highest_true_peak(expected), atol=1e-6)
    assert np.abs(expected).max() == pytest.approx(1.0)


# --- controls


def measured(player, name, seeds=range(12), **controls):
    found = [describe(player.voice.sound(player.voice.latent(seed, controls), seed)).get(name) for seed in seeds]
    return np.array([value for value in found if value is not None])


def test_what_is_asked_for_comes_out(player):
    for pitch in (45.0, 60.0, 80.0):
        found = measured(player, "pitch_hz", pitch=pitch)
        assert len(found) == 12
        apart = np.abs(np.log2(found / pitch))  # octaves
        assert np.median(apart) < 0.05
        assert apart.max() < 0.25


def test_a_seeds_own_kick_is_steered_to_what_is_asked(player):
    for hertz in (45.0, 60.0, 80.0):
        for seed in range(4):
            made = player.voice.render(seed, {"pitch": hertz})
            found = describe(made.sound)["pitch_hz"]
            assert made.targets == {"pitch": hertz}
            assert made.measured["pitch"] == pytest.approx(found)
            assert abs(1200.0 * np.log2(found / hertz)) < 12.0
    np.testing.assert_array_equal(player.voice.render(3).sound, player.voice.sound(player.voice.latent(3), 3))


def test_what_is_asked_is_asked_of_the_finished_sound(player):
    def higher(sound):
        """Every other sample: an octave up."""
        return np.concatenate([sound[:, ::2], np.zeros_like(sound[:, ::2])], axis=1)

    made = player.voice.render(2, {"pitch": 90.0}, higher)
    assert describe(higher(made.sound))["pitch_hz"] == pytest.approx(90.0, rel=0.01)
    assert describe(made.sound)["pitch_hz"] == pytest.approx(45.0, rel=0.02)


def test_what_is_left_open_stays_open(player):
    free = np.array([player.voice.latent(seed) for seed in range(300)])
    low = np.array([player.voice.latent(seed, {"pitch": 45.0}) for seed in range(300)])
    assert low[:, 1].std() < 0.3 * free[:, 1].std()
    assert low[:, 2].std() == pytest.approx(free[:, 2].std(), rel=0.1)
    asked = controls.REACH[0] + 0.9 * (controls.REACH[1] - controls.REACH[0])
    several = np.array([player.voice.latent(seed, {"pitch": 45.0, "brightness": 0.9}) for seed in range(300)])
    assert several[:, 1] == pytest.approx(low[:, 1], abs=0.4)
    assert several[:, 2].mean() == pytest.approx(np.quantile(free[:, 2], asked), abs=0.2)


def test_no_wishes_are_the_seed_alone(player):
    np.testing.assert_array_equal(player.kick(4, controls={}).audio, player.kick(4).audio)
    assert "controls" not in player.kick(4, controls={}).recipe


def test_the_order_of_wishes_changes_nothing_and_they_are_narrowed_once(player):
    one = {"pitch": 55.0, "brightness": 0.3}
    np.testing.assert_array_equal(player.voice.latent(1, one), player.voice.latent(1, dict(reversed(one.items()))))
    fresh = Voice(player.bundle)
    for seed in range(5):
        fresh.latent(seed, one)
    assert fresh._distribution.cache_info().misses == 1


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        ({"pitch": 5.0}, r"pitch 5: out of range for the model sketchy; give [\d.]+ to [\d.]+ Hz$"),
        ({"pitch": float("nan")}, "pitch nan: out of range"),
        ({"brightness": 1.01}, r"brightness 1.01: out of range .* give 0 to 1$"),
        ({"brightness": -0.1}, "brightness -0.1: out of range"),
        (
            {"pich": 50.0},
            r"^pich 50: not a control of the model sketchy; did you mean pitch\? it has pitch, bri",
        ),
        ({"reverb": 0.5}, "^reverb 0.5: not a control of the model sketchy; it has pitch, brightness"),
    ],
)
def test_controls_that_cannot_be_are_named(player, tmp_path, controls, words):
    with pytest.raises(InputError, match=words):
        player.kick(0, controls=controls)
    with pytest.raises(InputError, match=words):
        player.generate(3, seed=0, threads=2, controls=controls)
    with pytest.raises(InputError, match=words):
        exports.prepare_folder(tmp_path / "new", player, Request(seeds=[0], controls=controls), Encoding())
    assert not (tmp_path / "new").exists()


def test_a_model_without_controls_says_so(tmp_path):
    player = instrument.load(write_tiny_bundle(tmp_path / "tiny", output="waveform"), gate=False)
    with pytest.raises(InputError, match=r"^pitch 50: not a control of the model tiny; it has none$"):
        player.kick(0, controls={"pitch": 50.0})


@settings(deadline=None, max_examples=10)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(0, 1000))
def test_any_control_in_range_makes_a_kick(player, pitch, brightness, seed):
    control = player.bundle.card.controls[0]
    hertz = min(control.minimum + pitch * (control.maximum - control.minimum), control.maximum)
    audio = player.kick(seed, controls={"pitch": hertz, "brightness": brightness}).audio
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() > 0.8


# --- recipes


def test_a_recipe_holds_the_controls_and_replays(player, tmp_path):
    kick = player.kick(12, controls={"pitch": 50, "brightness": 0.25})
    kick.save(tmp_path / "a.wav")
    recipe = Recipe.read(tmp_path / "a.wav")
    assert recipe.controls == {"pitch": 50.0, "brightness": 0.25}
    again = player.kick(recipe.seed, recipe.processing, recipe.controls)
    np.testing.assert_array_equal(again.audio, kick.audio)
    assert again.recipe == kick.recipe


def test_a_file_is_replaced_only_by_the_same_request(player, tmp_path):
    requests = [Request(seeds=[1], controls=one) for one in ({"pitch": 50.0}, {}, {"pitch": 51.0})]
    for count, request in enumerate(requests, 1):
        assert exports.prepare_folder(tmp_path, player, request, Encoding()) == []
        ((path, _),) = exports.write_kicks(player, request, tmp_path, Encoding())
        before = path.read_bytes()
        assert exports.prepare_folder(tmp_path, player, request, Encoding()) == [path]
        list(exports.write_kicks(player, request, tmp_path, Encoding()))
        assert path.read_bytes() == before
        assert len(list(tmp_path.iterdir())) == count
    path.write_text("mine")
    for request in requests:
        with pytest.raises(InputError, match="is already there"):
            exports.prepare_folder(tmp_path, player, request, Encoding())


# --- kicks that are taken in


def test_the_encoder_finds_the_pitch(player):
    for seed in range(4):
        latent = player.voice.latent(seed)
        found = player.encode(player.voice.sound(latent, seed))
        assert found.shape == (4,)
        assert found.dtype == np.float32
        assert found[1] == pytest.approx(latent[1], abs=0.35)


def test_gain_polarity_and_sides_of_a_kick_are_its_own(player, kick):
    made = player.reconstruct(kick, 5)
    assert made.shape == kick.shape
    assert made.dtype == np.float32
    assert np.abs(made).max() == pytest.approx(np.abs(kick).max(), rel=1e-5)
    assert player.reconstruct(-kick, 5) == pytest.approx(-made, abs=1e-5)
    assert player.reconstruct(0.25 * kick, 5) == pytest.approx(0.25 * made, abs=1e-5)
    assert player.reconstruct(kick[::-1], 5) == pytest.approx(made[::-1], abs=1e-5)
    # It goes the way of the kick: the body is a body again.
    assert float((made * kick).sum()) > 0.0


@pytest.mark.parametrize("step", [12, pytest.param(4, marks=pytest.mark.slow)])
def test_a_reconstruction_has_the_pitch_of_its_kick(player, step):
    compared = 0
    for seed in range(0, 160, step):
        kick = synthesise_kick(seed)[0]
        wanted, found = (describe(sound).get("pitch_hz") for sound in (kick, player.reconstruct(kick, 5)))
        if wanted is not None and found is not None and 30.0 < wanted < 120.0:
            assert abs(1200.0 * np.log2(found / wanted)) < 15.0
            compared += 1
    assert compared >= 4


def test_the_noise_of_a_reconstruction_is_the_seeds(player, kick):
    np.testing.assert_array_equal(player.reconstruct(kick, 5), player.reconstruct(kick, 5))
    assert (player.reconstruct(kick, 5) != player.reconstruct(kick, 6)).any()
    with pytest.raises(InputError, match=r"^seed -1: out of range; seeds go from 0 to 9223372036854775807$"):
        player.reconstruct(kick, -1)


def test_silence_is_taken_in_and_stays_silence(player):
    silence = np.zeros((2, 22_050), np.float32)
    assert np.isfinite(player.encode(silence)).all()
    assert not player.reconstruct(silence).any()


def test_what_is_no_kick_is_refused(player):
    with pytest.raises(ValueError, match="shape"):
        player.encode(np.zeros((2, 100), np.float32))


def test_a_model_without_an_encoder_says_so(tmp_path):
    player = instrument.load(write_tiny_bundle(tmp_path / "tiny", output="waveform"), gate=False)
    with pytest.raises(InputError, match=r"^model tiny: it has no encoder"):
        player.encode(np.zeros((2, 22_050), np.float32))


# --- what cannot be had, and what is unusual


def test_what_cannot_be_had_is_told_in_a_sentence(player):
    near, far = player.kick(3, controls={"pitch": 60.0}), player.kick(3, controls={"brightness": 1.0})
    assert near.remarks == ()
    assert player.kick(3).remarks == ()
    (remark,) = far.remarks
    assert re.fullmatch(r"brightness: [\d.]+ requested, [\d.]+ is the closest that was found", remark)


def test_a_model_that_knows_how_far_its_kicks_were_can_be_asked_for_wild_ones(tmp_path):
    table = [float(value) for value in np.linspace(3.0, 12.0, 101)]
    player = instrument.load(write_sketch_bundle(tmp_path / "wild", wildness=table), gate=False)
    own = player.kick(3)
    still, some, most = (player.kick(3, controls={"wild": share}) for share in (0.0, 0.5, 1.0))
    np.testing.assert_array_equal(still.audio, own.audio)
    assert 0.0 < np.linalg.norm(some.audio - own.audio) < np.linalg.norm(most.audio - own.audio)
    both = player.kick(3, controls={"wild": 0.5, "pitch": 60.0})
    assert describe(both.audio)["pitch_hz"] == pytest.approx(60.0, rel=0.005)
    assert both.recipe["controls"] == {"wild": 0.5, "pitch": 60.0}
    with pytest.raises(InputError, match=r"wild 1.5: out of range for the model wild; give 0 to 1$"):
        player.kick(3, controls={"wild": 1.5})


# --- stems and lengths


@pytest.mark.parametrize("wishes", [None, {"pitch": 55.0}])
def test_stems_sum_to_the_kick(player, wishes):
    for processing in (Processing(), PLAIN, Processing(length_ms=120.0), Processing(length_ms=900.0)):
        kick = player.kick(3, processing, wishes)
        stems = player.stems(kick)
        assert list(stems) == ["body", "click", "air"]
        np.testing.assert_allclose(sum(stem.audio for stem in stems.values()), kick.audio, atol=1e-6)
        assert all(stem.audio.any() for stem in stems.values())
        assert {stem.recipe["stem"] for stem in stems.values()} == set(stems)


def test_the_body_is_the_low_end_and_air_is_what_another_seed_changes(player):
    stems = player.stems(player.kick(3, PLAIN))
    power = {name: np.square(np.abs(np.fft.rfft(stem.audio[0]))) for name, stem in stems.items()}
    low = {name: one[10:80].sum() / one.sum() for name, one in power.items()}  # 20 to 160 Hz
    assert low["body"] > 0.8 > 0.2 > low["air"]


def test_stems_in_files_stay_below_the_peak_and_are_made_again(player, tmp_path):
    made = dict(exports.write_kicks(player, Request(seeds=[1, 2], stems=True), tmp_path, Encoding()))
    assert len(made) == 8
    for path, kick in made.items():
        assert true_peak(kick.audio.astype(float)) <= 10 ** (-1 / 20) + 1e-6
        again = originals.replay(player, Recipe.read(path))
        np.testing.assert_array_equal(again.audio, kick.audio)
    for seed in (1, 2):
        whole = next(
            path for path, kick in made.items() if (kick.recipe["seed"], "stem" in kick.recipe) == (seed, False)
        )
        names = [whole, *(whole.with_stem(f"{whole.stem}_{part}") for part in ("body", "click", "air"))]
        whole, *parts = (audio.read(name)[0] for name in names)
        assert np.abs(sum(parts) - whole).max() < 4 * 2.0**-23


@pytest.mark.parametrize("wishes", [{}, {"pitch": 70.0, "brightness": 0.7}])
def test_a_mono_kick_is_the_fold_of_the_stereo_one_as_loud_as_may_be_and_is_replayed(player, tmp_path, wishes):
    mono = Processing(mono=True)
    stereo, folded = (player.kick(5, processing, wishes) for processing in (Processing(), mono))
    fold = stereo.audio.mean(axis=0)
    for channel in folded.audio:
        np.testing.assert_allclose(channel / np.abs(channel).max(), fold / np.abs(fold).max(), atol=1e-5)
    peaks = [highest_true_peak(one.audio.astype(np.float64)) for one in (stereo, folded)]
    assert peaks == pytest.approx([10.0 ** (-1.0 / 20.0)] * 2, rel=1e-4)  # not that of the fold
    assert sum(part.audio for part in player.stems(folded).values()) == pytest.approx(folded.audio, abs=1e-5)
    path = tmp_path / "a.wav"
    folded.save(path)
    assert audio.read(path)[0].shape == (1, folded.audio.shape[1])
    recipe = Recipe.read(path)
    assert recipe.processing.mono
    assert originals.replay(player, recipe).encode() == path.read_bytes()
    assert "mono" not in stereo.recipe["processing"]  # recipes of stereo kicks are as they were


def test_what_is_made_of_a_mono_kick_is_mono_unless_both_ends_of_a_morph_are_not(player):
    mono, stereo = (
        originals.original_of(player, Recipe.model_validate(player.kick(5, Processing(mono=one)).recipe))
        for one in (True, False)
    )
    (varied,) = varying.vary(player, mono, 1, seed=1)
    assert varied.channels == 1
    assert [kick.channels for kick in morphing.morph(player, mono, stereo, 3)] == [1, 2, 2]


def test_a_stem_is_taken_in_as_anybodys_sound(player, tmp_path):
    stem = player.stems(player.kick(3))["air"]
    stem.save(tmp_path / "air.wav")
    original = originals.open_original(player, tmp_path / "air.wav")
    assert (original.source.file, original.source.recipe) == ("air.wav", None)
    assert original.remarks[0].startswith("unlike a kick: air.wav: ")


def test_a_model_without_parts_has_no_stems(tmp_path):
    player = instrument.load(write_tiny_bundle(tmp_path / "tiny", output="waveform"), gate=False)
    with pytest.raises(InputError, match=r"^model tiny: makes kicks in one piece; choose another model, or"):
        player.stems(player.kick(0))


@pytest.mark.parametrize("wishes", [None, {"pitch": 55.0, "brightness": 0.7}])
def test_a_length_cuts_and_fades_the_same_kick(player, wishes):
    whole = player.kick(3, controls=wishes)
    for length in (30.0, 80.0, 499.0):
        cut = player.kick(3, Processing(length_ms=length), wishes)
        kept = round(length * 44.1)
        assert cut.audio.shape == (2, kept)
        assert np.abs(cut.audio[:, -1]).max() < 1e-3
        start = slice(0, int(0.74 * kept))
        ratio = np.abs(cut.audio[:, start]).max() / np.abs(whole.audio[:, start]).max()
        np.testing.assert_allclose(cut.audio[:, start], ratio * whole.audio[:, start], atol=1e-6)
        assert highest_true_peak(cut.audio.astype(np.float64)) == pytest.approx(10 ** (-1 / 20), abs=1e-4)


def test_a_length_never_draws_another_kick(player, monkeypatch):
    """The gate judges the kick as it is without a length, also one that would fail as it is cut."""
    judged = []

    def judge(sound, rate):
        judged.append(sound)
        faults = () if len(judged) % 2 == 0 else (Fault("hum", 0.0, -45.0, "bad"),)
        return Verdict(faults, {})

    monkeypatch.setattr(instrument, "judge", judge)
    careful = player.accepting(gate=True, taste=False)
    made = [careful.kick(3, Processing(length_ms=length)) for length in (None, 30.0, 900.0)]
    assert [kick.recipe["attempt"] for kick in made] == [1, 1, 1]
    for first, second in zip(judged[::2], judged[1::2], strict=True):
        np.testing.assert_array_equal(first, judged[0])
        np.testing.assert_array_equal(second, judged[1])
    assert all(kick.whole is None for kick in made)


@pytest.mark.parametrize("wishes", [None, {"pitch": 55.0}])
def test_a_longer_kick_begins_as_the_kick_does_and_every_shorter_one_is_its_beginning(player, wishes):
    whole = player.kick(3, controls=wishes).audio
    long, longest = (player.kick(3, Processing(length_ms=length), wishes).audio for length in (700.0, 2000.0))
    assert (long.shape, longest.shape) == ((2, 30_870), (2, 88_200))
    np.testing.assert_array_equal(longest[:, : tail.JOIN], whole[:, : tail.JOIN])
    unfaded = 30_870 - 5_513
    np.testing.assert_array_equal(longest[:, :unfaded], long[:, :unfaded])


def test_a_kick_with_a_length_replays_and_so_does_what_is_made_of_it(player, tmp_path):
    request = Request(seeds=[3], bpm=150.0, beats="5/2")
    (kick,) = player.kicks(request)
    assert kick.recipe["processing"]["length_ms"] == 1000.0
    kick.save(tmp_path / "long.wav")
    again = originals.replay(player, Recipe.read(tmp_path / "long.wav"))
    np.testing.assert_array_equal(again.audio, kick.audio)
    original = originals.open_original(player, tmp_path / "long.wav")
    (same,) = varying.vary(player, original, 1, seed=5, amount=0.0)
    np.testing.assert_array_equal(same.audio, kick.audio)
    (other,) = varying.vary(player, original, 1, seed=5, amount=0.5)
    assert other.audio.shape == kick.audio.shape
    np.testing.assert_array_equal(originals.replay(player, Recipe.model_validate(other.recipe)).audio, other.audio)
    short = originals.original_of(player, player.recipe(8, 0, Processing()))
    between = list(morphing.morph(player, original, short, 3))
    assert [round(one.duration_ms) for one in between][::2] == [1000, 500]
    assert 500 < between[1].duration_ms < 1000
    np.testing.assert_array_equal(
        originals.replay(player, Recipe.model_validate(between[1].recipe)).audio, between[1].audio
    )


@pytest.mark.parametrize("length", [29.0, 2000.5, 0.0, float("nan")])
def test_other_lengths_are_refused_with_the_limit(player, length):
    with pytest.raises(InputError, match=r"^length_ms .*: out of range; give 30 to 2000 ms$"):
        player.generate(1, seed=0, length_ms=length)
    assert Request(seeds=[0], length_ms=500.0).processing(player.bundle.card).length_ms is None


def test_a_model_without_sketches_makes_nothing_longer(tmp_path):
    player = instrument.load(write_tiny_bundle(tmp_path / "tiny", output="waveform"), gate=False)
    with pytest.raises(
        InputError, match=r"^length_ms 501: out of range; the model tiny makes kicks of 500 ms: give 30"
    ):
        player.generate(1, seed=0, length_ms=501.0)


# --- graphs that do not keep their word


def changed(**others):
    return Instrument(Bundle(Path("memory"), seal(sketch_card(), files() | others)), gate=False)


def test_a_sketch_of_another_shape_is_refused():
    player = changed(**{"generator.onnx": sketch_graph(phase=np.zeros(3))})
    with pytest.raises(DamagedFileError, match="sketchy gives"):
        player.kick(0)


def test_a_sketch_that_is_endlessly_loud_is_refused():
    loud = sketch_graph(log_amplitude=np.full(SKETCH_SHAPES["log_amplitude"], 1e4))
    with pytest.raises(DamagedFileError, match="infinite loudness"):
        changed(**{"generator.onnx": loud}).kick(0)


def test_an_encoder_of_another_size_is_refused():
    from testing.tiny_sketch import encoder_graph

    with pytest.raises(DamagedFileError, match="sketchy gives"):
        changed(**{"encoder.onnx": encoder_graph(3)}).encode(np.zeros((2, 22_050), np.float32))
