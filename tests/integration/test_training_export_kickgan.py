"""A run of the flagship's family becomes a bundle that plays the same without torch, and does what it is asked."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from kickitout.errors import InputError
from kickitout.instrument import instrument
from kickitout.library.prepare import prepare_builtin
from kickitout.library.store import Library
from kickitout.model import controls
from kickitout.model.bundle import Bundle
from kickitout.model.voice import AIR, COMPONENT, Voice
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch import render as rendering
from kickitout.sound.sketch.parts import take_apart
from kickitout.sound.sketch.sketch import Sketch
from kickitout.sound.sketch.view import view
from kickitout.system import randomness
from kickitout.training.export import export as exporting
from kickitout.training.export.export import (
    LATENT_PURPOSE,
    LAYERS_PURPOSE,
    encoder_graph,
    export,
    load_trained,
    sketch_graph,
)
from kickitout.training.kickgan.analysis import targets
from kickitout.training.kickgan.networks import NOISE_SHAPE, Attention, KickganEncoder, KickganGenerator
from kickitout.training.kickgan.rendering import fade_out, finished, render, to_stereo
from kickitout.training.kickgan.sketch import Targets
from kickitout.training.loop import train
from kickitout.training.run import checkpoint
from kickitout.training.run import folder as run_folder
from kickitout.training.run.graphs import LEAST_HALVED
from kickitout.training.run.initial_weights import read_weights
from kickitout.training.settings.presets import load_preset
from testing.tiny_bundle import write_tiny_bundle
from testing.tiny_library import KICKGAN, make_library

RUN = (
    *KICKGAN,
    "budget.samples=24",
    "training.checkpoint_every_epochs=0.1",
    "training.validate_every_epochs=10.0",
    "training.keep_weights=true",
    "training.alarm_spread=0.0",
)
"""Changes to the preset for a run of two warm steps, one of energy scores and three with critics."""

SHOWN = 24
KICKS = 24
"""Kicks that are measured for the controls; the library has 16 to train on."""


@pytest.fixture(scope="module", autouse=True)
def _controls_of_few_kicks():
    """The threshold is patched too: so small a library would have too few kicks for controls."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kickitout.training.export.controls.LEAST_KNOWN", 6)
        yield


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return make_library(tmp_path_factory.mktemp("library"), kicks=20, validation=4)


