"""A model's voice: from a seed to a latent, and from a latent to sound, before it is finished.

All random numbers are those of `randomness` by (seed, purpose); a graph runs one kick a call. So a sound depends on its
seed, its latent and the model alone.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import DamagedFileError, InputError
from kickitout.model import steering
from kickitout.model.bundle import Bundle
from kickitout.model.card import ENCODER, GENERATOR, Inverse
from kickitout.model.controls import DRIVE, WILD
from kickitout.model.noise import AIR, TAIL, Noise
from kickitout.model.panel import Panel
from kickitout.model.prior import Mixture
from kickitout.sound import spectrogram
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch import anchor, edits
from kickitout.sound.sketch.clip import to_stereo
from kickitout.sound.sketch.parts import Parts
from kickitout.sound.sketch.render import STEMS, render, render_longest, stems
from kickitout.sound.sketch.sketch import AIR_SHAPE, SKETCH_SHAPES, TAIL_SHAPE, Sketch
from kickitout.sound.sketch.view import view
from kickitout.system import randomness

Array = NDArray[np.float32]

COMPONENT = "component"
"""Purpose of the number that chooses a component of the prior."""

CHOICE = "choice"
"""Purpose of the number that decides whether a latent is taken."""

PHASE = "phase"
"""Purpose of the phases that Griffin-Lim starts from."""


ENDLESS = "the model {model} gives a sketch of infinite loudness; export it again"
NO_PRIOR = "the model {model} has controls but no prior; export it again"
NO_ENCODER = "it has no encoder, which is needed to start from a kick; choose another model"

NARROWED = 64
"""Sets of controls whose distribution of latents is kept."""

BARE = 16
"""Sounds of seeds of which nothing is asked that are kept, with their noise and sketches, about 1 MB each: who chooses
among them makes one anew, and who turns knobs begins from one each time."""


Finish = Callable[[Array], Array]
"""Post-processing of a sound, (2, n): targets are those of the finished sound."""


def _as_it_is(sound: Array) -> Array:
    return sound


@dataclass(frozen=True, eq=False)
class Rendering:
    """A sound, its targets, and what was achieved.

    Attributes:
        sound: left and right, before it is finished, (2, n_samples).
        targets: by control, in the units of their descriptors.
        measured: of the finished sound, likewise; without what it does not have.
        sketched: the sketch behind it, of a model that outputs one.
    """

    sound: Array
    targets: Mapping[str, float]
    measured: Mapping[str, float]
    sketched: "Sketched | None" = None


@dataclass(frozen=True, eq=False)
class Sketched:
    """A sketch, with the latent and the noise that make its sound.

    Attributes:
        latent: (latent_size,).
        sketch: the generator's output for the latent, edited where there were targets.
        noise: see `Voice.noise`.
        measured: of the finished sound, by control; empty where there were no targets.
    """

    latent: Array
    sketch: Sketch
    noise: Noise
    measured: Mapping[str, float]


def set_of(targets: Mapping[str, float]) -> dict[str, float]:
    """What is set among targets and not searched for, so that a kick has it."""
    return {name: value for name, value in targets.items() if name in (DRIVE.name, WILD)}


def driven(sketch: Sketch, targets: Mapping[str, float], noise: Noise) -> Sketch:
    """A sketch with the drive among targets, if there is one, heard where it was."""
    if DRIVE.name not in targets:
        return sketch
    rest = anchor.low_rest(sketch, noise[AIR])
    return anchor.anchored(edits.saturated(sketch, targets[DRIVE.name]), anchor.heard_hz(sketch, rest), rest)


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
        self._bare = lru_cache(maxsize=BARE)(self._of_seed)
        self._mean = lru_cache(maxsize=1)(self.mean_latent)
        self._noise = lru_cache(maxsize=BARE)(self._drawn)
        self._sketch = lru_cache(maxsize=BARE)(self._generated)

    # Latents

    def width(self, attempt: int) -> float:
        """How many times as wide as the model's own the distribution is that one of a seed's kicks is drawn from. The
        first kick, 0, is the model's own; the others may come from further out, where there is a choice among them."""
        choice = self.bundle.choice
        return 1.0 if choice is None or attempt == 0 else choice.width

    def is_taken(self, seed: int, width: float) -> bool:
        """Whether the latent of a seed is worth a kick, by lot (`kickitout.model.choice`). Without a choice, all are.

        Args:
            seed: 0 to 2^63 - 1.
            width: see `latent`.
        """
        choice = self.bundle.choice
        if choice is None:
            return True
        lot = float(randomness.uniform(seed, CHOICE, 1)[0])
        return bool(lot < choice.chance(self.latent(seed, width=width)))

    def latent(self, seed: int, controls: Mapping[str, float] | None = None, *, width: float = 1.0) -> Array:
        """The latent of a seed: (latent_size,).

        Args:
            seed: 0 to 2^63 - 1.
            controls: values of some of the card's controls: latents are then drawn from those that are likely to have
                them.
            width: how many times as far from the mean of all latents.

        Raises:
            InputError: a control that the model does not have, or a value out of its range.
        """
        latent = self._draw(seed, self.panel.targets(controls or {}))
        if width == 1.0:
            return latent
        mean = self._mean()
        return np.asarray(mean + width * (latent - mean), dtype=np.float32)

    def _draw(self, seed: int, targets: Mapping[str, float]) -> Array:
        graph_input = next(one for one in self.card.inputs if one.kind == "latent")
        normal = randomness.normal(seed, graph_input.purpose, tuple(graph_input.shape))
        distribution = self._distribution(self.panel.scores(targets))
        if distribution is None:
            return np.asarray(normal[0])
        choice = randomness.uniform(seed, COMPONENT, 1)
        return np.asarray(distribution.points(choice, normal.astype(np.float64))[0], dtype=np.float32)

    def render(
        self,
        seed: int,
        controls: Mapping[str, float] | None = None,
        finish: Finish = _as_it_is,
        *,
        width: float = 1.0,
    ) -> Rendering:
        """The sound of a seed, steered to values of controls.

        The seed's own latent is steered to the targets (`kickitout.model.steering`): it stays the same kick, and what
        it cannot be is missed. A model that outputs no sketch plays a latent of those that are likely to have them.

        Args:
            seed: 0 to 2^63 - 1.
            controls: values of some of the card's controls.
            finish: post-processing; the targets are those of its result.
            width: see `latent`.

        Raises:
            InputError: a control that the model does not have, or a value out of its range.
            DamagedFileError: the model's graph does not do what its card says.
        """
        targets = self.panel.targets(controls or {})
        if not self.card.outputs_sketch:
            sound = self.sound(self.latent(seed, controls, width=targets.get(WILD, 1.0)), seed)
            measured = self.panel.measure(finish(sound)) | set_of(targets) if targets else {}
            return Rendering(sound, targets, measured)
        if not targets:
            return self._bare(seed, width)
        sketched = self.sketched(seed, targets, finish, width=width)
        return Rendering(self.stereo(sketched.sketch, sketched.noise), targets, sketched.measured, sketched)

    def _of_seed(self, seed: int, width: float) -> Rendering:
        """The sound of a seed, of a model that outputs sketches, with nothing asked."""
        sketched = self.sketched(seed, width=width)
        sound = self.stereo(sketched.sketch, sketched.noise)
        sound.flags.writeable = False
        return Rendering(sound, {}, {}, sketched)

    def longer(self, rendering: Rendering, samples: int) -> Array:
        """The sound of a rendering that sounds on for so many samples and more: (2, n). That of a model that outputs no
        sketch cannot: it is as it is."""
        if rendering.sketched is None:
            return rendering.sound
        return self.stereo(rendering.sketched.sketch, rendering.sketched.noise, samples)

    def sketched(
        self,
        seed: int,
        targets: Mapping[str, float] = MappingProxyType({}),
        finish: Finish = _as_it_is,
        *,
        width: float = 1.0,
    ) -> Sketched:
        """The sketch of a seed, of a model that outputs sketches; targets in the units of their descriptors. `width` is
        that of its own latent, see `latent`."""
        if not targets.keys() - {DRIVE.name}:
            latent, noise = self.latent(seed, width=width), self.noise(seed)
            return Sketched(latent, driven(self.sketch_of(latent, noise), targets, noise), noise, targets)
        noise = self.noise(seed)
        found = self.steer(self.latent(seed, width=width), noise, targets, finish)
        has = {**found.values, **set_of(targets)}
        return Sketched(found.latent.astype(np.float32), found.sketch, noise, has)

    def steer(
        self,
        latent: Array,
        noise: Noise,
        targets: Mapping[str, float],
        finish: Finish = _as_it_is,
        render: Callable[[Sketch], Array] | None = None,
        pin: Callable[[Sketch], Sketch] = lambda one: one,
        *,
        settles: bool = True,
    ) -> steering.Steered:
        """A latent's sketch, steered to targets (`kickitout.model.steering`).

        Args:
            latent: where to begin.
            noise: the noise of the sound.
            targets: at least one, in the units of their descriptors. A drive is set, before all else.
            finish: post-processing; the targets are those of its result.
            render: left and right of a sketch, (2, n); None: as the model sounds.
            pin: applied to every sketch that the model outputs, before it is edited.
            settles: whether a kick settles on a pitch among its targets.
        """

        def measure(one: Sketch) -> dict[str, float]:
            return self.panel.measure(finish(self.stereo(one, noise) if render is None else render(one)), watched)

        def sketch_at(place: NDArray[np.float64]) -> Sketch:
            return driven(pin(self.sketch_of(place.astype(np.float32), noise)), targets, noise)

        searched = {name: value for name, value in targets.items() if name != DRIVE.name}
        watched = steering.watched(searched)
        return steering.steer(
            latent.astype(np.float64),
            searched,
            self._joint(),
            sketch_at,
            measure,
            settles=settles,
            air=noise[AIR],
        )

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
        return steering.Joint.of(prior, {control.name: control.quantiles for control in self.card.scored})

    # Sound

    def sound(self, latent: Array, seed: int) -> Array:
        """The sound of a latent (latent_size,), with the noise of a seed: left and right, (2, n_samples).

        Raises:
            DamagedFileError: the model's graph does not do what its card says.
        """
        noise = self.noise(seed)
        if self.card.outputs_sketch:
            return self.stereo(self.sketch_of(latent, noise), noise)
        return self._waveform(self.bundle.generate_raw(self._inputs(latent, noise)), seed)

    def noise(self, seed: int) -> Noise:
        """All randomness in a sound other than its latent, by the names of the graph's inputs, AIR and TAIL."""
        return self._noise(seed)

    def _drawn(self, seed: int) -> Noise:
        shapes = {part.name: (part.purpose, tuple(part.shape)) for part in self.card.inputs if part.kind != "latent"}
        if self.card.outputs_sketch:
            shapes |= {AIR: (AIR, AIR_SHAPE), TAIL: (TAIL, TAIL_SHAPE)}
        return Noise({name: partial(randomness.normal, seed, *drawn) for name, drawn in shapes.items()})

    def _inputs(self, latent: Array, noise: Noise) -> dict[str, Array]:
        return {part.name: latent[None] if part.kind == "latent" else noise[part.name] for part in self.card.inputs}

    def sketch_of(self, latent: Array, noise: Noise) -> Sketch:
        """The generator's sketch of a latent, (latent_size,); with a body that falls for good where the card says so.

        Raises:
            DamagedFileError: the model's graph does not do what its card says.
        """
        return self._sketch(latent.astype(np.float32).tobytes(), noise)

    def _generated(self, latent: bytes, noise: Noise) -> Sketch:
        outputs = self.bundle.run(GENERATOR, self._inputs(np.frombuffer(latent, dtype=np.float32), noise))
        found = {name: array.shape for name, array in outputs.items()}
        expected = {name: (1, *shape) for name, shape in SKETCH_SHAPES.items()}
        if found != expected:
            raise self._liar(found, expected)
        said = Sketch(**{name: array[0] for name, array in outputs.items()})
        return edits.steadied(said) if self.card.steady else said

    def stereo(self, one: Sketch, noise: Noise, samples: int | None = None) -> Array:
        """Left and right of a sketch, before they are finished: (2, n_samples); (2, 88200) where it is to sound on for
        more `samples` than that (`kickitout.sound.sketch.tail`).

        Raises:
            DamagedFileError: it is endlessly loud.
        """
        return to_stereo(self.mid_side(one, noise, samples)).astype(np.float32)

    def stems(self, sketched: Sketched, samples: int | None = None) -> dict[str, Array]:
        """Left and right of the parts that `stereo` is the sum of, before they are finished."""
        more = sketched.noise[TAIL] if sounds_on(samples) else None
        parts = stems(sketched.sketch, sketched.noise[AIR], more).astype(np.float32)
        return dict(zip(STEMS, parts, strict=True))

    def mid_side(self, one: Sketch, noise: Noise, samples: int | None = None) -> NDArray[np.float64]:
        """Mid and side of a sketch's sound: as `stereo`."""
        with np.errstate(over="ignore", invalid="ignore"):
            result = render_longest(one, noise[AIR], noise[TAIL]) if sounds_on(samples) else render(one, noise[AIR])
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


def sounds_on(samples: int | None) -> bool:
    """Whether a kick of so many samples is longer than a sketch."""
    return samples is not None and samples > KICK_SAMPLES


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
