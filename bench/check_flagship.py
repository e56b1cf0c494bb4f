"""Whether a model is what the flagship has to be: figures beyond `kick evaluate`, each beside its target and its floor.

    python bench/check_flagship.py LIB MODEL ... [--only stereo,unique] [-n 1000] [--share 1.0]

A model is a name that `kick models` lists, or the folder or zip of a bundle. Prints a section of Markdown for each of
`quality`, `stereo`, `unique`, `controls`, `encoder` and `speed`; what a model cannot do, its section says. Progress
goes to standard error. Counts that are no option can all be made smaller with --share, to try things out. Run it on an
idle machine: `speed` measures what is left of it.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from flagship.controls import asked_and_measured
from flagship.encoder import encoder
from flagship.material import FEWEST, Material, Subject, say
from flagship.quality import quality
from flagship.speed import speed
from flagship.stereo import stereo
from flagship.unique import unique

from kickitout.errors import InputError, KickItOutError
<<<<<<< HEAD
=======
from kickitout.evaluation import copies, distances, spectra
from kickitout.evaluation.metrics import MONO_DB, compared_descriptors, evaluate
from kickitout.evaluation.sets import KickSet, bring_to_form, from_arrays, from_library
from kickitout.instrument import exports
from kickitout.instrument import instrument as instruments
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.recipes import Encoding
from kickitout.library.duplicates import find_copies, find_repeated
from kickitout.library.store import Library
from kickitout.measure.descriptors import describe
from kickitout.measure.embedding import EMBEDDING_SIZE, embed
from kickitout.measure.fingerprint import FINGERPRINT_SIZE, fingerprint
from kickitout.model import controls
from kickitout.model.card import ENCODER, Card, Control
from kickitout.sound import spectrogram
from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES, SAMPLE_RATE
from kickitout.system.randomness import permutation
from kickitout.system.workers import available_processors, in_order, open_workers

FEWEST = 20
"""Kicks that the spectral figures need of a set."""

# The targets. Where none is named here, it is the real kicks' own figure or the floor's.

MONO_POINTS = 0.10
WIDTH_SD = 0.2
MONO_LOSS_DB, MONO_LOSS_SHARE = 0.1, 0.99
DUPLICATES = 0.002
LINE_DB = 3.0
SPEARMAN = 0.85
CENTS = 15.0
HALFWAY = 0.5
KICKS_PER_SECOND = 150.0
KICK_MS = 25.0
COLD_SECONDS = 1.5
WRITTEN_SECONDS = 60.0

# The counts.

UNIQUE_KICKS = 10_000
ASKED_KICKS = 200
ASKED_QUANTILES = (0.05, 0.95)
TIMED_KICKS, TIMED_THREADS, SINGLE_KICKS, COLD_STARTS = 600, 2, 100, 5
WRITTEN_KICKS = 1000

HELD_OUT = ("sibling", "validation")
"""Splits that an encoder has not learned; `sibling` has the kits of the training kicks, `validation` its own."""

LOG_WINDOWS = (2048, 512, 128)
"""Windows of the log-spectral distance, in samples; each hops by a quarter."""

LOG_FLOOR = 1e-4
"""Amplitudes below this (-80 dB) beside the loudest of the original count as this."""

Array = NDArray[np.float64]
Kick = NDArray[np.float32]
Item = TypeVar("Item")
Result = TypeVar("Result")


# --- tables -----------------------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def figures(rows: Iterable[Sequence[str]]) -> str:
    """The table that most sections are."""
    return table(("figure", "measured", "target", "real or floor", "verdict"), rows)


def verdict(met: bool) -> str:
    """A verdict as a cell; missed ones are to be seen."""
    return "met" if met else "**missed**"


def percent(value: float) -> str:
    """A share."""
    return f"{100.0 * value:.1f} %"


def fine_percent(value: float) -> str:
    """A small share: one of ten thousand shows."""
    return f"{100.0 * value:.2f} %"


def in_decibels(value: float) -> str:
    """Decibels."""
    return f"{value:.2f} dB"


def in_cents(value: float) -> str:
    """Cents; endless where there is no pitch at all."""
    return f"{value:.1f} cents" if np.isfinite(value) else "no pitch"


def plain(value: float) -> str:
    """A number without a unit; NaN where no kick has it."""
    return f"{value:.2f}" if np.isfinite(value) else "none has it"


def at_most(what: str, value: float, limit: float, beside: str, words: Callable[[float], str]) -> tuple[str, ...]:
    """A row whose figure is to be small."""
    return what, words(value), f"at most {words(limit)}", beside, verdict(value <= limit)


def at_least(what: str, value: float, limit: float, beside: str, words: Callable[[float], str]) -> tuple[str, ...]:
    """A row whose figure is to be large."""
    return what, words(value), f"at least {words(limit)}", beside, verdict(value >= limit)


# --- what sections need -----------------------------------------------------------------------------------------------


class Material:
    """Real kicks, measured when they are first needed.

    Args:
        folder: a prepared library.
        count: unfiltered kicks of each model.
        share: of all other counts.
    """

    def __init__(self, folder: Path, count: int, share: float) -> None:
        self.folder, self.count, self.share = folder, count, share
        self.split = cache(self._split)

    def _split(self, name: str, classes: frozenset[str] = frozenset()) -> KickSet:
        say(f"measuring {self.folder}:{name}" + (f" of the class {', '.join(sorted(classes))}" if classes else ""))
        return from_library(self.folder, name, licence_classes=classes or None)

    def learned(self, card: Card) -> KickSet:
        """The kicks of `train` of the classes that a model was trained on; all, if that is not known."""
        entries = [entry for entry in Library.open(self.folder).entries if entry.split == "train"]
        classes = {entry.licence_class for entry in entries if entry.licence in card.trained_on.by_licence}
        left_out = {entry.licence_class for entry in entries} - classes
        return self.split("train", frozenset(classes)) if classes and left_out else self.split("train")

    def sized(self, count: int) -> int:
        """A count, or the share of it that was asked for."""
        return max(FEWEST, round(self.share * count))


class Subject:
    """A model, and its unfiltered kicks, measured when they are first needed."""

    def __init__(self, model: str, material: Material) -> None:
        self.model, self.material = model, material
        self.instrument = instruments.load(model, gate=False)

    @cached_property
    def kicks(self) -> KickSet:
        """The kicks of the seeds 0, 1, ..., with the default settings."""
        say(f"making {self.material.count} kicks of {self.model}")
        sounds = np.stack([kick.audio for kick in self.instrument.kicks(range(self.material.count))])
        return from_arrays(sounds, name=self.instrument.name)


def say(text: str) -> None:
    """Tell a person how far it is."""
    print(text, file=sys.stderr, flush=True)


def spread(work: Callable[[Any], list[Result]], items: Sequence[Item]) -> Iterable[Result]:
    """The results of `work` on chunks of items, made by as many processes as there are processors, in order."""
    count = available_processors()
    with open_workers(count, len(items)) as executor:
        yield from in_order(executor, work, items, 4 * count)


@cache
def player(model: str) -> Instrument:
    """The model in a worker, opened once."""
    return instruments.load(model, gate=False)


@cache
def library_in(folder: Path) -> Library:
    """The library in a worker, opened once."""
    return Library.open(folder)


# --- quality ----------------------------------------------------------------------------------------------------------


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
        beside = f"test {percent(own)}, train {percent(known[name].value)}"
        rows.append(at_least(words, found[name].value, own, beside, percent))
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
    beside = f"test {percent(own)}, train {percent(known['periodic'].value)}"
    words = "more periodic noise than 95 % of the real kicks (`periodic`)"
    rows.append(at_most(words, found["periodic"].value, own, beside, percent))
    return (
        f"{len(kicks):,} unfiltered kicks (seeds 0 to {material.count - 1:,}) against `test` ({len(real)}); the floor "
        f"is {len(floor)} kicks of `train` of the classes it learned from, against the same. {len(kicks.refused)} "
        f"could not be measured. Lines are "
        f"those of the average spectrum after 46 ms, over the 355 Hz around them.\n\n" + figures(rows)
    )


# --- stereo -----------------------------------------------------------------------------------------------------------


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
            beside = f"{split} {percent(own)}, {other} {percent(mono_share(known, limit_db))}"
            rows.append((name, percent(share), target, beside, verdict(abs(share - own) <= MONO_POINTS)))
            apart, floor = (width_distance(one, real, limit_db) for one in (kicks, known))
            name = f"width of the others, distance to `{split}` (sd)"
            rows.append(at_most(name, apart, WIDTH_SD, f"{other} {plain(floor)}", plain))
    beside = ", ".join(f"{split} {percent(loss_share(real))}" for split, (real, _, _) in floors.items())
    name = f"loses less than {MONO_LOSS_DB} dB below 150 Hz as mono"
    rows.append(at_least(name, loss_share(kicks), MONO_LOSS_SHARE, beside, percent))
    return (
        f"{len(kicks):,} unfiltered kicks; `train` are the {len(learned)} of the classes it learned from. Width is "
        f"the descriptor `width_db`: side over mid. `kick evaluate` calls a "
        f"kick mono at {MONO_DB:.0f} dB, which equal channels reach and little else; below {controls.MONO_DB:.0f} dB "
        f"no side is heard. The loss is the descriptor `mono_loss_db`: (L² + R²) / 2 over mid², 15 to 150 Hz.\n\n"
        + figures(rows)
    )


# --- unique -----------------------------------------------------------------------------------------------------------


def fingerprinted(items: Sequence[tuple[str, int]]) -> list[tuple[NDArray[np.int16], Kick, Array]]:
    """Samples in the library's form, fingerprint and embedding of the kicks of (model, seed)."""
    found = []
    with threadpool_limits(1):
        for model, seed in items:
            samples = bring_to_form(player(model).kick(seed).audio, SAMPLE_RATE)
            heard = np.asarray(samples.astype(np.float32) / FULL_SCALE, dtype=np.float32)
            found.append((samples, fingerprint(heard), embed(heard)))
    return found


