"""A run becomes a bundle: its networks as ONNX graphs, the distribution of latents, and the card.

A model of the family `kickgan` is played before it is written: the measurements of its kicks, latent by latent, join
the prior (`kickitout.model.prior.extend`), so that the instrument can ask for a pitch or a decay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from torch import Tensor, nn
from torch.nn import functional

from kickitout.errors import InputError
from kickitout.library.store import Library
from kickitout.model import arrays, controls
from kickitout.model.bundle import Bundle, seal, write_bundle
from kickitout.model.card import ENCODER, GENERATOR, Card, Credit, GraphInput, Inverse, Name, TrainedOn
from kickitout.model.voice import Voice
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.sketch import CLICK_FRAMES, LOW_BINS, N_BANDS, ONSET_STEPS, SKETCH_SHAPES
from kickitout.sound.spectrogram import HOP_LENGTH, N_BINS, N_FFT, N_FRAMES
from kickitout.training.blocks.base import Generator
from kickitout.training.dcgan.loudness_image import LoudnessImage
from kickitout.training.dcgan.trainer import DcganNetworks
from kickitout.training.export import choice as choices
from kickitout.training.export.controls import (
    CONTROL_KICKS,
    LEAST_KNOWN,
    OWN_QUANTILES,
    SOME_QUANTILES,
    controlled,
    decided,
    play,
    references,
    run_kicks,
    training_values,
)
from kickitout.training.kickgan.networks import NOISE_SHAPE, KickganEncoder, KickganGenerator
from kickitout.training.kickgan.sketch import STEEPNESS, VANISHING, Targets
from kickitout.training.kickgan.weights import KickganNetworks
from kickitout.training.run import checkpoint
from kickitout.training.run import folder as run_folder
from kickitout.training.run.graphs import graph_of
from kickitout.training.settings.kickgan import KickganSettings
from kickitout.training.settings.wavegan import WaveganSettings
from kickitout.training.wavegan import representations as spectra
from kickitout.training.wavegan.trainer import WaveganNetworks

GRAPH_FILE = "generator.onnx"
ENCODER_FILE = "encoder.onnx"
PRIOR_FILE = "prior.npz"

LATENT_PURPOSE = "latent"
"""The stream of random numbers that the instrument draws latents from."""

LAYERS_PURPOSE = "layers"
"""The stream of the noise in the generator's layers."""


MEASURED = ("validation/generator", "validation/discriminator", "spread/generated", "spread/real", "spread/ratio")
"""Figures of a validation that go into the card of a baseline. For `kickgan`, all do."""

LIMITS = {
    "dcgan": [
        "The baseline of a research draft, kept as it was described: its kicks are much alike (mode collapse).",
        "The phase is found by Griffin-Lim from magnitudes with bins of 86 Hz, far wider than a kick's low end: "
        "pitch and punch are lost even with perfect magnitudes.",
        "No control but the seed.",
    ],
    "wavegan": [
        "A baseline for comparison, WaveGAN (Donahue, McAuley and Puckette, 2019) in stereo at 44.1 kHz with half of "
        "its authors' channels, not meant for music.",
        "No control but the seed.",
    ],
    "specgan": [
        "A baseline for comparison, SpecGAN (Donahue, McAuley and Puckette, 2019) at 44.1 kHz with half of its "
        "authors' channels, not meant for music.",
        "Mono, and nothing above 16.1 kHz.",
        "The phase is found by Griffin-Lim from magnitudes with bins of 127 Hz, far wider than a kick's low end: pitch "
        "and punch are lost even with perfect magnitudes.",
        "No control but the seed.",
    ],
}
"""Limits of the kicks of a preset, for the card."""

KICKGAN_LIMITS = (
    "Every kick lasts 500 ms; a longer tail ends there.",
    "The low end is one swept tone in the middle: two low tones at once, or a wide low end, are not in its reach.",
)

CONTROL_LIMITS = (
    "Controls move the kick of a seed to the requested values, which are measured and corrected; values far from those "
    "of all training kicks move it to where the model knows little, and values that are not reached are reported.",
)


@dataclass(frozen=True)
class Trained:
    """A run's networks as they stand after `samples` samples, those of the runs that it began from among them, and the
    figures of its last validation until then."""

    record: run_folder.RunRecord
    networks: DcganNetworks | KickganNetworks | WaveganNetworks
    samples: int
    measured: dict[str, float]

    @property
    def generator(self) -> Generator | KickganGenerator:
        """The best generator: the averaged one, where there is one."""
        return self.networks.best_generator.float().eval()


