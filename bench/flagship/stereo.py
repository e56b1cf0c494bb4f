"""How wide kicks are, and whether their low end survives as mono."""

import numpy as np

from flagship.material import Material, Subject
from flagship.tables import at_least, at_most, figures, percent, plain, verdict
from kickitout.evaluation import distances
from kickitout.evaluation.metrics import MONO_DB
from kickitout.evaluation.sets import KickSet
from kickitout.model import controls

MONO_POINTS = 0.10
WIDTH_SD = 0.2
MONO_LOSS_DB, MONO_LOSS_SHARE = 0.1, 0.99


def width_distance(one: KickSet, real: KickSet, limit_db: float) -> float:
    """The Wasserstein distance of the widths of kicks wider than a limit, in standard deviations of the real ones."""
    wide = [kicks.descriptors["width_db"] for kicks in (one, real)]
    a, b = (width[width > limit_db] for width in wide)
    if not len(a) or not len(b):
        return float("nan")
    return distances.wasserstein(a, b, np.ones(len(a)), np.ones(len(b)), max(float(b.std()), 1e-6))


def mono_share(kicks: KickSet, limit_db: float) -> float:
    """The share whose side lies at or under a limit."""
    return float((kicks.descriptors["width_db"] <= limit_db).mean())


def loss_share(kicks: KickSet) -> float:
    """The share that loses less than `MONO_LOSS_DB` below 150 Hz as mono; what has nothing there loses nothing."""
    loss = kicks.descriptors["mono_loss_db"]
    return float((np.nan_to_num(loss, nan=0.0) < MONO_LOSS_DB).mean())


def stereo(subject: Subject, material: Material) -> str:
    """How wide the kicks are, and whether their low end survives as mono."""
    kicks, learned = subject.kicks, material.learned(subject.instrument.bundle.card)
    # Beside each set of real kicks other real ones: how many are mono is a habit of kits, and splits differ in it.
    floors = {
        "train": (learned, "sibling", material.split("sibling")),
        "test": (material.split("test"), "train", learned),
    }
    rows: list[tuple[str, ...]] = []
    for limit_db, words in ((MONO_DB, "mono"), (controls.MONO_DB, "side not heard")):
        for split, (real, other, known) in floors.items():
            own, share = mono_share(real, limit_db), mono_share(kicks, limit_db)
            name = f"{words} (at most {limit_db:.0f} dB), against `{split}`"
            target = f"{percent(own)} ± {100.0 * MONO_POINTS:.0f} points"
            reference = f"{split} {percent(own)}, {other} {percent(mono_share(known, limit_db))}"
            rows.append((name, percent(share), target, reference, verdict(abs(share - own) <= MONO_POINTS)))
            apart, floor = (width_distance(one, real, limit_db) for one in (kicks, known))
            name = f"width of the others, distance to `{split}` (sd)"
            rows.append(at_most(name, apart, WIDTH_SD, f"{other} {plain(floor)}", plain))
    reference = ", ".join(f"{split} {percent(loss_share(real))}" for split, (real, _, _) in floors.items())
    name = f"loses less than {MONO_LOSS_DB} dB below 150 Hz as mono"
    rows.append(at_least(name, loss_share(kicks), MONO_LOSS_SHARE, reference, percent))
    return (
        f"{len(kicks):,} unfiltered kicks; `train` are the {len(learned)} of the classes it learned from. Width is "
        f"the descriptor `width_db`: side over mid. `kick evaluate` calls a "
        f"kick mono at {MONO_DB:.0f} dB, which equal channels reach and little else; below {controls.MONO_DB:.0f} dB "
        f"no side is heard. The loss is the descriptor `mono_loss_db`: (L² + R²) / 2 over mid², 15 to 150 Hz.\n\n"
        + figures(rows)
    )
