"""The instrument: what a kick depends on, and on what not."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.signal import resample_poly

from kickitout.errors import DamagedFileError, InputError, KickItOutError, VersionError
from kickitout.instrument import instrument, models, recipes, verbs
from kickitout.instrument.finishing import Processing
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.recipes import Encoding, Recipe
from kickitout.instrument.request import Request, seeds_from
from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.descriptors import describe
from kickitout.measure.descriptors.levels import highest_true_peak
from kickitout.measure.gate import Fault, Verdict
from kickitout.model.card import GraphInput
from kickitout.sound import audio
from kickitout.sound.kick import Kick
from kickitout.system import randomness
from testing.tiny_bundle import N_SAMPLES, constant_graph, tiny_graph, write_tiny_bundle


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    return instrument.load(write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny"), gate=False)


# --- seeds


@pytest.mark.parametrize("count", [9, pytest.param(64, marks=pytest.mark.slow)])
def test_a_kick_depends_on_its_seed_alone(player, count):
    alone = {seed: player.kick(seed) for seed in (3, 3 + count // 2, 2 + count)}
    for threads in (1, 2, 5):
        batch = player.generate(count, seed=3, threads=threads)
        assert [kick.recipe["seed"] for kick in batch] == list(range(3, 3 + count))
        for seed, kick in alone.items():
            assert batch[seed - 3].encode() == kick.encode()


def test_neighbouring_seeds_are_different_kicks(player):
    kicks = player.generate(8, seed=0)
    assert len({kick.audio.tobytes() for kick in kicks}) == 8


def test_a_fresh_seed_is_told_in_the_recipe(player):
    first, second = player.generate(1)[0], player.generate(1)[0]
    assert first.recipe["seed"] != second.recipe["seed"]
    np.testing.assert_array_equal(player.kick(first.recipe["seed"]).audio, first.audio)


def test_all_kinds_of_numbers_come_from_streams_of_their_own(tmp_path):
    # A graph whose output is its inputs: the latent on the left, layer noise on the right.
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    shape = numpy_helper.from_array(np.array([1, 1, 100], dtype=np.int64), "shape")
    nodes = [
        helper.make_node("Reshape", ["latent", "shape"], ["left"]),
        helper.make_node("Reshape", ["layer", "shape"], ["right"]),
        helper.make_node("Concat", ["left", "right"], ["kick"], axis=1),
    ]
    inputs = [
        helper.make_tensor_value_info("latent", TensorProto.FLOAT, [1, 100]),
        helper.make_tensor_value_info("layer", TensorProto.FLOAT, [1, 1, 10, 10]),
    ]
    output = [helper.make_tensor_value_info("kick", TensorProto.FLOAT, [1, 2, 100])]
    model = helper.make_model(
        helper.make_graph(nodes, "g", inputs, output, [shape]),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )
    onnx.checker.check_model(model)
    path = write_tiny_bundle(
        tmp_path / "both",
        output="waveform",
        graph=model.SerializeToString(),
        n_samples=100,
        inputs=[
            GraphInput(name="latent", shape=[1, 100], kind="latent", purpose="latent"),
            GraphInput(name="layer", shape=[1, 1, 10, 10], kind="noise", purpose="noise/layer"),
        ],
    )
    plain = Processing(dc_free=False, silence_db=None, side_db=None, fade_ms=0.0, peak_dbtp=0.0)
    kick = instrument.load(path, gate=False).kick(5, plain).audio
    expected = np.stack([randomness.normal(5, "latent", (100,)), randomness.normal(5, "noise/layer", (100,))])
    np.testing.assert_allclose(kick, expected / highest_true_peak(expected), rtol=1e-6)


@pytest.mark.parametrize(
    ("seed", "n", "words"),
    [
        (-1, 1, "^seed -1: out of range; seeds go from 0 to 9223372036854775807$"),
        (2**63, 1, f"^seed {2**63}: out of range; seeds go from 0 to"),
        (2**63 - 1, 2, "the last of 2 kicks would be out of range"),
        (0, 0, "^n 0: out of range; give 1 to 1,000,000$"),
        (0, -3, "^n -3: out of range"),
        (0, 1_000_001, "^n 1000001: out of range"),
    ],
)
def test_seeds_and_counts_out_of_range_are_named(player, seed, n, words):
    with pytest.raises(InputError, match=words):
        player.generate(n, seed=seed)


def test_the_last_seed_works(player):
    assert player.kick(2**63 - 1).recipe["seed"] == 2**63 - 1
    seeds = seeds_from(2**63 - 1_000_000, 1_000_000)
    assert Request(seeds=seeds).seeds == seeds


@pytest.mark.parametrize("threads", [0, -1, 1025])
def test_absurd_numbers_of_threads_are_named(player, threads):
    with pytest.raises(InputError, match=f"^threads {threads}: out of range; give 1 to 1024"):
        player.generate(1, threads=threads)


def test_kicks_are_made_as_they_are_taken_not_all_at_once(player, monkeypatch):
    made = []
    monkeypatch.setattr(Instrument, "kick", lambda self, seed, *rest, **more: made.append(seed) or seed)
    kicks = player.kicks(Request(seeds=range(1000)), threads=3)
    assert [next(kicks) for _ in range(5)] == [0, 1, 2, 3, 4]
    kicks.close()
    assert len(made) <= 5 + 2 * 3 + 1


def test_a_failure_in_a_thread_reaches_the_caller(player, monkeypatch):
    def fail(self, seed, *rest, **more):
        raise DamagedFileError(f"seed {seed}")

    monkeypatch.setattr(Instrument, "kick", fail)
    with pytest.raises(DamagedFileError, match="seed 0"):
        player.generate(9, seed=0, threads=2)


def test_one_instrument_serves_many_callers(player):
    expected = player.kick(9).audio
    with ThreadPoolExecutor(4) as executor:
        for kick in executor.map(player.kick, [9] * 12):
            np.testing.assert_array_equal(kick.audio, expected)


# --- what comes out


def test_a_kick_is_what_producers_expect(player):
    for kick in player.generate(4, seed=1):
        assert kick.audio.shape == (2, 22_050)
        assert kick.audio.dtype == np.float32
        assert kick.sample_rate == 44_100
        assert highest_true_peak(kick.audio.astype(np.float64)) == pytest.approx(10 ** (-1 / 20), rel=1e-6)
        assert (kick.audio[:, -1] == 0.0).all()
        assert np.abs(kick.audio.astype(np.float64).mean(axis=1)).max() < 1e-3
        json.dumps(kick.recipe)


def test_a_waveform_model_needs_no_inverse(tmp_path):
    path = write_tiny_bundle(tmp_path / "wave", output="waveform")
    kick = instrument.load(path, gate=False).kick(4)
    weights_seen = np.ptp(kick.audio, axis=1)
    assert kick.audio.shape == (2, N_SAMPLES)
    assert (weights_seen > 0.5).all()


def test_the_image_of_the_kick_is_near_the_image_that_the_graph_gave(tmp_path):
    from kickitout.library.synthesis import synthesise_kick
    from kickitout.sound.spectrogram import loudness_image

    image = loudness_image(synthesise_kick(3)[0])
    path = write_tiny_bundle(tmp_path / "fixed", graph=constant_graph(image[None]), iterations=30)
    heard = loudness_image(instrument.load(path, gate=False).kick(0).audio)
    loud = image > 0.25  # the upper 60 dB
    assert np.abs(heard - image)[loud].mean() * 80 < 3.0  # dB


def test_silence_stays_silence(tmp_path):
    graph = constant_graph(np.full((1, 2, 176, 257), -1.0))
    kick = instrument.load(write_tiny_bundle(tmp_path / "mute", graph=graph), gate=False).kick(0)
    assert not kick.audio.any()


@pytest.mark.parametrize(("output", "shape"), [("loudness-image", (1, 2, 176, 256)), ("waveform", (1, 1, 22_050))])
def test_a_graph_that_does_not_keep_its_cards_word_is_refused(tmp_path, output, shape):
    path = write_tiny_bundle(tmp_path / "liar", output=output, graph=constant_graph(np.zeros(shape)))
    with pytest.raises(DamagedFileError, match="liar gives"):
        instrument.load(path, gate=False).kick(0)


def test_a_model_with_controls_asks_for_a_newer_version(tmp_path):
    inputs = [
        GraphInput(name="latent", shape=[1, 100], kind="latent", purpose="latent"),
        GraphInput(name="decay", shape=[1, 1], kind="control", purpose="decay"),
    ]
    path = write_tiny_bundle(tmp_path / "newer", inputs=inputs)
    with pytest.raises(VersionError, match="control decay"):
        instrument.load(path)


SOUNDS = hnp.arrays(np.float32, (2, 400), elements=st.floats(-1, 1, width=32))


@given(SOUNDS)
def test_finishing_gives_the_peak_and_a_quiet_end(sound):
    result = Processing().apply(sound).astype(np.float64)
    if not result.any():
        return
    assert highest_true_peak(result) == pytest.approx(10 ** (-1 / 20), rel=1e-6)
    assert (result[:, -1] == 0.0).all()


@pytest.mark.parametrize("bits", [16, 24])
def test_nobody_finds_a_higher_peak_after_quantising(bits):
    for seed in range(8):
        made = Processing().apply(synthesise_kick(seed)[0]).astype(np.float64)
        steps = np.round(made * 2.0 ** (bits - 1)) / 2.0 ** (bits - 1)
        assert -1.3 < 20 * np.log10(np.abs(resample_poly(steps, 8, 1, axis=1)).max()) <= -0.9


@given(SOUNDS, st.floats(-30.0, 0.0))
def test_a_level_is_a_gain_and_nothing_else(sound, decibels):
    usual = Processing().apply(sound).astype(np.float64)
    made = Processing().at(f"peak:{decibels:.3f}").apply(sound)
    np.testing.assert_allclose(made, usual * 10 ** ((round(decibels, 3) + 1.0) / 20), rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(Processing().unlevelled(sound), Processing().at("lufs:-20").unlevelled(sound))


@pytest.mark.parametrize("wanted", [-30.0, -14.0, -5.0])
def test_a_loudness_is_met_or_missed_for_the_peak_and_that_is_said(wanted):
    for seed in range(4):
        sound = synthesise_kick(seed)[0]
        processing = Processing().at(f"lufs:{wanted:g}")
        finish = processing.finish(sound)
        found = describe(finish.apply(sound).astype(np.float32))
        assert found["true_peak_db"] <= -0.999
        if finish.missing_lu:
            assert highest_true_peak(finish.apply(sound)) == pytest.approx(10 ** (-1 / 20))
            assert (
                f"{found['loudness_lufs']:.1f} LUFS is what a true peak of -1 dBTP allows"
                in processing.remarks(finish)[0]
            )
        else:
            assert processing.remarks(finish) == ()
        assert found["loudness_lufs"] + finish.missing_lu == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize("offset", [-0.2, 0.01, 0.5])
def test_an_offset_changes_nothing_and_silence_stays_at_zero(offset):
    time = np.arange(22_050) / 44_100
    kick = np.maximum(np.sin(2 * np.pi * 50 * time), -0.3) * np.exp(-30 * time)  # lopsided, as kicks are
    kick[11_025:] = 0.0
    sound = np.stack([kick, 0.5 * kick]).astype(np.float32)
    plain = Processing(silence_db=None)  # where silence begins, the rounding of a sound with an offset may decide
    clean = plain.apply(sound)
    assert np.abs(clean[:, 11_025:]).max() < 1e-7
    np.testing.assert_allclose(plain.apply(sound + np.float32(offset)), clean, atol=1e-6)


@pytest.mark.parametrize("offset", [-0.2, 0.01])
def test_a_kick_that_rings_to_the_end_loses_the_offset_that_lies_before_it(offset):
    time = np.arange(-44, 22_050 - 44) / 44_100
    kick = np.where(time > 0.0, np.maximum(np.sin(2 * np.pi * 50 * time), -0.3), 0.0)  # lopsided
    quiet = kick + np.where(time < 0.0, 1e-4 * np.resize([1.0, -1.0], time.shape), 0.0)  # at -80 dB, which is to go
    found = Processing(fade_ms=0.0, peak_dbtp=0.0).apply(np.stack([quiet + offset, 0.5 * kick]).astype(np.float32))
    assert not found[:, :44].any()
    assert found[0] * (kick.max() / found.max()) == pytest.approx(kick, abs=1e-6)


@pytest.mark.parametrize("width_db", [-70.0, -50.5, -49.5, -20.0])
def test_a_side_that_nobody_hears_is_left_out(width_db):
    time = np.arange(22_050) / 44_100
    mid = np.sin(2 * np.pi * 50 * time) * np.exp(-10 * time)
    side = mid[::-1] * 10.0 ** (width_db / 20.0)  # as loud, but for the factor
    left, right = Processing(silence_db=None).apply(np.stack([mid + side, mid - side]).astype(np.float32))
    assert np.array_equal(left, right) == (width_db < -50.0)
    left, right = Processing(silence_db=None, side_db=None).apply(np.stack([mid + side, mid - side]).astype(np.float32))
    assert not np.array_equal(left, right)


def test_a_kick_without_a_mid_keeps_its_side():
    time = np.arange(22_050) / 44_100
    side = np.sin(2 * np.pi * 50 * time) * np.exp(-10 * time)
    left, right = Processing().apply(np.stack([side, -side]).astype(np.float32))
    np.testing.assert_array_equal(left, -right)
    assert left.any()


@given(SOUNDS, st.floats(2.0**-10, 2.0**10))
def test_finishing_does_not_know_how_loud_it_was(sound, gain):
    quiet = (sound * np.float32(2.0**-20)).astype(np.float32)
    sound = (quiet * np.float32(2.0**20)).astype(np.float32)  # no bits lost to denormal numbers
    np.testing.assert_array_equal(Processing().apply(quiet), Processing().apply(sound))


@pytest.mark.parametrize("level", [0.0, 1.0, -0.3, 1e-30])
def test_an_offset_alone_is_silence(level):
    assert not Processing().apply(np.full((2, 4410), level, np.float32)).any()


def test_what_is_quiet_before_and_behind_a_kick_becomes_silence():
    seconds = np.arange(-44, 22_050 - 44) / 44_100
    decaying = np.where(seconds >= 0.0, np.exp(-40.0 * seconds), 1e-4) * np.cos(300.0 * seconds)  # -174 dB at the end
    audio = np.stack([decaying, 0.5 * decaying]).astype(np.float32)
    found = Processing(dc_free=False, fade_ms=0.0).unlevelled(audio) / np.float32(10 ** (-1 / 20))
    assert not found[:, :44].any()
    end = int(np.flatnonzero(found.any(axis=0))[-1])
    assert end / 44_100 == pytest.approx(0.19, abs=0.012)  # where exp(-40 t) is at -66 dB
    assert found[:, 44 : end - 441] == pytest.approx(audio[:, 44 : end - 441])
    assert np.abs(np.diff(found[:, end - 441 :])).max() < 1e-4  # no step
    ringing = np.ones_like(audio)
    assert np.ptp(Processing(dc_free=False, fade_ms=0.0).apply(ringing)) == 0.0


def test_a_longer_fade_is_quieter_everywhere():
    ones = np.ones((2, 4410), np.float32)
    short, long = (Processing(dc_free=False, fade_ms=ms).unlevelled(ones) for ms in (5.0, 50.0))
    assert (long <= short).all()
    assert (np.diff(long) <= 0).all()
    assert (short[:, : 4410 - 220] == short[0, 0]).all()
    assert (short[:, 4410 - 219 :] < short[0, 0]).all()


# --- the gate


def gated(tmp_path, monkeypatch, passes):
    """A player for whose gate the n-th kick of a seed passes if `passes(n)`; and the kicks that were judged."""
    judged = []

    def judge(audio, sample_rate):
        judged.append(audio)
        fault = Fault("clipping", 99.0, 80.0, "clipped: it is")
        return Verdict(() if passes(len(judged) - 1) else (fault,), {})

    monkeypatch.setattr(instrument, "judge", judge)
    return instrument.load(write_tiny_bundle(tmp_path / "tiny")), judged


def test_a_kick_that_fails_the_gate_is_drawn_again_and_its_recipe_says_how_often(tmp_path, monkeypatch):
    player, judged = gated(tmp_path, monkeypatch, lambda n: n == 3)
    kick = player.kick(5)
    assert len({audio.tobytes() for audio in judged}) == 4
    np.testing.assert_array_equal(kick.audio, judged[3])
    assert kick.recipe["attempt"] == 3
    np.testing.assert_array_equal(player.kick(5, attempt=3).audio, kick.audio)
    np.testing.assert_array_equal(player.kick(5, attempt=0).audio, judged[0])
    assert len(judged) == 4  # what is asked for by its attempt is not judged


def test_a_kick_that_passes_is_the_seeds_first(tmp_path, monkeypatch):
    player, judged = gated(tmp_path, monkeypatch, lambda n: True)
    assert "attempt" not in player.kick(5).recipe
    assert len(judged) == 1
    player.gate = False
    np.testing.assert_array_equal(player.kick(5).audio, judged[0])
    assert len(judged) == 1


def test_a_seed_whose_kicks_all_fail_is_wrong_input(tmp_path, monkeypatch):
    player, judged = gated(tmp_path, monkeypatch, lambda n: False)
    with pytest.raises(
        InputError, match=r"^seed 5: none of 16 kicks of tiny .* clipped: it is.*leave the gate out: gate=False$"
    ):
        player.kick(5)
    assert len(judged) == instrument.ATTEMPTS


def test_a_kick_that_is_known_is_drawn_again(tmp_path):
    player = instrument.load(write_tiny_bundle(tmp_path / "tiny"), gate=False)
    first, third = (player.kick(5, attempt=attempt) for attempt in (0, 2))
    asked = []

    def known(kick):
        asked.append(kick)
        return "it is the same sound as a.wav" if len(asked) <= 2 else None

    player.known = known
    kick = player.kick(5)
    np.testing.assert_array_equal(kick.audio, third.audio)
    assert kick.recipe["attempt"] == 2
    np.testing.assert_array_equal(player.kick(5, attempt=0).audio, first.audio)
    asked.clear()
    player.known = lambda kick: "it is the same sound as a.wav"
    with pytest.raises(InputError, match=r"none of 16 kicks of tiny is new .*a\.wav.*leave out unique_against$"):
        player.kick(5)


def test_a_kick_that_fails_the_gate_is_not_looked_for(tmp_path, monkeypatch):
    player, judged = gated(tmp_path, monkeypatch, lambda n: n == 2)
    asked = []
    player.known = asked.append
    assert player.kick(5).recipe["attempt"] == 2
    assert (len(asked), len(judged)) == (1, 3)


# --- which model


def test_the_preferred_model_plays_when_none_is_asked_for(shelf):
    for name in ("aaa", "draft", "zzz"):
        write_tiny_bundle(shelf / name)
    assert list(models.models_at_hand()) == ["draft", "aaa", "zzz"]
    assert instrument.load().name == "draft"
    assert instrument.load("zzz").name == "zzz"
    assert verbs.generate(1, seed=1, gate=False)[0].recipe["model"]["name"] == "draft"
    assert verbs.generate(2, seed=1, model="aaa", threads=1, gate=False)[1].recipe["model"]["name"] == "aaa"


def test_a_name_goes_before_a_folder_and_a_path_finds_the_folder(shelf, tmp_path, monkeypatch):
    write_tiny_bundle(shelf / "draft")
    write_tiny_bundle(tmp_path / "draft", version="mine")
    monkeypatch.chdir(tmp_path)
    assert instrument.load("draft").bundle.card.version == "1"
    assert instrument.load("./draft").bundle.card.version == "mine"
    assert instrument.load(tmp_path / "draft").bundle.card.version == "mine"


def test_an_unknown_model_gets_a_guess_and_the_list(shelf):
    write_tiny_bundle(shelf / "draft")
    with pytest.raises(InputError, match=r"^model drat: neither .*; did you mean draft\? installed models: draft$"):
        instrument.load("drat")
    with pytest.raises(InputError, match=r"^model zebra: neither a model nor a bundle; installed models: draft$"):
        instrument.load("zebra")


def test_a_copy_without_models_says_so(shelf):
    with pytest.raises(DamagedFileError, match="no model"):
        instrument.load()
    with pytest.raises(InputError, match="installed models: none"):
        instrument.load("draft")


# --- recipes


def test_a_recipe_comes_back_from_the_file(player, tmp_path):
    player.kick(11).save(tmp_path / "a.flac", bits="16", rate=48_000)
    recipe = Recipe.read(tmp_path / "a.flac")
    assert recipe.seed == 11
    assert recipe.model.checksum == player.bundle.checksum
    assert recipe.processing == Processing()
    assert recipe.file == Encoding(format="flac", bits="16", rate=48_000)


def write_with(path, recipe):
    Kick(np.zeros((2, 9), np.float32), recipe=recipe).save(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": "1"}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"seed": None}, "seed"),
        ({"model": {"name": "tiny"}}, "model"),
        ({"model": 3}, "model"),
        ({"processing": {"fade_ms": -1.0}}, "fade_ms"),
        ({"processing": {"reverb": 1.0}}, "reverb"),
        ({"extra": 1}, "extra"),
        ({"format": 0}, "format"),
    ],
)
def test_a_damaged_recipe_is_named(player, tmp_path, changes, words):
    write_with(tmp_path / "a.wav", player.kick(1).recipe | changes)
    with pytest.raises(InputError, match=rf"a\.wav: its recipe is damaged \(.*{words}") as caught:
        Recipe.read(tmp_path / "a.wav")
    assert "\n" not in str(caught.value)


def test_a_recipe_of_a_newer_version_is_told_with_both(player, tmp_path):
    write_with(tmp_path / "a.wav", player.kick(1).recipe | {"format": 2, "kickitout": "9.9", "latent": []})
    with pytest.raises(VersionError, match=r"format 2 \(Kick It Out 9\.9\).*up to format 1"):
        Recipe.read(tmp_path / "a.wav")


def test_a_file_without_a_recipe_is_wrong_input(tmp_path):
    audio.write(tmp_path / "a.wav", np.zeros((2, 9), np.float32), 44_100)
    with pytest.raises(InputError, match=r"a\.wav: holds no recipe"):
        Recipe.read(tmp_path / "a.wav")


@given(st.recursive(st.none() | st.integers() | st.text(max_size=3), lambda x: st.dictionaries(st.text(max_size=3), x)))
def test_any_recipe_is_read_or_refused_in_words(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("any") / "a.wav"
    write_with(path, {"kickitout": "1", "format": 1, "model": value, "seed": value, "processing": {}})
    with pytest.raises(KickItOutError, match="damaged"):
        Recipe.read(path)


def test_a_recipe_finds_its_own_model_only(shelf, tmp_path):
    write_tiny_bundle(shelf / "draft")
    path = tmp_path / "a.wav"
    instrument.load(gate=False).kick(1).save(path)
    recipe = Recipe.read(path)
    assert instrument.load_for_recipe(path, recipe).name == "draft"
    write_tiny_bundle(shelf / "draft", version="2")
    with pytest.raises(InputError, match=r"a\.wav: made by draft 1 .*, not by draft 2 .* as model$"):
        instrument.load_for_recipe(path, recipe)
    old = write_tiny_bundle(tmp_path / "draft")
    assert instrument.load_for_recipe(path, recipe, old).bundle.checksum == recipe.model.checksum
    (shelf / "draft").rename(tmp_path / "gone")
    with pytest.raises(InputError, match=r"which is not installed; give its bundle as model$"):
        instrument.load_for_recipe(path, recipe)


def test_a_changed_weight_is_another_model(shelf, tmp_path):
    write_tiny_bundle(shelf / "draft")
    instrument.load(gate=False).kick(1).save(tmp_path / "a.wav")
    write_tiny_bundle(shelf / "draft", graph=tiny_graph((1, 2, 176, 257), seed=1))
    with pytest.raises(InputError, match="not by draft 1 "):
        instrument.load_for_recipe(tmp_path / "a.wav", Recipe.read(tmp_path / "a.wav"))


def test_given_options_go_before_the_recipes_and_these_before_the_habit(player):
    recipe = Recipe.model_validate(player.kick(1).recipe | {"file": {"format": "flac", "bits": "16", "rate": 48_000}})
    assert recipes.choose_encoding(None, {}) == Encoding(format="wav", bits="24", rate=44_100)
    assert recipes.choose_encoding(recipe, {}) == Encoding(format="flac", bits="16", rate=48_000)
    assert recipes.choose_encoding(recipe, {"bits": "24"}) == Encoding(format="flac", bits="24", rate=48_000)
    with pytest.raises(InputError, match="FLAC"):
        recipes.choose_encoding(recipe, {"bits": "32f"})


def test_a_mark_is_of_all_that_was_asked(player):
    plain = player.recipe(11, 0, Processing())
    assert plain.mark is None
    assert player.recipe(11, 2, Processing()).mark is None  # the seed says which of its kicks it stands for
    others = [
        player.recipe(11, 0, Processing(), as_drawn=True),
        player.recipe(11, 0, Processing(), {"pitch": 50.0}),
        player.recipe(11, 0, Processing(), {"pitch": 51.0}),
        player.recipe(11, 0, Processing(length_ms=300.0)),
        player.recipe(11, 0, Processing().at("peak:-2")),
        player.recipe(11, 0, Processing().at("lufs:-14")),
    ]
    assert len({one.mark for one in others}) == len(others)
    for one in (plain, *others):
        written = one.model_copy(update={"file": Encoding(bits="16"), "kickitout": "9", "stem": "body"})
        assert written.mark == one.mark
        assert Recipe.model_validate_json(one.model_dump_json(exclude_none=True)).mark == one.mark
        assert not one.same_kick(written)
        assert one.same_kick(written.model_copy(update={"stem": None}))