def load_trained(folder: Path, weights: Path | None = None) -> Trained:
    """The networks of a run: of its best or last checkpoint, or of `weights`.

    Raises:
        InputError: no run, or no checkpoint in it.
        DamagedFileError, VersionError: see `checkpoint.load_checkpoint`.
    """
    record = run_folder.read_record(folder)
    source = run_folder.resolve_weights(folder if weights is None else weights)
    tensors, state = checkpoint.load_checkpoint(source)
    device = torch.device("cpu")
    networks: DcganNetworks | KickganNetworks | WaveganNetworks
    if isinstance(record.settings, KickganSettings):
        networks = KickganNetworks(record.settings, device)
    elif isinstance(record.settings, WaveganSettings):
        networks = WaveganNetworks(record.settings, device)
    else:
        networks = DcganNetworks(record.settings, LoudnessImage(), device)
    networks.load_weights(tensors, source)
    return Trained(record, networks, checkpoint.samples_shown(state), _measured(folder, state["samples"], record))


def _measured(folder: Path, samples: int, record: run_folder.RunRecord) -> dict[str, float]:
    lines = run_folder.read_metrics(folder) if (folder / run_folder.METRICS_FILE).exists() else []
    found = [line for line in lines if line["kind"] == "validation" and line["samples"] <= samples]
    if not found:
        return {}
    last = found[-1]
    wanted = [name for name in last if "/" in name] if isinstance(record.settings, KickganSettings) else MEASURED
    return {name: float(last[name]) for name in wanted if _is_figure(last.get(name))}


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def generator_graph(generator: Generator) -> bytes:
    """A `dcgan` generator as an ONNX graph: `latent` (1, latent_size) -> `image` (1, *shape), float32.

    One kick a call: results differ in the last bits with the batch size, and a kick must not depend on its company.
    """
    return graph_of(generator, {"latent": torch.zeros(1, generator.latent_size)}, ["image"])


class _Heard(nn.Module):
    """A generator of the families `wavegan` and `specgan` that ends where a bundle's graph does."""

    def __init__(self, networks: WaveganNetworks) -> None:
        super().__init__()
        self.generator, self.representation = networks.best_generator, networks.representation

    def forward(self, latent: Tensor) -> Tensor:
        return self.representation.heard(self.generator(latent))


class _Sketches(nn.Module):
    """A generator whose sketch comes out as a tuple, in the order of SKETCH_SHAPES, with the envelope as it sounds.

    Where the soft cut lies is the training's choice; a bundle keeps the one of its time.
    """

    def __init__(self, generator: KickganGenerator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, latent: Tensor, layer_noise: Tensor) -> tuple[Tensor, ...]:
        sketch = self.generator(latent, layer_noise)
        # `fade_out` in other words: the exporter's logarithm of a sigmoid is minus infinity for silence.
        envelope = sketch.envelope - functional.softplus(STEEPNESS * (VANISHING - sketch.envelope))
        sketch = replace(sketch, envelope=envelope)
        return tuple(getattr(sketch, name) for name in SKETCH_SHAPES)


