"""Shares that pass, and what up-sampling leaves behind."""

import numpy as np

from flagship.material import Material, Subject
from flagship.tables import at_least, at_most, figures, in_decibels, percent
from kickitout.evaluation import spectra
from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import KickSet
from kickitout.sound.kick import SAMPLE_RATE

LINE_DB = 3.0


def line_excess(generated: KickSet, real: KickSet) -> tuple[float, float]:
    """The highest line of the median kick over that of the median real kick, dB, and its frequency, Hz.

    A line is how far a bin of the average log spectrum after the attack stands above its neighbourhood, as in the
    metric `lines`, which compares means: a mean also sees lines that fewer than half of the kicks have.
    """
    lines = slice(spectra.RINGS, spectra.PROFILE_SIZE - 1)
    over = np.median(generated.profiles[:, lines], axis=0) - np.median(real.profiles[:, lines], axis=0)
    place = int(over.argmax())
    return max(0.0, float(over[place])), (spectra.LINE_BINS[0] + place) * SAMPLE_RATE / spectra.LINE_FFT


def quality(subject: Subject, material: Material) -> str:
    """Shares that pass, and what up-sampling leaves behind, beside the real `test` kicks."""
    kicks, real = subject.kicks, material.split("test")
    floor = material.learned(subject.instrument.bundle.card).draw(len(kicks))
    names = ("characteristics", "gate", "lines", "frame_lines", "periodic")
    found, known = (evaluate(one, real, resamples=0, only=names).figures for one in (kicks, floor))
    rows = []
    for name, words in (("characteristics", "has the draft's characteristics"), ("gate", "passes the gate")):
        own = float(found[name].real or 0.0)
        reference = f"test {percent(own)}, train {percent(known[name].value)}"
        rows.append(at_least(words, found[name].value, own, reference, percent))
    for name, words in (
        ("lines", "highest line of the mean kick over that of the mean real kick (`lines`)"),
        ("frame_lines", "lines at multiples of a frame rate together (`frame_lines`)"),
    ):
        least = known[name].value
        rows.append(at_most(words, found[name].value, least, f"train {in_decibels(least)}", in_decibels))
    (over, at), (least, _) = line_excess(kicks, real), line_excess(floor, real)
    words = f"the same of medians (at {at:,.0f} Hz)"
    rows.insert(3, at_most(words, over, LINE_DB, f"train {in_decibels(least)}", in_decibels))
    own = float(found["periodic"].real or 0.0)
    reference = f"test {percent(own)}, train {percent(known['periodic'].value)}"
    words = "more periodic noise than 95 % of the real kicks (`periodic`)"
    rows.append(at_most(words, found["periodic"].value, own, reference, percent))
    return (
        f"{len(kicks):,} unfiltered kicks (seeds 0 to {material.count - 1:,}) against `test` ({len(real)}); the floor "
        f"is {len(floor)} kicks of `train` of the classes it learned from, against the same. {len(kicks.refused)} "
        f"could not be measured. Lines are "
        f"those of the average spectrum after 46 ms, over the 355 Hz around them.\n\n" + figures(rows)
    )
