"""The training kicks of the flagship as tensors: taken apart, with copies at other speeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sketch.parts import body_wave, take_apart
from kickitout.system.workers import available_processors, in_order, open_workers
from kickitout.training.kickgan.analysis import targets
from kickitout.training.kickgan.sketch import Targets

_FINER = 4  # times oversampled before reading between samples
_TAPER = 660  # samples over which a copy that ends early is faded


@dataclass(frozen=True, eq=False)
class Material:
    """Kicks taken apart (see `kickitout.sound.sketch.parts`); all have their polarity and their side's sign in common.

    Attributes:
        mid, side: float16 (n, 22050), at most 1.
        rest: mid without the body, float16 (n, 22050).
        log_amplitude, frequency: of the body, float32 (n, 345).
        phase: of the body, float32 (n,).
    """

    mid: Tensor
    side: Tensor
    rest: Tensor
    log_amplitude: Tensor
    frequency: Tensor
    phase: Tensor

    def __len__(self) -> int:
        return len(self.phase)

    def to(self, device: torch.device) -> "Material":
        """The same on a device."""
        return Material(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))

    def mid_side(self, indices: Tensor, rests: Tensor | None = None) -> Tensor:
        """Waveforms of some kicks, float32 (k, 2, 22050): mid and side; with the rest and side of others if given."""
        if rests is None:
            return torch.stack([self.mid[indices], self.side[indices]], dim=1).float()
        body = self.mid[indices].float() - self.rest[indices].float()
        return torch.stack([body + self.rest[rests].float(), self.side[rests].float()], dim=1)

    def targets(self, indices: Tensor, rests: Tensor | None = None) -> Targets:
        """The targets of a sketch of some kicks; rest and side are those of `rests` if given."""
        sources = indices if rests is None else rests
        return targets(
            self.rest[sources].float(),
            self.side[sources].float(),
            self.log_amplitude[indices],
            self.frequency[indices],
            self.phase[indices],
        )


LEAST_SHARED = 2_000
"""Kicks and copies from which on several processes take them apart: one needs some milliseconds each, and a new process
some seconds to begin."""


def take_all_apart(kicks: Tensor, speeds: Sequence[float] = ()) -> Material:
    """The parts of kicks, int16 (n, 2, 22050), followed by those of copies at each speed in semitones.

    Row `n * (1 + j) + i` is kick i at speed j. Silent kicks stay silent.
    """
    versions = [(kick, speed) for speed in (0.0, *speeds) for kick in kicks.numpy()]
    processors = available_processors() if len(versions) >= LEAST_SHARED else 1
    columns: dict[str, NDArray[Any]] = {}
    with open_workers(processors, len(versions)) as workers:
        for row, parts in enumerate(in_order(workers, _taken_apart, versions, 2 * processors)):
            for name, values in parts.items():
                if name not in columns:
                    columns[name] = np.empty((len(versions), *values.shape), values.dtype)
                columns[name][row] = values
    return Material(**{name: torch.from_numpy(values) for name, values in columns.items()})


def _taken_apart(versions: Sequence[tuple[NDArray[np.int16], float]]) -> list[dict[str, NDArray[Any]]]:
    """One row of `Material` by name for each kick (2, 22050) at a speed."""
    rows: list[dict[str, NDArray[Any]]] = []
    for kick, speed in versions:
        audio = (kick / FULL_SCALE).astype(np.float32)
        parts = take_apart(played_faster(audio, speed) if speed else audio)
        body = body_wave(parts.log_amplitude, parts.frequency, parts.phase)
        rows.append(
            {
                "mid": (body + parts.rest).astype(np.float16),
                "side": parts.side.astype(np.float16),
                "rest": parts.rest.astype(np.float16),
                "log_amplitude": parts.log_amplitude,
                "frequency": parts.frequency,
                "phase": np.asarray(np.float32(parts.phase)),
            }
        )
    return rows


def played_faster(audio: NDArray[np.float32], semitones: float) -> NDArray[np.float32]:
    """A kick (2, n) at another speed: four times oversampled, then straight between samples. What begins at the onset
    begins there still; a kick that ends early is faded and followed by silence."""
    ratio = 2.0 ** (semitones / 12.0)
    count = audio.shape[1]
    spectrum = np.fft.rfft(audio, 2 * count)
    hz = np.fft.rfftfreq(2 * count, 1.0 / SAMPLE_RATE)
    spectrum[:, hz > 0.5 * SAMPLE_RATE / ratio] = 0.0  # what would alias
    fine = np.fft.irfft(spectrum, _FINER * 2 * count)[:, : _FINER * count] * _FINER
    places = np.arange(KICK_SAMPLES) * (_FINER * ratio)
    read = np.stack([np.interp(places, np.arange(fine.shape[1]), channel, right=0.0) for channel in fine])
    end = int(np.count_nonzero(places < fine.shape[1]))
    if end < KICK_SAMPLES:
        length = min(_TAPER, end)
        read[:, end - length : end] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(length) / length)
        read[:, end:] = 0.0
    return read.astype(np.float32)
