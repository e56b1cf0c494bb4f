"""Repetitions among many kicks, and copies of training kicks."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from flagship.material import HELD_OUT, Float64Array, Kick, Material, Subject, player, report_progress, spread
from flagship.tables import at_most, figures, fine_percent, percent
from kickitout.evaluation import copies
from kickitout.evaluation.sets import bring_to_form
from kickitout.library.duplicates import find_copies, find_repeated
from kickitout.measure.embedding import EMBEDDING_SIZE, embed
from kickitout.measure.fingerprint import FINGERPRINT_SIZE, fingerprint
from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES, SAMPLE_RATE

DUPLICATES = 0.002

UNIQUE_KICKS = 10_000


def fingerprinted(items: Sequence[tuple[str, int]]) -> list[tuple[NDArray[np.int16], Kick, Float64Array]]:
    """Samples in the library's form, fingerprint and embedding of the kicks of (model, seed)."""
    found = []
    with threadpool_limits(1):
        for model, seed in items:
            samples = bring_to_form(player(model).kick(seed).audio, SAMPLE_RATE)
            audio = np.asarray(samples.astype(np.float32) / FULL_SCALE, dtype=np.float32)
            found.append((samples, fingerprint(audio), embed(audio)))
    return found


def unique(subject: Subject, material: Material) -> str:
    """Repetitions among many kicks, and copies of training kicks. Samples wait on the disk: 88 kB a kick."""
    train, count = material.split("train"), material.sized(UNIQUE_KICKS)
    prints = np.zeros((count, FINGERPRINT_SIZE), dtype=np.float32)
    points = np.zeros((count, EMBEDDING_SIZE))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        samples = np.memmap(Path(place) / "samples", dtype=np.int16, mode="w+", shape=(count, 2, KICK_SAMPLES))
        report_progress(f"making {count:,} kicks of {subject.model}")
        made = spread(fingerprinted, [(subject.model, seed) for seed in range(count)])
        for row, (sound, prints[row], points[row]) in enumerate(made):
            samples[row] = sound
        report_progress("searching for repetitions and copies")
        # As `copies.repeated` and `copies.copied` do of sets in memory; equal samples have equal fingerprints, so that
        # they are found without their hashes.
        repeated = find_repeated(prints, lambda index: np.asarray(samples[index]))
        copied = find_copies(
            prints, lambda index: np.asarray(samples[index]), train.fingerprints, lambda index: train.samples[index]
        )
    reference = f"train {fine_percent(float(copies.repeated(train).mean()))} of {len(train)}"
    rows = [at_most("the same sound as another", float(repeated.mean()), DUPLICATES, reference, fine_percent)]
    held = {split: material.split(split) for split in HELD_OUT}
    own = {split: float(copies.copied(real, train).mean()) for split, real in held.items()}
    reference = ", ".join(f"{split} {fine_percent(share)}" for split, share in own.items())
    rows.append(
        at_most(
            "the same sound as a training kick", float((copied >= 0).mean()), max(own.values()), reference, fine_percent
        )
    )
    _, nearest = copies.nearest(points, train.embeddings)
    for split, real in held.items():
        _, apart = copies.nearest(real.embeddings, train.embeddings)
        limit = copies.limit(apart)
        known, share = float((apart < limit).mean()), float((nearest < limit).mean())
        name = f"nearer to a training kick than the nearest {percent(copies.NEAR_SHARE)} of `{split}`"
        rows.append(at_most(name, share, copies.NEAR_SHARE, f"{split} {percent(known)}", percent))
    return (
        f"{count:,} kicks (seeds 0 to {count - 1:,}): {int(repeated.sum())} repeat another (`duplicates`), "
        f"{int((copied >= 0).sum())} copy one of {len(train)} training kicks (`copies`). A library holds no "
        f"duplicates: they are removed when it is prepared.\n\n" + figures(rows)
    )
