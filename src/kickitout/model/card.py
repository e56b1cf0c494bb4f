"""What a model is, in plain data: the card of a bundle and its parts."""

import math
import re
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kickitout.model import controls as kinds
from kickitout.model.controls import DRIVE, GAIN, KINDS, OF_ONE, PERCENTILES, SIDE
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.spectrogram import count_frames

CARD_FILE = "card.json"


MODEL_CARD_FILE = "MODEL_CARD.md"


CHECKSUMS_FILE = "checksums.json"


GENERATOR = "generator"
"""The role of the graph that makes a kick out of the inputs."""


ENCODER = "encoder"
"""The role of the graph that finds the latent of a kick."""


PRIOR_SUFFIX = ".npz"


FREE_LICENCES = frozenset({"CC0-1.0", "Public-Domain", "Unlicense"})
"""Licences that ask nothing of anybody who uses the sound."""


CREDIT_LICENCES = frozenset({"MIT", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0"})
"""Licences that ask for credit and leave the rest free."""

FREE_CLASSES = frozenset({"clean", "attribution"})
"""Licence classes of a library whose kicks may train weights that are sold, with credit where it is asked for."""


_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


MAX_SIDE = 2**20
"""Numbers in an input of a graph: a million. Those of the shipped models have 5,456 at most."""

MAX_COUNT = 10**15
MAX_LATENT = 4096
MAX_ROUNDS = 2**27
"""Numbers of an image times rounds of Griffin-Lim: 15 times what the draft takes for a kick."""

Text = Annotated[str, Field(min_length=1, max_length=10_000)]


Positive = Annotated[int, Field(ge=1, le=MAX_SIDE)]


Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


Number = Annotated[float, Field(ge=-1e15, le=1e15)]
"""No measurement of a kick is larger; what is breaks sums."""


class Part(BaseModel):
    """What is read from JSON: nothing is taken for something else, and nothing more is there than is known."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class GraphInput(Part):
    """One input of the generator graph, a float32 tensor.

    `latent` and `noise` are standard normal numbers of (seed, `purpose`): see `randomness.normal`. `control` is a
    value that a person sets.
    """

    name: Text
    shape: Annotated[
        list[Positive], Field(min_length=1, max_length=8)
    ]  # with the batch of one: [1, latent_size] for the latent
    kind: Literal["latent", "noise", "control"]
    purpose: Text


class Inverse(Part):
    """How a loudness image becomes a waveform: the kind of inverse and its numbers."""

    kind: Literal["griffin-lim"]
    n_fft: Annotated[int, Field(ge=16, le=2**16)]
    hop_length: Annotated[int, Field(ge=1, le=2**16)]
    iterations: Annotated[int, Field(ge=1, le=10_000)]
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)]  # 0: plain Griffin-Lim; 0.99: the fast one

    @model_validator(mode="after")
    def _fits_together(self) -> "Inverse":
        if self.n_fft % 2 or self.n_fft % self.hop_length or self.n_fft < 2 * self.hop_length:
            raise ValueError("n_fft must be even, and a multiple of hop_length with at least two hops")
        return self


_KINDS = frozenset((kind.name, kind.descriptor, kind.unit) for kind in (*KINDS, DRIVE))


class Control(Part):
    """A value that a person sets: a measured feature of the kick in its unit or from 0 to 1, or the drive.

    `quantiles` are the feature's values that training kicks have at the quantiles 0, 0.01, ... 1; of the drive, the
    decibels of gain at 0, 0.01, ... 1.
    """

    name: Name
    descriptor: Text
    unit: Text  # of the descriptor; or one of `controls.OF_ONE`
    minimum: Number
    maximum: Number
    quantiles: Annotated[list[Number], Field(min_length=PERCENTILES, max_length=PERCENTILES)]

    @model_validator(mode="after")
    def _ascends(self) -> "Control":
        if self.minimum >= self.maximum or any(low > high for low, high in pairwise(self.quantiles)):
            raise ValueError(f"the control {self.name} has a range or quantiles that do not ascend")
        if self.unit in OF_ONE and not 0.0 <= self.minimum < self.maximum <= 1.0:
            raise ValueError(f"the control {self.name} has a range that does not lie within 0 to 1")
        if (self.name, self.descriptor, self.unit) not in _KINDS:
            raise ValueError(
                f"this Kick It Out knows no control {self.name} that sets {self.descriptor} in {self.unit}"
            )
        return self


def drive_control() -> Control:
    """The control of the drive, which is the same for every model that outputs a sketch."""
    gains = [float(f"{kinds.value(place / (PERCENTILES - 1), GAIN, []):.6g}") for place in range(PERCENTILES)]
    return Control(name=DRIVE.name, descriptor=DRIVE.descriptor, unit=GAIN, minimum=0.0, maximum=1.0, quantiles=gains)


def _as_named_today(card: Any) -> Any:
    """A card as it is read, with the controls of today.

    In older cards the control `drive` set what is `noise` today, and the width was a quantile.
    """
    listed = card.get("controls") if isinstance(card, dict) else None
    if not isinstance(listed, list) or not any(
        isinstance(one, dict) and (one.get("name"), one.get("descriptor")) == ("drive", "drive") for one in listed
    ):
        return card
    named: list[Any] = []
    for one in listed:
        if not isinstance(one, dict):
            named.append(one)
        elif (one.get("name"), one.get("descriptor")) == ("drive", "drive"):
            named += [one | {"name": "noise", "descriptor": "noise"}]
            named += [drive_control().model_dump()] if card.get("output") == "sketch" else []
        else:
            named.append(one | {"unit": SIDE} if one.get("name") == "width" else one)
    return card | {"controls": named}


class Credit(Part):
    """How many training kicks a source gave under a licence; `origin` is a repository or a package, or empty."""

    source: str
    licence: str
    origin: str
    kicks: Count


class TrainedOn(Part):
    """What the weights have seen. Cards of before have neither classes nor credits nor synthesised kicks."""

    kicks: Count
    by_licence: dict[str, Count]
    by_licence_class: dict[str, Count] = {}
    by_source: dict[str, Count]
    credits: list[Credit] = []
    synthesised: Count = 0  # kicks of our own synthesis beside those of the library
    samples_shown: Count  # kicks shown to the networks in all: epochs times kicks
    library_fingerprint: str
    splits: list[str]


class Card(Part):
    """What a model is, in plain data. docs/bundle.md explains every field."""

    format_version: Literal[1] = 1
    name: Name
    version: Text
    description: Text
    preset: Text
    licence: Text  # of the weights
    sample_rate: Literal[44_100] = 44_100  # Hz; every kick inside Kick It Out has this rate
    n_samples: Annotated[int, Field(ge=1, le=44_100 * 60)]
    latent_size: Annotated[int, Field(ge=1, le=MAX_LATENT)]
    inputs: Annotated[list[GraphInput], Field(min_length=1, max_length=16)]
    output: Literal["waveform", "loudness-image", "sketch"]
    inverse: Inverse | None = None
    graphs: Annotated[dict[str, str], Field(max_length=8)]  # role -> file name
    prior: str | None = None  # file name; without one, latents are standard normal
    choice: str | None = None  # file name of the network that chooses among latents; only a model of sketches has one
    steady: bool = False  # whether bodies are made to fall for good (`edits.steadied`); only a model of sketches
    trained_on: TrainedOn
    measured: dict[str, float] = {}
    controls: Annotated[list[Control], Field(max_length=64)] = []
    # How far training kicks are from their centre, at the quantiles 0, 0.01, ... 1. A model that has it has the control
    # `wild`.
    wildness: Annotated[list[Number], Field(min_length=PERCENTILES, max_length=PERCENTILES)] | None = None
    limits: list[str] = []

    @model_validator(mode="before")
    @classmethod
    def _of_today(cls, data: Any) -> Any:
        return _as_named_today(data)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Card":
        if GENERATOR not in self.graphs:
            raise ValueError(f'graphs must name a "{GENERATOR}"')
        for file in self.files:
            if not _FILE_NAME.fullmatch(file) or file in (CARD_FILE, MODEL_CARD_FILE, CHECKSUMS_FILE):
                raise ValueError(f"{file!r} is no plain file name of a graph or of arrays")
        if (self.output == "loudness-image") != (self.inverse is not None):
            raise ValueError("a loudness-image needs an inverse, others have none")
        if self.inverse is not None:
            bins = count_frames(self.n_samples, self.inverse.n_fft, self.inverse.hop_length) * self.inverse.n_fft
            if bins * self.inverse.iterations > MAX_ROUNDS:
                raise ValueError("the inverse would take minutes for a kick")
        if self.outputs_sketch and self.n_samples != KICK_SAMPLES:
            raise ValueError(f"a sketch is of {KICK_SAMPLES} samples, got {self.n_samples}")
        if self.prior is not None and not self.prior.endswith(PRIOR_SUFFIX):
            raise ValueError(f"prior: {self.prior!r} does not end with {PRIOR_SUFFIX}")
        if self.choice is not None and not (self.outputs_sketch and self.choice.endswith(PRIOR_SUFFIX)):
            raise ValueError(f"choice: {self.choice!r} does not end with {PRIOR_SUFFIX}, or the output is no sketch")
        if self.steady and not self.outputs_sketch:
            raise ValueError("steady: only sketches have a body that can be made steady")
        if self.choice is not None and self.files.count(self.choice) > 1:
            raise ValueError(f"choice: {self.choice} is another part's file")
        if self.scored and self.prior is None:
            raise ValueError("controls need a prior to ask")
        if len({control.name for control in self.controls}) != len(self.controls):
            raise ValueError("controls: two have the same name")
        if self.wildness is not None and (
            self.prior is None or any(low > high for low, high in pairwise(self.wildness))
        ):
            raise ValueError("wildness needs a prior, and quantiles that ascend")
        if any(math.prod(part.shape) > MAX_SIDE for part in self.inputs):
            raise ValueError(f"inputs: one has more than {MAX_SIDE:,} numbers")
        names = [graph_input.name for graph_input in self.inputs]
        if len(set(names)) != len(names):
            raise ValueError("inputs: two have the same name")
        latents = [graph_input.shape for graph_input in self.inputs if graph_input.kind == "latent"]
        if latents != [[1, self.latent_size]]:
            raise ValueError(f"inputs: exactly one latent of shape [1, {self.latent_size}] is needed, got {latents}")
        return self

    @property
    def scored(self) -> list[Control]:
        """The controls with a score, in the order of the prior's numbers after the latent."""
        return [control for control in self.controls if control.unit != GAIN]

    @property
    def outputs_sketch(self) -> bool:
        """Whether the graph ends at a sketch: such kicks have stems and are varied."""
        return self.output == "sketch"

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all files that the card speaks of."""
        return (*self.graphs.values(), *(name for name in (self.prior, self.choice) if name is not None))