class _Codes(nn.Module):
    """An encoder that takes its inputs one by one."""

    def __init__(self, encoder: KickganEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(
        self,
        powers: Tensor,
        low: Tensor,
        click: Tensor,
        onset: Tensor,
        log_amplitude: Tensor,
        frequency: Tensor,
        phase: Tensor,
    ) -> tuple[Tensor, Tensor]:
        nothing = frequency[:, 0]  # attack, phase and width are not looked at
        found = Targets(low, click, powers, onset, nothing, log_amplitude, frequency, phase, nothing)
        mean, log_variance = self.encoder(found)
        return mean, log_variance


def sketch_graph(generator: KickganGenerator, *, half: bool = True) -> bytes:
    """A `kickgan` generator as an ONNX graph: `latent` (1, latent_size) and `layer_noise` (1, 16, 341) -> the arrays of
    `kickitout.sound.sketch.sketch.Sketch`, with a batch of one."""
    inputs = {
        "latent": torch.zeros(1, generator.latent_size),
        "layer_noise": torch.zeros(1, *NOISE_SHAPE),
    }
    return graph_of(_Sketches(generator), inputs, list(SKETCH_SHAPES), half=half, simplify=False)


def encoder_graph(encoder: KickganEncoder, *, half: bool = True) -> bytes:
    """An encoder as an ONNX graph: the arrays of `kickitout.sound.sketch.view.View` -> `latent_mean` and
    `latent_log_variance`, (1, latent_size)."""
    tracks = SKETCH_SHAPES["frequency"]
    inputs = {
        "powers": torch.ones(1, 2, N_BANDS, N_FRAMES),
        "low": torch.ones(1, 2, 2, LOW_BINS, N_FRAMES),
        "click": torch.ones(1, 2, 2, N_BINS, CLICK_FRAMES),
        "onset": torch.zeros(1, 2, ONSET_STEPS),
        "log_amplitude": torch.zeros(1, *tracks),
        "frequency": torch.ones(1, *tracks),
        "phase": torch.zeros(1),
    }
    return graph_of(_Codes(encoder), inputs, ["latent_mean", "latent_log_variance"], half=half, simplify=False)


def heard_graph(networks: WaveganNetworks) -> bytes:
    """A `wavegan` or `specgan` generator as an ONNX graph: `latent` (1, latent_size) -> `sound` (1, 2, 22050), or
    `image` (1, 2, 128, 175), float32; its weights are stored in half precision."""
    generator = _Heard(networks).float().eval()
    with torch.no_grad():
        outputs = generator(latent := torch.zeros(1, networks.generator.latent_size))
    return graph_of(generator, {"latent": latent}, ["sound" if outputs.ndim == 3 else "image"], half=True)


def _check_name(name: str) -> None:
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        remedy = "not a model's name; give up to 64 of a-z, 0-9, - and _, a letter or digit first, as in my-kicks"
        raise InputError("name", name, remedy) from error


def export(
    folder: Path,
    destination: Path,
    *,
    name: str,
    version: str = "1",
    description: str = "",
    licence: str = "MIT",
    limits: Sequence[str] = (),
    weights: Path | None = None,
    library: Library | None = None,
    control_kicks: int = CONTROL_KICKS,
    finish: choices.Finish | None = None,
    choice_kicks: int = choices.DRAWS,
) -> Card:
    """Write the bundle of a run.

    Args:
        folder: the run's.
        destination: the bundle's folder.
        name: of the model, as `--model` takes it.
        version: of the model.
        description: a sentence for the card; a plain one if empty.
        licence: of the weights.
        limits: sentences about limits and doubts, for the card, after the family's own.
        weights: an earlier checkpoint of the run, or None for its best or last.
        library: of the run: the controls' quantiles are then those of its training kicks, where these are not too
            few; else those of kicks that the model makes. Families without controls pass it over.
        control_kicks: kicks that are made and measured for the controls; 0 for a model without them.
        finish: what the instrument does to a sound: a model of the family `kickgan` then chooses among its latents
            (`choice`), by taste, and where the library has enough of the run's training kicks, by a critic. None: it
            does not.
        choice_kicks: kicks that are made and judged for that.

    Raises:
        InputError: an unfit name, no run, no checkpoint, one without a prior, another library, or a destination that
            holds something else.
    """
    _check_name(name)
    trained = load_trained(folder, weights)
    preset = trained.record.settings.preset
    about = {
        "name": name,
        "version": version,
        "description": description or f"A {preset} generator of kick drums.",
        "preset": preset,
        "licence": licence,
        "n_samples": KICK_SAMPLES,
        "latent_size": trained.generator.latent_size,
        "trained_on": _trained_on(trained.record.data, trained.samples),
        "measured": trained.measured,
    }
    if isinstance(trained.networks, KickganNetworks):
        training = None
        if library is not None and control_kicks:
            training = training_values(library, trained.record)
        card, files = _kickgan(trained.networks, about, folder, training, control_kicks)
    elif isinstance(trained.networks, WaveganNetworks):
        card, files = _wavegan(trained.networks, about)
    else:
        card, files = _dcgan(trained.networks, about)
    card = Card.model_validate(dict(card) | {"limits": [*card.limits, *limits]})
    if finish is not None and card.outputs_sketch:
        kicks = () if library is None else run_kicks(library, trained.record)
        real = None if library is None else choices.real_features(library, kicks)
        card, files = choices.chosen(Bundle(folder, seal(card, files)), real, finish, count=choice_kicks)
    write_bundle(destination, card, files)
    return card


def _latent_input(size: int) -> GraphInput:
    return GraphInput(name="latent", shape=[1, size], kind="latent", purpose=LATENT_PURPOSE)


def _dcgan(networks: DcganNetworks, about: dict[str, Any]) -> tuple[Card, dict[str, bytes]]:
    generator = networks.best_generator.float().eval()
    card = Card(
        **about,
        inputs=[_latent_input(generator.latent_size)],
        output="loudness-image",
        inverse=Inverse(kind="griffin-lim", n_fft=N_FFT, hop_length=HOP_LENGTH, iterations=100, momentum=0.99),
        graphs={GENERATOR: GRAPH_FILE},
        limits=LIMITS.get(about["preset"], []),
    )
    return card, {GRAPH_FILE: generator_graph(generator)}


def _wavegan(networks: WaveganNetworks, about: dict[str, Any]) -> tuple[Card, dict[str, bytes]]:
    outputs: Literal["waveform", "loudness-image"] = "waveform"
    inverse: Inverse | None = None
    if isinstance(networks.representation, spectra.NormalisedSpectrogram):
        outputs = "loudness-image"
        inverse = Inverse(
            kind="griffin-lim",
            n_fft=spectra.N_FFT,
            hop_length=spectra.HOP_LENGTH,
            iterations=spectra.ITERATIONS,
            momentum=spectra.MOMENTUM,
        )
    latent_size = networks.generator.latent_size
    card = Card(
        **about,
        inputs=[_latent_input(latent_size)],
        output=outputs,
        inverse=inverse,
        graphs={GENERATOR: GRAPH_FILE},
        limits=LIMITS.get(about["preset"], []),
    )
    return card, {GRAPH_FILE: heard_graph(networks)}


def _kickgan(
    networks: KickganNetworks,
    about: dict[str, Any],
    source: Path,
    training: NDArray[np.float64] | None,
    control_kicks: int,
) -> tuple[Card, dict[str, bytes]]:
    if networks.prior is None:
        remedy = "has no prior yet; take another of its checkpoints, or train it longer"
        raise InputError("weights", source, remedy)
    generator, encoder = networks.best_generator.float().eval(), networks.encoder.float().eval()
    layer_noise = GraphInput(name="layer_noise", shape=[1, *NOISE_SHAPE], kind="noise", purpose=LAYERS_PURPOSE)
    card = Card(
        **about,
        inputs=[_latent_input(generator.latent_size), layer_noise],
        output="sketch",
        graphs={GENERATOR: GRAPH_FILE, ENCODER: ENCODER_FILE},
        prior=PRIOR_FILE,
        steady=True,
        limits=list(KICKGAN_LIMITS),
    )
    files = {
        GRAPH_FILE: sketch_graph(generator),
        ENCODER_FILE: encoder_graph(encoder),
        PRIOR_FILE: arrays.pack(networks.prior.arrays()),
    }
    if not control_kicks:
        return card, files
    # Weights and prior as they are stored, so that the bundle plays exactly what is measured here.
    played = Bundle(source, seal(card, files))
    assert played.prior is not None
    latents, made = play(Voice(played), control_kicks)
    known, own = references(made, training)
    offered, joint = controlled(played.prior, latents, made[:, :-1], known[:-1])
    if not offered:
        return card, files
    limits = [*card.limits, *CONTROL_LIMITS]
    if training is None:
        limits.append(OWN_QUANTILES.format(count=control_kicks))
    elif names := [name for name in own if name in {controls.WILD, *(control.name for control in offered)}]:
        limits.append(SOME_QUANTILES.format(names=", ".join(names), count=control_kicks, least=LEAST_KNOWN))
    return (
        Card.model_validate(
            dict(card)
            | {
                "controls": offered,
                "wildness": controls.percentiles(known[-1]),
                "limits": limits,
                "measured": card.measured | decided(joint, offered),
            }
        ),
        files | {PRIOR_FILE: arrays.pack(joint.arrays())},
    )


def _trained_on(data: dict[str, Any], samples: int) -> TrainedOn:
    return TrainedOn(
        kicks=data["kicks"],
        by_licence=data["by_licence"],
        by_licence_class=data.get("by_licence_class", {}),
        by_source=data["by_source"],
        credits=[Credit.model_validate(one) for one in data.get("credits", [])],
        synthesised=data.get("synthesised", 0),
        samples_shown=samples,
        library_fingerprint=data["library_fingerprint"],
        splits=data["splits"],
    )