def unique(subject: Subject, material: Material) -> str:
    """Repetitions among many kicks, and copies of training kicks. Samples wait on the disk: 88 kB a kick."""
    train, count = material.split("train"), material.sized(UNIQUE_KICKS)
    prints = np.zeros((count, FINGERPRINT_SIZE), dtype=np.float32)
    points = np.zeros((count, EMBEDDING_SIZE))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        samples = np.memmap(Path(place) / "samples", dtype=np.int16, mode="w+", shape=(count, 2, KICK_SAMPLES))
        say(f"making {count:,} kicks of {subject.model}")
        made = spread(fingerprinted, [(subject.model, seed) for seed in range(count)])
        for row, (sound, prints[row], points[row]) in enumerate(made):
            samples[row] = sound
        say("searching for repetitions and copies")
        # As `copies.repeated` and `copies.copied` do of sets in memory; equal samples have equal fingerprints, so that
        # they are found without their hashes.
        repeated = find_repeated(prints, lambda index: np.asarray(samples[index]))
        copied = find_copies(
            prints, lambda index: np.asarray(samples[index]), train.fingerprints, lambda index: train.samples[index]
        )
    beside = f"train {fine_percent(float(copies.repeated(train).mean()))} of {len(train)}"
    rows = [at_most("the same sound as another", float(repeated.mean()), DUPLICATES, beside, fine_percent)]
    held = {split: material.split(split) for split in HELD_OUT}
    own = {split: float(copies.copied(real, train).mean()) for split, real in held.items()}
    beside = ", ".join(f"{split} {fine_percent(share)}" for split, share in own.items())
    rows.append(
        at_most(
            "the same sound as a training kick", float((copied >= 0).mean()), max(own.values()), beside, fine_percent
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


# --- controls ---------------------------------------------------------------------------------------------------------


def answered(items: Sequence[tuple[str, int, str, float]]) -> list[float]:
    """What kicks of (model, seed, control, value) have of what was asked; NaN where they lack it."""
    places = {kind.name: place for place, kind in enumerate(controls.KINDS)}
    found = []
    with threadpool_limits(1):
        for model, seed, name, value in items:
            audio = player(model).kick(seed, controls={name: value}).audio
            wild = name == controls.WILD
            found.append(controls.wildness(audio) if wild else float(controls.measure(audio)[places[name]]))
    return found


def scored(control: Control, value: float) -> float:
    """The score that a value of a control stands for."""
    value = controls.value(value, control.unit, control.quantiles)
    return float(controls.scores(np.array([value]), control.quantiles)[0])


def rank_correlations(subject: Subject, count: int) -> dict[str, tuple[float, float]]:
    """By control: Spearman's correlation of asked and measured, and the share of kicks that could be measured.

    Asked is the score that a value stands for: all widths that mean mono are one and the same wish.
    """
    quantiles = np.linspace(*ASKED_QUANTILES, count)
    card = subject.instrument.bundle.card
    offered = [*card.controls]
    if card.wildness is not None:
        offered.append(
            Control(
                name=controls.WILD,
                descriptor=controls.WILD_DESCRIPTOR,
                unit=controls.QUANTILE,
                minimum=0.0,
                maximum=1.0,
                quantiles=card.wildness,
            )
        )
    items = []
    for control in offered:
        values = quantiles
        if control.unit != controls.QUANTILE:
            steps = np.linspace(0.0, 1.0, len(control.quantiles))
            values = np.clip(np.interp(quantiles, steps, control.quantiles), control.minimum, control.maximum)
        items += [(subject.model, seed, control.name, value) for seed, value in enumerate(values.tolist())]
    say(f"asking for {len(items):,} kicks of {subject.model}")
    measured = np.array(list(spread(answered, items))).reshape(len(offered), count)
    result = {}
    for place, control in enumerate(offered):
        wishes = items[place * count : (place + 1) * count]
        asked = np.array([scored(control, value) for _, _, _, value in wishes])
        known = np.isfinite(measured[place])
        varies = known.any() and np.ptp(measured[place][known]) > 0.0
        rank = float(spearmanr(asked[known], measured[place][known]).statistic) if varies else 0.0
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


def asked_and_measured(subject: Subject, material: Material) -> str:
    """Whether kicks are what was asked for, and whether they are distributed as training kicks where nothing was."""
    card = subject.instrument.bundle.card
    kicks, train, held = subject.kicks, material.learned(card), material.split("sibling")
    count = material.sized(ASKED_KICKS)
    ranks = rank_correlations(subject, count) if card.controls else {}
    text = f"{subject.instrument.name} has no controls. "
    if ranks:
        text = (
            f"{count} kicks for each control, requested over its quantiles {ASKED_QUANTILES[0]} to "
            f"{ASKED_QUANTILES[1]} with the others open; Spearman's correlation of the requested score "
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
        asked = ("-", "-", "-")
        if control in ranks:
            rank, known = ranks[control]
            asked = (plain(rank), percent(known), verdict(rank >= SPEARMAN))
        elif control and ranks:
            asked = ("not offered", "-", verdict(False))
        apart, floor = (distribution_distance(one, train, descriptor) for one in (kicks, held))
        rows.append((f"`{descriptor}`", control or "-", *asked, plain(apart), plain(floor), verdict(apart <= floor)))
    head = ("descriptor", "control", "Spearman", "had it", "verdict", "KS to `train`", "`sibling`", "verdict")
    return text + table(head, rows)


# --- encoder ----------------------------------------------------------------------------------------------------------


def log_spectral_distance(true: Kick, found: Kick) -> float:
    """Root mean square difference of log amplitudes, dB; the mean over `LOG_WINDOWS`.

    Over all channels, frames and bins in which one of the two is above the floor: a kick is mostly silence, which any
    two have in common. Between two draws of one noise it is 7.9 dB (sqrt 2 times 5.6, the spread of the logarithm of a
    Rayleigh amplitude).
    """
    apart = []
    for n_fft in LOG_WINDOWS:
        wanted, seen = (np.abs(spectrogram.stft(kick, n_fft, n_fft // 4)).astype(np.float64) for kick in (true, found))
        floor = max(LOG_FLOOR * float(wanted.max()), 1e-12)
        ratio = np.maximum(seen, floor) / np.maximum(wanted, floor)
        heard = np.maximum(seen, wanted) > floor
        apart.append(float(np.sqrt(np.square(20.0 * np.log10(ratio[heard])).mean())) if heard.any() else 0.0)
    return float(np.mean(apart))


def cents_off(true_hz: float | None, found: Kick) -> float:
    """How far the end pitch of a kick is from a true one; endless if it has none, NaN if there is no true one."""
    if true_hz is None:
        return float("nan")
    hz = describe(found).get("pitch_hz")
    return abs(1200.0 * float(np.log2(hz / true_hz))) if hz else float("inf")


def draft_round_trip(kick: Kick) -> Kick:
    """A kick through the draft's loudness image and back, on its own scale: fast Griffin-Lim, as its bundle has it."""
    wanted = spectrogram.amplitudes(spectrogram.loudness_image(kick))
    signal = spectrogram.griffin_lim(wanted, KICK_SAMPLES, iterations=100, momentum=0.99)
    return signal * np.float32(np.abs(spectrogram.stft(kick)).max() / 100.0)


RUNGS = ("the model", "exact", "the draft's round trip", "another kick")


def reconstructed(items: Sequence[tuple[str, Path, int, int]]) -> list[Array]:
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
        say(f"reconstructing {len(order)} kicks of {split} with {subject.model}")
        pairs = zip(order.tolist(), np.roll(order, 1).tolist(), strict=True)
        items = [(subject.model, material.folder, *pair) for pair in pairs]
        each: list[Array] = list(spread(reconstructed, items))
        found = np.stack(each)
        pitched = ~np.isnan(found[:, 0, 0])
        counts.append(f"`{split}` ({len(found)}, of which {int(pitched.sum())} have a pitch)")
        cents = found[pitched, :, 0]
        medians = np.median(cents, axis=0) if len(cents) else np.full(len(RUNGS), np.inf)
        shares = (cents <= CENTS).mean(axis=0) if len(cents) else np.zeros(len(RUNGS))
        apart = np.median(found[:, :, 1], axis=0)

        def rungs(values: Array, words: Callable[[float], str]) -> str:
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


# --- speed ------------------------------------------------------------------------------------------------------------


def kicks_per_second(model: str, count: int) -> float:
    """With `TIMED_THREADS` threads, the model being open."""
    instrument = instruments.load(model, gate=False)
    list(instrument.kicks(range(2 * TIMED_THREADS), threads=TIMED_THREADS))
    start = time.perf_counter()
    for _ in instrument.kicks(range(count), threads=TIMED_THREADS):
        pass
    return count / (time.perf_counter() - start)


def one_kick_ms(model: str, count: int) -> float:
    """The median wall time of a kick by itself, the model being open."""
    instrument = instruments.load(model, gate=False)
    instrument.kick(0)
    times = []
    for seed in range(1, count + 1):
        start = time.perf_counter()
        instrument.kick(seed)
        times.append(1000.0 * (time.perf_counter() - start))
    return statistics.median(times)


def write_gated(model: str, count: int) -> tuple[float, int]:
    """Seconds to open the model, make, judge and write `count` kicks that pass, and how many of them were drawn again;
    endless seconds where none of a seed's kicks passes."""
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        instrument = instruments.load(model)
        made = exports.write_kicks(instrument, range(count), Path(place), Encoding(), threads=TIMED_THREADS)
        try:
            again = sum("attempt" in kick.recipe for _, kick in made)
        except InputError:
            return math.inf, 0
        return time.perf_counter() - start, again


def cold_start(model: str) -> float:
    """Seconds that `kick generate -n 1` takes in a process of its own.

    Raises:
        KickItOutError: it failed.
    """
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "kickitout", "generate", "-n", "1", "-o", place, "--model", model]
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
    if done.returncode:
        raise KickItOutError(f"kick generate failed: {done.stderr.strip()}")
    return seconds


def alone(work: Callable[..., Result], *given: object) -> Result:
    """What `work` gives in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        return executor.submit(work, *given).result()


def speed(subject: Subject, material: Material) -> str:
    """How long kicks take."""
    model = subject.model
    say(f"timing {model}")
    timed, single, count = map(material.sized, (TIMED_KICKS, SINGLE_KICKS, WRITTEN_KICKS))
    rate = alone(kicks_per_second, model, timed)
    each = alone(one_kick_ms, model, single)
    starts = [cold_start(model) for _ in range(COLD_STARTS)]
    cold = statistics.median(starts)
    seconds, again = alone(write_gated, model, count)
    rows = [
        (f"kicks/s, {TIMED_THREADS} threads ({timed} kicks)", f"{rate:.0f}", f"at least {KICKS_PER_SECOND:.0f}", "-",
         verdict(rate >= KICKS_PER_SECOND)),
        (f"one kick, median of {single}", f"{each:.1f} ms", f"at most {KICK_MS:.0f} ms", "-", verdict(each <= KICK_MS)),
        (f"`kick generate -n 1`, median of {COLD_STARTS} processes", f"{cold:.2f} s", f"at most {COLD_SECONDS} s",
         f"slowest {max(starts):.2f} s", verdict(cold <= COLD_SECONDS)),
        (f"{count:,} gated 24-bit WAV files, {TIMED_THREADS} threads", f"{seconds:.1f} s",
         f"at most {WRITTEN_SECONDS:.0f} s", f"{again} drawn again", verdict(seconds <= WRITTEN_SECONDS)),
    ]  # fmt: skip
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"Wall times on {available_processors()} processors, load {load} in the end; fresh processes, files in the "
        f"disk's cache. The first two rows are without the gate; the last opens the model too.\n\n" + figures(rows)
    )


# --- all of it --------------------------------------------------------------------------------------------------------
>>>>>>> main

SECTIONS: dict[str, Callable[[Subject, Material], str]] = {
    "quality": quality,
    "stereo": stereo,
    "unique": unique,
    "controls": asked_and_measured,
    "encoder": encoder,
    "speed": speed,
}


def sections(text: str) -> list[str]:
    """The names in a list with commas."""
    names = text.split(",")
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    return [name for name in SECTIONS if name in names]


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, metavar="LIB")
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--only", type=sections, default=list(SECTIONS), metavar="NAMES", help="sections, with commas")
    parser.add_argument("-n", type=int, default=1000, metavar="N", help="unfiltered kicks of each model (1000)")
    parser.add_argument("--share", type=float, default=1.0, help="of all other counts, to try it out (1.0)")
    options = parser.parse_args()
    try:
        if options.n < FEWEST or not 0.0 < options.share <= 1.0:
            raise InputError(f"-n is at least {FEWEST}, --share above 0 and at most 1")
        material = Material(options.library, options.n, options.share)
        for model in options.models:
            subject = Subject(model, material)
            bundle = subject.instrument.bundle
            print(f"## {bundle.card.name} {bundle.card.version} ({bundle.checksum[:12]})\n", flush=True)
            for name in options.only:
                start = time.monotonic()
                print(f"### {name}\n\n{SECTIONS[name](subject, material)}", flush=True)
                say(f"{name}: {time.monotonic() - start:.0f} s")
    except KickItOutError as error:
        raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    main()
