"""A model's voice: from a seed to a latent, and from a latent to sound, before it is finished.

All random numbers are those of `randomness` by (seed, purpose); a graph runs one kick a call. So a sound depends on its
seed, its latent and the model alone.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import DamagedFileError, InputError
from kickitout.model import steering
from kickitout.model.bundle import Bundle
from kickitout.model.card import ENCODER, GENERATOR, Inverse
from kickitout.model.panel import NEAR, Panel
from kickitout.model.prior import Mixture
from kickitout.sound import spectrogram
from kickitout.sound.sketch.clip import to_stereo
from kickitout.sound.sketch.parts import Parts
from kickitout.sound.sketch.render import STEMS, render, stems
from kickitout.sound.sketch.sketch import AIR_SHAPE, SKETCH_SHAPES, Sketch
from kickitout.sound.sketch.view import view
from kickitout.system import randomness

Array = NDArray[np.float32]

COMPONENT = "component"
"""Purpose of the number that chooses a component of the prior."""

AIR = "air"
"""Purpose of a sketch's noise."""

PHASE = "phase"
"""Purpose of the phases that Griffin-Lim starts from."""

ATTEMPTS = 4
"""Latents that are tried where something is asked: the one that comes nearest is taken."""


ENDLESS = "the model {model} gives a sketch of infinite loudness; export it again"
NO_PRIOR = "the model {model} has controls but no prior; export it again"
NO_ENCODER = "it has no encoder, which is needed to start from a kick; choose another model"

NARROWED = 64
"""Sets of controls whose distribution of latents is kept."""


Noise = Mapping[str, Array]
"""What is random in a sound beside its latent: see `Voice.noise`."""

Finish = Callable[[Array], Array]
"""What is done to a sound (2, n) before anybody hears it."""


def _as_it_is(sound: Array) -> Array:
    return sound


@dataclass(frozen=True, eq=False)
class Answer:
    """A sound, and what became of what was asked.

    Attributes:
        sound: left and right, before it is finished, (2, n_samples).
        asked: by the names of controls, in their descriptors' units.
        found: what was measured of the finished sound, the same; without what it does not have.
        said: of a model that ends in a sketch, what it said.
    """

    sound: Array
    asked: Mapping[str, float]
    found: Mapping[str, float]
    said: "Said | None" = None


@dataclass(frozen=True, eq=False)
class Said:
    """What a model says, and what it sounds by.

    Attributes:
        latent: (latent_size,).
        sketch: of the latent; where something was asked, mended.
        noise: see `Voice.noise`.
        found: what was measured of the finished sound, by the names of controls; nothing where nothing was asked.
    """

    latent: Array
    sketch: Sketch
    noise: Noise
    found: Mapping[str, float]


