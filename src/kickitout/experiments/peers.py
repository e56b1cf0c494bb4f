"""The kicks that other systems' authors published, through the same measures as ours and real ones.

The folder that `--peers` names, and how its recordings of many drums are cut: `kickitout.experiments.published`. Which
of the drums are kicks: `kickitout.experiments.telling`. How far reconstructions are from their kicks:
`kickitout.experiments.rebuilding`. All of it is mono, so everything here is measured of mid. These kicks are few: every
figure has its interval, and of too few there is none. Nothing of them is kept but numbers, and nothing is trained on
them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from kickitout.evaluation import spectra
from kickitout.evaluation.metrics import METRICS, evaluate
from kickitout.evaluation.resampling import CONFIDENCE
from kickitout.evaluation.sets import KickSet, from_arrays
from kickitout.experiments import rebuilding
from kickitout.experiments.intervals import OVER_KITS, median_over_kits, share_over_kits
from kickitout.experiments.place import Found, Place, kits_of, spread_over
from kickitout.experiments.place import waveforms as library_waveforms
from kickitout.experiments.published import PEER, Drums, in_form, kicks_of, pairs_of, recordings_of
from kickitout.experiments.telling import HALF_SECONDS, LEAST_LOW_SHARE, LOW_HZ, plain
from kickitout.instrument.models import models_at_hand
from kickitout.measure.descriptors import characteristics, describe
from kickitout.measure.taste import taste
from kickitout.model.bundle import Bundle
from kickitout.model.voice import Voice
from kickitout.sound.audio import resample
from kickitout.sound.kick import SAMPLE_RATE

DESCRIBED = ("pitch_hz", "decay_ms", "sweep_octaves", "brightness_hz", "click_db", "loudness_lufs", "crest_db")
COMPARED = ("precision", "coverage", "lines", "azimuthal")

FEWEST = 5
"""Of fewer kicks of a recording there are no figures."""

NARROW_HZ = 16_000
"""The rate of some peers. Real kicks are shown at it, too: what their figures lose is no peer's doing."""

LEAST = max(METRICS[metric].least for metric in COMPARED)
"""Of fewer kicks there are no distances."""

RULE = {
    "low_hz": LOW_HZ,
    "low_percent": 100.0 * LEAST_LOW_SHARE,
    "half_ms": 1000.0 * HALF_SECONDS,
    "fewest": FEWEST,
    "least": LEAST,
    "narrow_khz": NARROW_HZ / 1000.0,
    "narrow_reach_khz": NARROW_HZ / 2000.0,
}
"""The plain rule, and of how few there are figures: for those who read them."""

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Settings:
    """The full size.

    Attributes:
        split: of the library that the sets are compared with.
        kicks: of each of our models, and real ones of `held_out`.
        held_out: the split that shows what real kicks reach.
        resamples: of the intervals of distances.
    """

    split: str = "validation"
    held_out: str = "sibling"
    kicks: int = 120
    resamples: int = 200


QUICK = Settings(held_out="train", kicks=24, resamples=4)


def _mono(sound: Samples) -> Samples:
    """Mid alone, in both channels, (2, n)."""
    return np.repeat(sound.mean(axis=0, keepdims=True), 2, axis=0).astype(np.float32)


def _of_model(name: str, count: int) -> Samples:
    """Kicks of a shipped model as it draws them, without gate and taste."""
    voice = Voice(Bundle.open(models_at_hand()[name]))
    return np.stack([voice.render(seed).sound for seed in range(count)])


def _narrow(kick: Samples) -> Samples:
    """A kick as a system of `NARROW_HZ` would have it, (2, n)."""
    return resample(resample(kick, SAMPLE_RATE, NARROW_HZ), NARROW_HZ, SAMPLE_RATE)


