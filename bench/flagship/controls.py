"""Whether kicks are what was asked for, and distributed as training kicks where nothing was."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import ks_2samp, spearmanr
from threadpoolctl import threadpool_limits

from flagship.material import Material, Subject, player, report_progress, spread
from flagship.tables import percent, plain, table, verdict
from kickitout.evaluation.metrics import compared_descriptors
from kickitout.evaluation.sets import KickSet
from kickitout.model import controls
from kickitout.model.card import Control

SPEARMAN = 0.85

REQUESTED_KICKS = 200
REQUESTED_QUANTILES = (0.05, 0.95)


def measured_controls(items: Sequence[tuple[str, int, str, float]]) -> list[float]:
    """What kicks of (model, seed, control, value) have of what was asked; NaN where they lack it."""
    places = {kind.name: place for place, kind in enumerate(controls.KINDS)}
    found = []
    with threadpool_limits(1):
        for model, seed, name, value in items:
            audio = player(model).kick(seed, controls={name: value}).audio
            found.append(float(controls.measure(audio)[places[name]]))
    return found


def scored(control: Control, value: float) -> float:
    """The score that a value of a control stands for."""
    value = controls.value(value, control.unit, control.quantiles)
    return float(controls.scores(np.array([value]), control.quantiles)[0])


def rank_correlations(subject: Subject, count: int) -> dict[str, tuple[float, float]]:
    """By control: Spearman's correlation of asked and measured, and the share of kicks that could be measured.

    Asked is the score that a value stands for: all widths that mean mono are one and the same wish.
    """
    quantiles = np.linspace(*REQUESTED_QUANTILES, count)
    card = subject.instrument.bundle.card
    offered = [control for control in card.controls if control.name in {kind.name for kind in controls.KINDS}]
    items = []
    for control in offered:
        values = quantiles
        if control.unit != controls.QUANTILE:
            steps = np.linspace(0.0, 1.0, len(control.quantiles))
            values = np.clip(np.interp(quantiles, steps, control.quantiles), control.minimum, control.maximum)
        items += [(subject.model, seed, control.name, value) for seed, value in enumerate(values.tolist())]
    report_progress(f"asking for {len(items):,} kicks of {subject.model}")
    measured = np.array(list(spread(measured_controls, items))).reshape(len(offered), count)
    result = {}
    for place, control in enumerate(offered):
        requests = items[place * count : (place + 1) * count]
        requested = np.array([scored(control, value) for _, _, _, value in requests])
        known = np.isfinite(measured[place])
        varies = known.any() and np.ptp(measured[place][known]) > 0.0
        rank = float(spearmanr(requested[known], measured[place][known]).statistic) if varies else 0.0
        result[control.name] = rank, float(known.mean())
    return result


def distribution_distance(one: KickSet, other: KickSet, name: str) -> float:
    """The two-sample Kolmogorov-Smirnov distance of a descriptor, of the kicks that have it; NaN where none has."""
    sides = [kicks.descriptors[name] for kicks in (one, other)]
    a, b = (side[np.isfinite(side)] for side in sides)
    if name.startswith("width"):
        # As the control counts: what is not heard is one value, or all that differs were the depth of silence.
        a, b = np.maximum(a, controls.MONO_DB), np.maximum(b, controls.MONO_DB)
    return float(ks_2samp(a, b).statistic) if len(a) and len(b) else float("nan")


def requested_and_measured(subject: Subject, material: Material) -> str:
    """Whether kicks are what was asked for, and whether they are distributed as training kicks where nothing was."""
    card = subject.instrument.bundle.card
    kicks, train, held = subject.kicks, material.learned(card), material.split("sibling")
    count = material.sized(REQUESTED_KICKS)
    ranks = rank_correlations(subject, count) if card.controls else {}
    text = f"{subject.instrument.name} has no controls. "
    if ranks:
        text = (
            f"{count} kicks for each control, requested over its quantiles {REQUESTED_QUANTILES[0]} to "
            f"{REQUESTED_QUANTILES[1]} with the others open; Spearman's correlation of the requested score "
            f"(at least {SPEARMAN}) and the descriptor measured. "
        )
    text += (
        f"Kolmogorov-Smirnov distance of {len(kicks):,} kicks without a request to the {len(train)} of `train` of the "
        f"classes it learned from, at most that of `sibling` ({len(held)}).\n\n"
    )
    by_descriptor = {kind.descriptor: kind.name for kind in controls.KINDS}
    others = [name for name in compared_descriptors() if name not in by_descriptor]
    rows = []
    for descriptor in (*by_descriptor, *others):
        control = by_descriptor.get(descriptor, "")
        requested = ("-", "-", "-")
        if control in ranks:
            rank, known = ranks[control]
            requested = (plain(rank), percent(known), verdict(rank >= SPEARMAN))
        elif control and ranks:
            requested = ("not offered", "-", verdict(False))
        apart, floor = (distribution_distance(one, train, descriptor) for one in (kicks, held))
        rows.append(
            (f"`{descriptor}`", control or "-", *requested, plain(apart), plain(floor), verdict(apart <= floor))
        )
    head = ("descriptor", "control", "Spearman", "had it", "verdict", "KS to `train`", "`sibling`", "verdict")
    return text + table(head, rows)