class Voice:
    """What a bundle sounds like. Any number of threads may call at once.

    Args:
        bundle: a verified model.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.card = bundle.card
        self.panel = Panel(self.card)
        self._distribution = lru_cache(maxsize=NARROWED)(self._narrowed)
        self._joint = lru_cache(maxsize=1)(self._normal_together)

    # Latents

    def latent(self, seed: int, wishes: Mapping[str, float] | None = None) -> Array:
        """The latent of a seed: (latent_size,).

        Args:
            seed: 0 to 2^63 - 1.
            wishes: values of some of the card's controls: latents are then drawn from those that are likely to have
                them.

        Raises:
            InputError: a control that the model does not have, or a value out of its range.
        """
        return self._draw(seed, self.panel.targets(wishes or {}))

    def _draw(self, seed: int, asked: Mapping[str, float]) -> Array:
        graph_input = next(one for one in self.card.inputs if one.kind == "latent")
        normal = randomness.normal(seed, graph_input.purpose, tuple(graph_input.shape))
        distribution = self._distribution(self.panel.scores(asked))
        if distribution is None:
            return np.asarray(normal[0])
        choice = randomness.uniform(seed, COMPONENT, 1)
        return np.asarray(distribution.points(choice, normal.astype(np.float64))[0], dtype=np.float32)

    def answer(self, seed: int, wishes: Mapping[str, float] | None = None, finish: Finish = _as_it_is) -> Answer:
        """The sound of a seed, of which some things are asked.

        The seed's own latent is steered to what is asked (`kickitout.model.steering`). Where that does not come near,
        others are tried, drawn from those that are likely to have it; the nearest of all is taken. A model that ends in
        something else than a sketch takes the first of these as it is.

        Args:
            seed: 0 to 2^63 - 1.
            wishes: values of some of the card's controls.
            finish: what is done to a sound before anybody hears it: what is asked is asked of that.

        Raises:
            InputError: a control that the model does not have, or a value out of its range.
            DamagedFileError: the model's graph does not do what its card says.
        """
        asked = self.panel.targets(wishes or {})
        if not self.card.says_sketches:
            sound = self.sound(self.latent(seed, wishes), seed)
            return Answer(sound, asked, self.panel.measure(finish(sound), asked) if asked else {})
        said = self.say(seed, asked, finish)
        return Answer(self.stereo(said.sketch, said.noise), asked, said.found, said)

    def say(self, seed: int, asked: Mapping[str, float] | None = None, finish: Finish = _as_it_is) -> Said:
        """What the model says for a seed, of a model that ends in a sketch; `asked` in the descriptors' units."""
        if not asked:
            latent, noise = self.latent(seed), self.noise(seed)
            return Said(latent, self.sketch_of(latent, noise), noise, {})
        best: Said | None = None
        least = math.inf
        for attempt in range(ATTEMPTS):
            number = seed if attempt == 0 else randomness.another_seed(seed, f"attempt {attempt}")
            noise = self.noise(number)
            found = self.steer(self._draw(number, asked if attempt else {}), noise, asked, finish)
            if best is None or found.miss < least:
                best, least = Said(found.latent.astype(np.float32), found.sketch, noise, found.values), found.miss
            if least <= NEAR:
                break
        assert best is not None
        return best

    def steer(
        self,
        latent: Array,
        noise: Noise,
        asked: Mapping[str, float],
        finish: Finish = _as_it_is,
        render: Callable[[Sketch], Array] | None = None,
        pin: Callable[[Sketch], Sketch] = lambda one: one,
    ) -> steering.Steered:
        """A latent's sketch, steered to what is asked (`kickitout.model.steering`).

        Args:
            latent: where to begin.
            noise: by which it sounds.
            asked: in the descriptors' units; at least one thing.
            finish: what is done to a sound before anybody hears it.
            render: left and right of a sketch, (2, n); None: as the model sounds.
            pin: what is done to a sketch as soon as the model has said it.
        """

        def hear(one: Sketch) -> dict[str, float]:
            return self.panel.measure(finish(self.stereo(one, noise) if render is None else render(one)), asked)

        def say(place: NDArray[np.float64]) -> Sketch:
            return pin(self.sketch_of(place.astype(np.float32), noise))

        return steering.steer(latent.astype(np.float64), asked, self._joint(), say, hear)

    def mean_latent(self) -> NDArray[np.float64]:
        """The mean of all latents: (latent_size,)."""
        prior, size = self.bundle.prior, self.card.latent_size
        return np.zeros(size) if prior is None else prior.moments()[0][:size]

    def latent_factor(self) -> NDArray[np.float64]:
        """The Cholesky factor of the covariance of all latents: (latent_size, latent_size)."""
        prior, size = self.bundle.prior, self.card.latent_size
        covariance = np.eye(size) if prior is None else prior.moments()[1][:size, :size]
        return np.asarray(np.linalg.cholesky(covariance))

    def _narrowed(self, scores: tuple[tuple[int, float], ...]) -> Mixture | None:
        """The distribution of latents given scores, or None for the standard normal one."""
        prior, size = self.bundle.prior, self.card.latent_size
        if prior is None:
            return None
        return prior.given({size + place: score for place, score in scores}).marginal(size)

    def _normal_together(self) -> steering.Joint:
        prior = self.bundle.prior
        if prior is None:
            raise DamagedFileError(NO_PRIOR.format(model=self.card.name))
        return steering.Joint.of(prior, {control.name: control.quantiles for control in self.card.controls})

    # Sound

    def sound(self, latent: Array, seed: int) -> Array:
        """The sound of a latent (latent_size,), with the noise of a seed: left and right, (2, n_samples).

        Raises:
            DamagedFileError: the model's graph does not do what its card says.
        """
        noise = self.noise(seed)
        if self.card.says_sketches:
            return self.stereo(self.sketch_of(latent, noise), noise)
        return self._waveform(self.bundle.generate_raw(self._inputs(latent, noise)), seed)

    def noise(self, seed: int) -> Noise:
        """All that is random in a sound beside its latent, by the names of the graph's inputs, and AIR."""
        noise = {
            part.name: randomness.normal(seed, part.purpose, tuple(part.shape))
            for part in self.card.inputs
            if part.kind != "latent"
        }
        return noise | ({AIR: randomness.normal(seed, AIR, AIR_SHAPE)} if self.card.says_sketches else {})

    def _inputs(self, latent: Array, noise: Noise) -> dict[str, Array]:
        return {part.name: latent[None] if part.kind == "latent" else noise[part.name] for part in self.card.inputs}

    def sketch_of(self, latent: Array, noise: Noise) -> Sketch:
        """What the model says of a latent (latent_size,).

        Raises:
            DamagedFileError: the model's graph does not do what its card says.
        """
        outputs = self.bundle.run(GENERATOR, self._inputs(latent, noise))
        found = {name: array.shape for name, array in outputs.items()}
        expected = {name: (1, *shape) for name, shape in SKETCH_SHAPES.items()}
        if found != expected:
            raise self._liar(found, expected)
        return Sketch(**{name: array[0] for name, array in outputs.items()})

    def stereo(self, one: Sketch, noise: Noise) -> Array:
        """Left and right of a sketch, before they are finished: (2, n_samples).

        Raises:
            DamagedFileError: it is endlessly loud.
        """
        return to_stereo(self.mid_side(one, noise)).astype(np.float32)

    def stems(self, said: Said) -> dict[str, Array]:
        """Left and right, (2, n_samples), of the parts that a sound is the sum of, before they are finished."""
        parts = stems(said.sketch, said.noise[AIR]).astype(np.float32)
        return dict(zip(STEMS, parts, strict=True))

    def mid_side(self, one: Sketch, noise: Noise) -> NDArray[np.float64]:
        """Mid and side of a sketch's sound, (2, n_samples)."""
        with np.errstate(over="ignore", invalid="ignore"):
            result = render(one, noise[AIR])
        if not np.isfinite(result).all():
            raise DamagedFileError(ENDLESS.format(model=self.card.name))
        return result

    def _waveform(self, raw: Array, seed: int) -> Array:
        """An image or a waveform as a waveform of shape (2, n_samples)."""
        card = self.card
        if card.inverse is None:
            expected: tuple[int, ...] = (1, 2, card.n_samples)
        else:
            n_fft, hop_length = card.inverse.n_fft, card.inverse.hop_length
            expected = (1, 2, spectrogram.count_frames(card.n_samples, n_fft, hop_length), n_fft // 2 + 1)
        if raw.shape != expected:
            raise self._liar(raw.shape, expected)
        return raw[0] if card.inverse is None else _invert(raw[0], card.inverse, card.n_samples, seed)

    def _liar(self, found: object, expected: object) -> DamagedFileError:
        return DamagedFileError(
            f"the model {self.card.name} gives {found} where its card says {expected}; export it again"
        )

    # From a kick

    def encode(self, parts: Parts) -> Array:
        """The latent whose kick is most like one that was taken apart: (latent_size,).

        Raises:
            InputError: the model has no encoder.
            DamagedFileError: the encoder does not do what it should.
        """
        if ENCODER not in self.card.graphs:
            raise InputError("model", self.card.name, NO_ENCODER)
        mean = self.bundle.run(ENCODER, vars(view(parts))).get("latent_mean")
        expected = (1, self.card.latent_size)
        if mean is None or mean.shape != expected:
            raise self._liar(None if mean is None else mean.shape, expected)
        return np.asarray(mean[0], dtype=np.float32)


def _invert(image: Array, inverse: Inverse, n_samples: int, seed: int) -> Array:
    """A loudness image (2, n_frames, n_bins) as a waveform (2, n_samples), by Griffin-Lim from the seed's phases."""
    _, n_frames, n_bins = image.shape
    # Both channels start from the same phases, as the two channels of a kick agree.
    turns = randomness.uniform(seed, PHASE, n_frames * n_bins).reshape(n_frames, n_bins)
    return spectrogram.griffin_lim(
        spectrogram.amplitudes(image),
        n_samples,
        iterations=inverse.iterations,
        momentum=inverse.momentum,
        initial_phase=2.0 * math.pi * turns,
        n_fft=inverse.n_fft,
        hop_length=inverse.hop_length,
    )