def _described(kicks: KickSet) -> dict[str, Any]:
    kits = kicks.kits
    keeps = kicks.keeps()
    return {
        "kept_percent": share_over_kits(keeps, kits),
        "gate_percent": share_over_kits([not faults for faults in kicks.faults], kits),
        "characteristics_percent": share_over_kits([bool(flag) for flag in kicks.is_kick], kits),
        "periodic_db": median_over_kits(list(spectra.periodic(kicks.profiles.astype(np.float64))), kits),
        **{name: median_over_kits(list(kicks.descriptors[name]), kits) for name in DESCRIBED},
        "plain_percent": share_over_kits(_plain(kicks), kits),
    }


def _plain(kicks: KickSet) -> list[bool]:
    return [plain(kicks.audio(index), SAMPLE_RATE).is_kick for index in range(len(kicks))]


def exact_share(holds: int, count: int) -> dict[str, float]:
    """A share of so few that the bootstrap says nothing (it has no width where all or none hold), in percent, with the
    exact interval of Clopper and Pearson. NaN of none."""
    if not count:
        return {"value": np.nan, "low": np.nan, "high": np.nan}
    found = stats.binomtest(holds, count).proportion_ci(CONFIDENCE, "exact")
    return {"value": 100.0 * holds / count, "low": 100.0 * float(found.low), "high": 100.0 * float(found.high)}


def _told(drums: Drums) -> tuple[Samples, dict[str, Any]]:
    """The kicks among drums by the plain rule, (n, 2, 22050), and how it and our own characteristics tell them."""
    formed = [in_form(sound, drums.sample_rate) for sound in drums.sounds]
    by_rule = [plain(sound, drums.sample_rate) for sound in drums.sounds]
    plainly = [found.is_kick for found in by_rule]
    ours = [characteristics(kick).is_kick for kick in formed]
    both = [one and other for one, other in zip(plainly, ours, strict=True)]
    keeps = [taste(_mono(kick)).keeps for kick in formed]
    figures = {
        "sounds": len(drums.sounds) + len(drums.empty),
        "empty": drums.empty,
        "sample_rate": drums.sample_rate,
        "late_ms": drums.late_ms,
        "told": {"plain": sum(plainly), "ours": sum(ours), "both": sum(both)},
        "kept": {
            name: sum(keep and told for keep, told in zip(keeps, flags, strict=True))
            for name, flags in (("plain", plainly), ("ours", ours), ("both", both))
        },
        "plain_percent": exact_share(sum(plainly), len(plainly)),
        "ours_percent": exact_share(sum(ours), len(ours)),
        "only_plain": _numbers(drums, plainly, ours),
        "only_ours": _numbers(drums, ours, plainly),
        "agree_percent": 100.0 * float(np.mean([one == other for one, other in zip(plainly, ours, strict=True)])),
        "most_low_percent": 100.0 * max(found.low_share for found in by_rule),
    }
    kicks = [kick for kick, told in zip(formed, plainly, strict=True) if told]
    return np.stack(kicks) if kicks else np.zeros((0, 2, 0), dtype=np.float32), figures


def _numbers(drums: Drums, told: Sequence[bool], not_told: Sequence[bool]) -> list[int]:
    return [number for number, one, other in zip(drums.numbers, told, not_told, strict=True) if one and not other]


def _few(kicks: KickSet) -> dict[str, Any]:
    """What `_described` says of kicks of a recording, with exact intervals of its shares."""
    found = _described(kicks)
    for name in (name for name in found if name.endswith("_percent")):
        found[name] = exact_share(round(0.01 * found[name]["value"] * len(kicks)), len(kicks))
    return found