@pytest.fixture(scope="module")
def trained(library, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "run"
    train(library, folder, load_preset("kickgan", RUN))
    # The last state: which one is the best is the training's business.
    run_folder.best_path(folder).unlink(missing_ok=True)
    return folder


@pytest.fixture(scope="module")
def bundle(trained, library, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    export(trained, folder, name="tiny", library=library, control_kicks=KICKS)
    return folder


@pytest.fixture
def exported_graphs(bundle, monkeypatch):
    """The graphs of the run's last state are those of `bundle`: an export of the same state has the same bytes."""
    monkeypatch.setattr(exporting, "sketch_graph", lambda _: (bundle / exporting.GRAPH_FILE).read_bytes())
    monkeypatch.setattr(exporting, "encoder_graph", lambda _: (bundle / exporting.ENCODER_FILE).read_bytes())


def noises(seed):
    layers = randomness.normal(seed, LAYERS_PURPOSE, (1, *NOISE_SHAPE))
    return torch.from_numpy(layers), torch.from_numpy(randomness.normal(seed, AIR, (1, 3, KICK_SAMPLES)))


def test_a_kick_is_what_training_hears(trained, bundle):
    """The same latent, layer noise and air through torch and through the bundle, whose body is not steadied here, as
    training knows nothing of that: within 1e-4 of the peak."""
    played = Bundle.open(bundle)
    assert played.card.steady
    played.card = played.card.model_copy(update={"steady": False})
    voice, networks = Voice(played), load_trained(trained).networks
    for seed in range(4):
        choice = randomness.uniform(seed, COMPONENT, 1)
        normal = randomness.normal(seed, LATENT_PURPOSE, (1, 6)).astype(np.float64)
        latent = networks.prior.points(choice, normal).astype(np.float32)
        assert voice.latent(seed) == pytest.approx(latent[0], abs=1e-5)
        layers, air = noises(seed)
        with torch.no_grad():
            sketch = networks.best_generator.eval()(torch.from_numpy(latent), layers)
            expected = to_stereo(finished(render(sketch, air), sketch))[0].numpy()
        assert np.abs(voice.sound(latent[0], seed) - expected).max() < 1e-4


def test_a_kick_is_encoded_as_in_training(trained, bundle, library):
    player, networks = instrument.load(bundle, gate=False), load_trained(trained).networks
    silence = np.zeros((2, KICK_SAMPLES), np.float32)
    for kick in (library.audio(0), library.audio(7), silence):
        parts = take_apart(kick)
        tensors = [torch.from_numpy(getattr(parts, name))[None] for name in ("rest", "side", "log_amplitude")]
        frequency, phase = torch.from_numpy(parts.frequency)[None], torch.tensor([parts.phase])
        with torch.no_grad():
            mean, _ = networks.encoder.eval()(targets(*tensors, frequency, phase))
        assert player.encode(kick) == pytest.approx(mean[0].numpy(), abs=1e-3)
        assert player.reconstruct(kick).shape == kick.shape


def test_the_card_says_all_of_it(bundle):
    card = Bundle.open(bundle).card
    assert card.output == "sketch"
    assert card.preset == "kickgan"
    assert card.trained_on.kicks == 16
    assert card.trained_on.samples_shown == SHOWN
    assert {"click", "brightness"} <= {control.name for control in card.controls}
    assert "spread/generated" in card.measured
    assert all(np.isfinite(value) for value in card.measured.values())
    steered = {control.name for control in card.controls} - {controls.DRIVE.name}  # drive is set, not steered
    assert all(0.0 <= card.measured[f"controls/{name}"] <= 1.0 for name in steered)
    assert any("500 ms" in limit for limit in card.limits)
    assert [limit for limit in card.limits if "kicks of its own" in limit] == []


def test_the_marginal_of_the_prior_is_that_of_training(trained, bundle):
    prior, joint = load_trained(trained).networks.prior, Bundle.open(bundle).prior
    stored = prior.arrays()
    marginal = joint.marginal(6).arrays()
    for name, array in stored.items():
        np.testing.assert_array_equal(np.tril(marginal[name]) if name == "factors" else marginal[name], array)


def test_without_a_library_the_quantiles_are_those_of_its_own_kicks(trained, exported_graphs, tmp_path):
    card = export(trained, tmp_path / "own", name="own", control_kicks=KICKS)
    assert any(f"{KICKS} kicks of its own" in limit for limit in card.limits)
    table = next(control.quantiles for control in card.controls if control.name == "brightness")
    player = instrument.load(tmp_path / "own", gate=False)
    found = [controls.measure(player.voice.sound(player.voice.latent(seed), seed)) for seed in range(KICKS)]
    brightness = [kind.name for kind in controls.KINDS].index("brightness")
    assert table == controls.percentiles(np.array(found)[:, brightness])
    # So little trained, it hardly changes its brightness; but what is asked for moves the latent both ways.
    kick = player.kick(3, controls={"brightness": 0.95})
    assert kick.recipe["controls"] == {"brightness": 0.95}
    latents = [player.voice.latent(3, {"brightness": wish}) for wish in (0.05, 0.5, 0.95)]
    assert (np.ptp(latents, axis=0) > 1e-3).any()


@pytest.mark.slow
def test_two_kicks_become_a_model_that_plays_and_has_its_knobs(exported_graphs, tmp_path):
    """With the graphs of another run: what they say does not matter here."""
    prepare_builtin("kicks", 2, tmp_path / "library", workers=1)
    library = Library.open(tmp_path / "library")
    train(library, tmp_path / "run", load_preset("kickgan", RUN))
    assert not run_folder.best_path(tmp_path / "run").exists()
    rows = (tmp_path / "run" / run_folder.METRICS_FILE).read_text()
    assert "NaN" not in rows
    assert "the distance needs 15 held-out kicks, there is 1: left out" in rows
    card = export(tmp_path / "run", tmp_path / "two", name="two", library=library, control_kicks=KICKS)
    assert card.trained_on.kicks == 1
    assert all(np.isfinite(value) for value in card.measured.values())
    assert "brightness" in {control.name for control in card.controls}
    assert any(f"wild are those of {KICKS} kicks of its own" in limit for limit in card.limits)
    assert np.isfinite(instrument.load(tmp_path / "two", gate=False).kick(1).audio).all()


def test_without_kicks_there_are_no_controls(trained, exported_graphs, tmp_path):
    card = export(trained, tmp_path / "none", name="none", control_kicks=0, limits=["A doubt."])
    assert card.controls == []
    assert card.limits[-1] == "A doubt."
    player = instrument.load(tmp_path / "none", gate=False)
    assert player.bundle.prior.size == 6
    with pytest.raises(InputError, match="not a control of the model none; it has none"):
        player.kick(0, controls={"brightness": 0.5})


@pytest.mark.slow  # as test_training_export.py says of the draft; a graph more takes seconds
def test_the_same_run_exports_to_the_same_bytes(trained, library, bundle, tmp_path):
    export(trained, tmp_path / "again", name="tiny", library=library, control_kicks=KICKS)
    assert Bundle.open(tmp_path / "again").checksum == Bundle.open(bundle).checksum


@pytest.mark.slow  # the run that is exported and played above, a few steps earlier
def test_a_run_in_its_warm_start_can_be_played(trained, tmp_path):
    card = export(
        trained, tmp_path / "early", name="early", weights=run_folder.weights_path(trained, 4), control_kicks=0
    )
    assert card.trained_on.samples_shown == 4
    assert np.isfinite(instrument.load(tmp_path / "early", gate=False).kick(1).audio).all()


def test_weights_without_a_prior_and_another_library_are_refused(trained, tmp_path):
    tensors, state = checkpoint.load_checkpoint(run_folder.weights_path(trained, 4))
    bare = tmp_path / "bare.safetensors"
    checkpoint.save_checkpoint(bare, {name: one for name, one in tensors.items() if "prior" not in name}, state)
    with pytest.raises(InputError, match="has no prior"):
        export(trained, tmp_path / "early", name="early", weights=bare)
    other = make_library(tmp_path / "other", kicks=10, validation=2)
    with pytest.raises(InputError, match=r"^library .*: not the library that the run was trained on"):
        export(trained, tmp_path / "early", name="early", library=other)
    assert not (tmp_path / "early").exists()


@pytest.mark.slow  # kicks are what training hears, above; here the ends of an envelope, in a graph of their own
def test_graphs_fade_out_as_training_does():
    """For silence, too: the envelope goes as low as a network likes."""
    import onnxruntime

    torch.manual_seed(0)
    generator = KickganGenerator(6, (8,) * 5, (44,), 16)
    levels = (-50.0, 0.0, 10.0)
    with torch.no_grad():
        for band, level in enumerate(levels):  # a third of the bands each: they fade by themselves
            generator.bands.bias[band :: len(levels)] = level
        layers, _ = noises(0)
        sketch = generator(torch.ones(1, 6), layers)
        expected = fade_out(sketch.envelope).numpy()
    assert sketch.envelope.min() < -40.0
    assert sketch.envelope.max() > 5.0
    session = onnxruntime.InferenceSession(sketch_graph(generator), providers=["CPUExecutionProvider"])
    found = session.run(["envelope"], {"latent": np.ones((1, 6), np.float32), "layer_noise": layers.numpy()})[0]
    assert np.isfinite(found).all()
    assert (np.abs(found - expected) <= np.maximum(1e-4 * np.abs(expected), 1e-4)).all()


@pytest.mark.slow  # what halving costs is tried on smaller ones in test_training_export_wavegan.py
def test_a_generator_of_the_real_size_keeps_its_sound_at_half_its_size():
    """Half-precision weights: at most 22 MB with the encoder, and errors below -55 dB."""
    import onnxruntime

    torch.manual_seed(0)
    generator, encoder = KickganGenerator(64, (256,) * 5), KickganEncoder(64, 192)
    with torch.no_grad():
        for name, parameter in generator.named_parameters():
            if name.endswith("noise_strength"):
                parameter.normal_(std=0.1)
        for module in generator.modules():
            if isinstance(module, Attention):
                module.project.weight.normal_(std=0.02)
    half, coded = sketch_graph(generator), encoder_graph(encoder)
    assert len(half) + len(coded) <= 22e6
    assert b".py" not in half
    large = sum(one.numel() for one in generator.parameters() if one.numel() >= LEAST_HALVED)
    assert len(half) < 4 * sum(one.numel() for one in generator.parameters()) - 1.9 * large + 100_000

    session = onnxruntime.InferenceSession(half, providers=["CPUExecutionProvider"])
    latents = torch.randn(3, 64)
    for seed, latent in enumerate(latents):
        layers, air = noises(seed)
        with torch.no_grad():
            exact = generator(latent[None], layers)
        found = session.run(None, {"latent": latent[None].numpy(), "layer_noise": layers.numpy()})
        heard = rendering.render(Sketch(*[array[0] for array in found]), air[0].numpy())
        expected = finished(render(exact, air), exact)[0].numpy()
        error = np.square(heard - expected).sum() / np.square(expected).sum()
        assert 10 * np.log10(error) < -55.0

    found = view(take_apart(np.zeros((2, KICK_SAMPLES), np.float32)))
    tensors = {name: torch.from_numpy(array) for name, array in vars(found).items()}
    with torch.no_grad():
        mean, _ = encoder(Targets(**tensors, attack=torch.zeros(1, 64), wide=torch.zeros(1, 1)))
    session = onnxruntime.InferenceSession(coded, providers=["CPUExecutionProvider"])
    assert session.run(["latent_mean"], vars(found))[0] == pytest.approx(mean.numpy(), abs=0.01)


def test_a_bundle_can_be_trained_on(trained, bundle, library, tmp_path):
    """Its graphs hold the weights under their names, its prior the run's; critics begin anew."""
    begun = read_weights(bundle)
    tensors = begun.tensors
    assert (begun.source, begun.samples) == (bundle, SHOWN)
    networks = load_trained(trained).networks
    for part, network in (("generator", networks.best_generator), ("encoder", networks.encoder)):
        found = checkpoint.part(tensors, part)
        for name, one in network.state_dict().items():
            torch.testing.assert_close(found[name], one.float(), rtol=1e-3, atol=1e-6)
    for name, array in networks.prior.arrays().items():
        assert tensors[f"prior.{name}"].shape == array.shape
    said = []
    settings = load_preset("kickgan", (*RUN, "budget.samples=8"))
    outcome = train(library, tmp_path / "tuned", settings, weights=bundle, say=said.append)
    assert outcome.samples == 8
    assert said[0] == f"starting from the weights of {bundle}"
    assert not any("warm" in line for line in said)
    for samples in (8, 16):  # also when the run is taken up again
        train(library, tmp_path / "tuned", replace(settings, budget=replace(settings.budget, samples=samples)))
        last = run_folder.latest_state(tmp_path / "tuned")
        assert load_trained(tmp_path / "tuned", last).samples == read_weights(last).samples == SHOWN + samples


def test_a_bundle_of_a_generator_alone_cannot_be_trained_on(tmp_path):
    place = write_tiny_bundle(tmp_path / "alone")
    with pytest.raises(InputError, match=r"alone and cannot be trained; give a run.s folder"):
        read_weights(place)
