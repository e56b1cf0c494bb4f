"""A run becomes a bundle: the generator as ONNX, and the card."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import TypeAdapter, ValidationError

from kickitout.bundle import Card, GraphInput, Inverse, Name, TrainedOn, write_bundle
from kickitout.errors import InputError
from kickitout.kick import KICK_SAMPLES
from kickitout.spectrogram import HOP_LENGTH, N_FFT
from kickitout.training import checkpoint, run
from kickitout.training.dcgan import DcganNetworks
from kickitout.training.networks.base import Generator
from kickitout.training.representations.loudness_image import LoudnessImage

GRAPH_FILE = "generator.onnx"
LATENT_PURPOSE = "latent"
"""The stream of random numbers that the instrument draws latents from."""

MEASURED = ("validation/generator", "validation/discriminator", "spread/generated", "spread/real", "spread/ratio")

LIMITS = {
    "dcgan": [
        "The baseline of a research draft, kept as it was described: its kicks are much alike (mode collapse).",
        "The phase is found by Griffin-Lim from magnitudes with bins of 86 Hz, far wider than a kick's low end: "
        "pitch and punch are lost even with perfect magnitudes.",
        "No control but the seed.",
    ]
}
"""What a preset's kicks cannot be, for the card."""


@dataclass(frozen=True)
class Trained:
    """A run's generator as it stands after `samples` samples, and the figures of its last validation until then."""

    record: run.RunRecord
    generator: Generator
    samples: int
    measured: dict[str, float]


def load_trained(folder: Path, weights: Path | None = None) -> Trained:
    """The generator of a run: of its last checkpoint, or of `weights`.

    Raises:
        InputError: no run, or no checkpoint in it.
        DamagedFileError, VersionError: see `checkpoint.load_checkpoint`.
    """
    record = run.read_record(folder)
    source = run.resolve_weights(folder if weights is None else weights)
    tensors, state = checkpoint.load_checkpoint(source)
    networks = DcganNetworks(record.settings, LoudnessImage(), torch.device("cpu"))
    networks.load_weights(tensors, source)
    lines = run.read_metrics(folder) if (folder / run.METRICS_FILE).exists() else []
    last = [line for line in lines if line["kind"] == "validation" and line["samples"] <= state["samples"]][-1:]
    measured = {name: float(last[0][name]) for name in MEASURED} if last else {}
    return Trained(record, networks.best_generator.float().eval(), state["samples"], measured)


def generator_graph(generator: Generator) -> bytes:
    """The generator as an ONNX graph: `latent` (1, latent_size) -> `image` (1, *shape), float32.

    One kick a call: results differ in the last bits with the batch size, and a kick must not depend on its company.
    """
    latent = torch.zeros(1, generator.latent_size)
    with _quiet():
        program = torch.onnx.export(
            generator.eval(), (latent,), dynamo=True, input_names=["latent"], output_names=["image"], verbose=False
        )
    assert program is not None
    return _without_traces(program.model_proto)


def _without_traces(model: Any) -> bytes:
    """A graph's bytes without the exporter's notes: they hold source lines and paths of this machine."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    data: bytes = model.SerializeToString(deterministic=True)
    return data


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter speaks of its own future; nobody here can act on it."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _check_name(name: str) -> None:
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        raise InputError(
            f"the model's name {name!r} will not do; use up to 64 of a-z, 0-9, - and _, beginning with a letter or "
            "a digit, as in --name my-kicks"
        ) from error


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
) -> Card:
    """Write the bundle of a run.

    Args:
        folder: the run's.
        destination: the bundle's folder.
        name: of the model, as `--model` takes it.
        version: of the model.
        description: a sentence for the card; a plain one if empty.
        licence: of the weights.
        limits: sentences about limits and doubts, for the card, after the preset's own.
        weights: an earlier checkpoint of the run, or None for the last.

    Raises:
        InputError: an unfit name, no run, no checkpoint, or a destination that holds something else.
    """
    _check_name(name)
    trained = load_trained(folder, weights)
    preset = trained.record.settings.preset
    card = Card(
        name=name,
        version=version,
        description=description or f"A {preset} generator of kick drums.",
        preset=preset,
        licence=licence,
        n_samples=KICK_SAMPLES,
        latent_size=trained.generator.latent_size,
        inputs=[
            GraphInput(name="latent", shape=[1, trained.generator.latent_size], kind="latent", purpose=LATENT_PURPOSE)
        ],
        output="loudness-image",
        inverse=Inverse(kind="griffin-lim", n_fft=N_FFT, hop_length=HOP_LENGTH, iterations=100, momentum=0.99),
        graphs={"generator": GRAPH_FILE},
        trained_on=_trained_on(trained.record.data, trained.samples),
        measured=trained.measured,
        controls=[],
        limits=[*LIMITS.get(preset, []), *limits],
    )
    write_bundle(destination, card, {GRAPH_FILE: generator_graph(trained.generator)})
    return card


def _trained_on(data: dict[str, Any], samples: int) -> TrainedOn:
    return TrainedOn(
        kicks=data["kicks"],
        by_licence=data["by_licence"],
        by_source=data["by_source"],
        samples_shown=samples,
        library_fingerprint=data["library_fingerprint"],
        splits=data["splits"],
    )