def _rebuilt(place: Place) -> dict[str, Any]:
    """How far the peer's reconstructions, and ours of the same kicks, are from their kicks; empty without any."""
    assert place.peers is not None
    pairs = pairs_of(place.peers)
    if not pairs:
        return {}
    kicks = [kick for kick, _ in pairs]
    voice = Voice(Bundle.open(models_at_hand()["kickgan"]))
    rows = {PEER: [rebuilding.apart(kick, made) for kick, made in pairs]}
    for done, (name, rebuild) in enumerate(rebuilding.OURS.items()):
        place.progress(done, len(rebuilding.OURS))
        made = [in_form(_mono(rebuild(voice, kick)), SAMPLE_RATE) for kick in kicks]
        rows[name] = [rebuilding.apart(kick, one) for kick, one in zip(kicks, made, strict=True)]
    known = rebuilding.known(place.library, kicks)
    figures: dict[str, Any] = {"pairs": len(pairs), "in_library": sum(known)}
    figures["pitched"] = sum("pitch_hz" in describe(kick) for kick in kicks)
    figures |= {name: rebuilding.summed_up(found) for name, found in rows.items()}
    figures["another_kick"] = rebuilding.summed_up(rebuilding.unrelated(kicks))
    figures["strangers"] = {
        name: rebuilding.summed_up([row for row, ours in zip(found, known, strict=True) if not ours])
        for name, found in rows.items()
    }
    figures["nearer_than_peer"] = {name: rebuilding.nearer(rows[name], rows[PEER]) for name in rebuilding.OURS}
    return figures


def _sets(settings: Settings, place: Place) -> dict[str, tuple[Samples, list[str] | None]]:
    """Kicks by the name of their set, (n, 2, 22050), and their kits; the first is real, the second the reference."""
    library = place.library
    sets: dict[str, tuple[Samples, list[str] | None]] = {}
    for name, split in (("real", settings.held_out), ("reference", settings.split)):
        indices = spread_over(library, split, settings.kicks if name == "real" else len(library))
        sets[name] = (library_waveforms(library, indices), kits_of(library, indices))
    if place.peers is not None:
        sets[PEER] = (kicks_of(place.peers), None)
    for model in ("kickgan", "draft"):
        sets[model] = (_of_model(model, settings.kicks), None)
    return sets


def _measured(name: str, kicks: Samples, kits: list[str] | None = None) -> KickSet:
    return from_arrays(np.stack([_mono(kick) for kick in kicks]), name=name, kits=kits, workers=1)


def _distances(kicks: KickSet, reference: KickSet, count: int, resamples: int) -> dict[str, Any]:
    """Distances of `count` of the kicks; none where there are not so many, or fewer than they need."""
    if len(kicks) < max(count, LEAST):
        return {}
    found = evaluate(kicks.draw(count), reference, resamples=resamples, only=COMPARED)
    return {metric: {"value": one.value, "low": one.low, "high": one.high} for metric, one in found.figures.items()}


def run(settings: Settings, place: Place) -> Found:
    """Measure the peers' kicks, ours, the draft's and held-out real ones against a split of the library."""
    sets = _sets(settings, place)
    measured = {}
    for done, (name, (kicks, kits)) in enumerate(sets.items()):
        place.progress(done, len(sets))
        measured[name] = _measured(name, kicks, kits)
    # Distances depend on how many kicks are compared: as many of each set as the smallest has.
    equal = min(len(kicks) for name, kicks in measured.items() if name != "reference")
    real, kits = sets["real"]
    measured["real_16k"] = _measured("real_16k", np.stack([_narrow(kick) for kick in real]), kits)
    figures: dict[str, Any] = {"compared": equal}
    for name, of_set in measured.items():
        figures[name] = {"kicks": len(of_set), **_described(of_set)}
        if name != "reference":
            figures[name] |= _distances(of_set, measured["reference"], equal, settings.resamples)
    if place.peers is not None:
        drums = {name: _told(one) for name, one in recordings_of(place.peers).items()}
        figures["rule"] = RULE
        figures["mixed"] = {name: found for name, (_, found) in drums.items()}
        for name, (kicks, _) in drums.items():
            if len(kicks) >= FEWEST:
                measured[name] = _measured(name, kicks)
                figures[name] = {"kicks": len(kicks), **_few(measured[name])}
                figures[name] |= _distances(measured[name], measured["reference"], equal, settings.resamples)
        figures["rebuilt"] = _rebuilt(place)
    figures["sets"] = list(measured)
    words = f"{OVER_KITS} ({settings.resamples} for distances); generated and published kicks are kits of their own"
    words += "; exact ones (Clopper and Pearson) of shares of drums in recordings"
    return Found(figures, words, {name: len(kicks) for name, kicks in measured.items()})
