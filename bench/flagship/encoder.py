"""How near a model comes to a kick that it has not learned."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from flagship.material import (
    HELD_OUT,
    Float64Array,
    Kick,
    Material,
    Subject,
    library_in,
    player,
    report_progress,
    spread,
)
from flagship.tables import at_least, at_most, figures, in_cents, in_decibels, percent
from kickitout.library.store import Library
from kickitout.measure.descriptors import describe
from kickitout.model.card import ENCODER
from kickitout.sound import spectrogram
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.system.randomness import permutation

CENTS = 15.0
HALFWAY = 0.5

LOG_WINDOWS = (2048, 512, 128)
"""Windows of the log-spectral distance, in samples; each hops by a quarter."""

LOG_FLOOR = 1e-4
"""Amplitudes below this (-80 dB) beside the loudest of the original count as this."""


def log_spectral_distance(true: Kick, found: Kick) -> float:
    """Root mean square difference of log amplitudes, dB; the mean over `LOG_WINDOWS`.

    Over all channels, frames and bins in which one of the two is above the floor: a kick is mostly silence, which any
    two have in common. Between two draws of one noise it is 7.9 dB (sqrt 2 times 5.6, the spread of the logarithm of a
    Rayleigh amplitude).
    """
    apart = []
    for n_fft in LOG_WINDOWS:
        magnitudes, seen = (
            np.abs(spectrogram.stft(kick, n_fft, n_fft // 4)).astype(np.float64) for kick in (true, found)
        )
        floor = max(LOG_FLOOR * float(magnitudes.max()), 1e-12)
        ratio = np.maximum(seen, floor) / np.maximum(magnitudes, floor)
        audible = np.maximum(seen, magnitudes) > floor
        apart.append(float(np.sqrt(np.square(20.0 * np.log10(ratio[audible])).mean())) if audible.any() else 0.0)
    return float(np.mean(apart))


def cents_off(true_hz: float | None, found: Kick) -> float:
    """How far the end pitch of a kick is from a true one; endless if it has none, NaN if there is no true one."""
    if true_hz is None:
        return float("nan")
    hz = describe(found).get("pitch_hz")
    return abs(1200.0 * float(np.log2(hz / true_hz))) if hz else float("inf")


def draft_round_trip(kick: Kick) -> Kick:
    """A kick through the draft's loudness image and back, on its own scale: fast Griffin-Lim, as its bundle has it."""
    magnitudes = spectrogram.amplitudes(spectrogram.loudness_image(kick))
    signal = spectrogram.griffin_lim(magnitudes, KICK_SAMPLES, iterations=100, momentum=0.99)
    return signal * np.float32(np.abs(spectrogram.stft(kick)).max() / 100.0)


RUNGS = ("the model", "exact", "the draft's round trip", "another kick")


def reconstructed(items: Sequence[tuple[str, Path, int, int]]) -> list[Float64Array]:
    """Cents and log-spectral distance of RUNGS, (4, 2), for (model, library, kick, another kick)."""
    result = []
    with threadpool_limits(1):
        for model, folder, index, other in items:
            library = library_in(folder)
            kick = library.audio(index)
            hz = describe(kick).get("pitch_hz")
            sounds = (player(model).reconstruct(kick), kick, draft_round_trip(kick), library.audio(other))
            result.append(np.array([(cents_off(hz, sound), log_spectral_distance(kick, sound)) for sound in sounds]))
    return result


def encoder(subject: Subject, material: Material) -> str:
    """How near the model says a kick that it has not learned, beside better and worse ways."""
    if ENCODER not in subject.instrument.bundle.card.graphs:
        return f"{subject.instrument.name} has no encoder.\n"
    library = Library.open(material.folder)
    rows: list[tuple[str, ...]] = []
    counts: list[str] = []
    for split in HELD_OUT:
        chosen = np.array(library.select({split}), dtype=np.int64)
        order = chosen[permutation(0, "bench/check_flagship", len(chosen))][: material.sized(len(chosen))]
        report_progress(f"reconstructing {len(order)} kicks of {split} with {subject.model}")
        pairs = zip(order.tolist(), np.roll(order, 1).tolist(), strict=True)
        items = [(subject.model, material.folder, *pair) for pair in pairs]
        each: list[Float64Array] = list(spread(reconstructed, items))
        found = np.stack(each)
        pitched = ~np.isnan(found[:, 0, 0])
        counts.append(f"`{split}` ({len(found)}, of which {int(pitched.sum())} have a pitch)")
        cents = found[pitched, :, 0]
        medians = np.median(cents, axis=0) if len(cents) else np.full(len(RUNGS), np.inf)
        shares = (cents <= CENTS).mean(axis=0) if len(cents) else np.zeros(len(RUNGS))
        apart = np.median(found[:, :, 1], axis=0)

        def rungs(values: Float64Array, words: Callable[[float], str]) -> str:
            return ", ".join(f"{rung} {words(value)}" for rung, value in list(zip(RUNGS, values, strict=True))[1:])

        name = f"`{split}`: pitch error, median"
        rows.append(at_most(name, medians[0], CENTS, rungs(medians, in_cents), in_cents))
        name = f"`{split}`: pitch within {CENTS:.0f} cents"
        rows.append(at_least(name, shares[0], 0.5, rungs(shares, percent), percent))
        name = f"`{split}`: log-spectral distance, median"
        rows.append(at_most(name, apart[0], HALFWAY * apart[-1], rungs(apart, in_decibels), in_decibels))
    windows = ", ".join(map(str, LOG_WINDOWS))
    return (
        f"{' and '.join(counts)}, encoded and reconstructed. The pitch is the descriptor `pitch_hz`; a lost one "
        f"counts as infinitely far off. The distance is that of log amplitudes at windows of {windows}, where "
        f"either is above -80 dB; the target is half of that to another kick. It ignores phase, which the draft's "
        f"round trip (fast Griffin-Lim from the loudness image at 512 / 128) loses and the pitch shows.\n\n"
        + figures(rows)
    )
