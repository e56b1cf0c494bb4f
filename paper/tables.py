"""The tables of the paper as Markdown, each from results alone. A first line in emphasis is its caption."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kickitout.experiments.results import Result

Results = Mapping[str, Result]
MISSING = "–"

INVERSES = {
    "true_phase": "true phase",
    "plain_own": "plain, own",
    "plain_same": "plain, same",
    "fast_same": "fast, same",
}
SETS = {
    "real": "real, other files",
    "drumgan_vst": "DrumGAN VST",
    "kickgan": "flagship",
    "draft": "draft",
    "page_real": "real, its page",
    "page_drumgan_vst": "DrumGAN VST, its page",
    "crash": "CRASH, its page",
    "style_drumsynth": "Style-DrumSynth, its page",
    "real_16k": "real, narrow",
    "wavegan": "WaveGAN, narrow",
    "specgan": "SpecGAN, narrow",
}

REBUILT = {
    "drumgan_vst": "DrumGAN VST",
    "kickgan_decoded": "flagship, code alone",
    "kickgan_kept": "flagship, as shipped",
    "another_kick": "another kick",
}


def _number(value: Any, digits: int) -> str:
    return MISSING if value is None else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _with_interval(figure: Mapping[str, Any] | None, digits: int, name: str = "value") -> str:
    """A figure with its interval, or alone where that is unknown: of a single seed, and of real kicks."""
    if figure is None:
        return MISSING
    value, low, high = (_number(figure[one], digits) for one in (name, "low", "high"))
    return value if MISSING in (value, low, high) else f"{value} [{low}, {high}]"


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruled = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join([f"*{caption}*", "", *ruled])


def representation(results: Results) -> str:
    """What each window, hop and inverse keeps."""
    figures = results["representation"].figures
    rows = []
    for name in figures["ways"]:
        way = figures[name]
        if way["inverse"] == "true" and rows:
            continue  # the control loses nothing at any size: one row shows it
        inverse = INVERSES["true_phase" if way["inverse"] == "true" else f"{way['inverse']}_{way['start']}"]
        rows.append(
            [
                f"{way['n_fft']} / {way['hop_length']}",
                inverse,
                _with_interval(way["pitch_held_percent"], 0),
                _number(way["pitch_lost_percent"]["value"], 0),
                _number(way["pitch_cents"]["median"], 0),
                _number(way["low_correlation"]["median"], 2),
                _number(way["mono_loss_db"]["median"], 1),
                _number(way["body_correlation"]["median"], 2),
                _number(way["convergence"]["median"], 2),
            ]
        )
    caption = (
        "Real kicks through the loudness image and back. Kept: of the pitched kicks, how many are heard within half a "
        "semitone of what they were; lost: how many have no pitch any more; cents: the median error of those that have "
        "one. Correlation of left and right and loss of the mono sum below {representation.constants.low_hz:.0f} Hz, "
        "correlation of the low band with the kick's own, spectral convergence at a window of "
        "{representation.constants.seen:,}: medians. Brackets: intervals over kits."
    )
    head = ("window / hop", "phases", "kept (%)", "lost (%)", "cents", "L, R", "mono (dB)", "body", "conv.")
    return _table(caption, head, rows)


def _sets(figures: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The sets that were measured, with their words."""
    return ((words, figures[name]) for name, words in SETS.items() if name in figures)


def peers(results: Results) -> str:
    """Published kicks beside ours and real ones."""
    figures = results["peers"].figures
    rows = []
    for words, one in _sets(figures):
        distances = [_with_interval(one.get(metric), digits) for metric, digits in (("precision", 2), ("coverage", 2))]
        rows.append(
            [
                words,
                str(one["kicks"]),
                _with_interval(one["kept_percent"], 0),
                _number(one["gate_percent"]["value"], 0),
                _with_interval(one["periodic_db"], 2, "median"),
                _number(one["pitch_hz"]["median"], 0),
                _number(one["decay_ms"]["median"], 0),
                _number(one["loudness_lufs"]["median"], 1),
                *distances,
            ]
        )
    caption = (
        "Kicks in mono, at full scale. Kept: by the rules of taste; gate: pass our gate; periodic noise, pitch, decay, "
        "loudness: medians; precision and coverage: {peers.compared} kicks of each set against the "
        "{peers.reference.kicks} of the validation split. Brackets: intervals over kits; a kick without a kit is one."
    )
    if "mixed" in figures:
        caption += (
            " Its page: kicks told by the plain rule among the drums of a recording, too few for distances, with exact "
            "intervals. Narrow: at {peers.rule.narrow_khz:.0f} kHz, where nothing above "
            "{peers.rule.narrow_reach_khz:.0f} kHz is left to measure."
        )
    head = ("set", "kicks", "kept (%)", "gate (%)", "periodic (dB)", "Hz", "ms", "LUFS", "precision", "coverage")
    return _table(caption, head, rows)


def peers_more(results: Results) -> str:
    """The same sets by how their kicks sound, and by what up-convolutions leave."""
    figures = results["peers"].figures
    rows = []
    for words, one in _sets(figures):
        rows.append(
            [
                words,
                str(one["kicks"]),
                _number(one["characteristics_percent"]["value"], 0),
                _number(one["plain_percent"]["value"], 0),
                _with_interval(one["sweep_octaves"], 1, "median"),
                _with_interval(one["brightness_hz"], 0, "median"),
                _with_interval(one["click_db"], 0, "median"),
                _with_interval(one.get("lines"), 1),
                _with_interval(one.get("azimuthal"), 1),
            ]
        )
    caption = (
        "The same sets. Told as kicks by our own characteristics, and by the plain rule (of a recording's kicks it "
        "holds by choice); sweep, brightness of the attack and click against the whole attack: medians; lines and "
        "azimuthal: distances from the validation split. Brackets as before. What a narrow system lacks above its "
        "reach is no fault of its network: compare it with narrow real kicks."
    )
    head = (
        "set", "kicks", "ours (%)", "plain (%)", "sweep (oct.)", "bright (Hz)", "click (dB)", "lines (dB)",
        "azimuthal (dB)",
    )  # fmt: skip
    return _table(caption, head, rows)


def peers_told(results: Results) -> str:
    """How many of the drums of recordings are kicks, by two rules."""
    mixed = results["peers"].figures["mixed"]
    rows = []
    for words, one in _sets(mixed):
        told, kept = one["told"], one["kept"]
        rows.append(
            [
                words,
                str(one["sounds"]),
                str(told["plain"]),
                _with_interval(one["plain_percent"], 0),
                str(told["ours"]),
                str(told["both"]),
                _number(one["agree_percent"], 0),
                *(f"{kept[rule]} of {told[rule]}" for rule in ("plain", "ours")),
            ]
        )
    caption = (
        "Kicks among the drums of published recordings, by the plain rule and by our own characteristics, how often "
        "both say the same of a sound, and how many kicks the rules of taste keep. Brackets: exact intervals."
    )
    head = ("recording", "sounds", "plain", "share (%)", "ours", "both", "agree (%)", "kept of plain", "kept of ours")
    return _table(caption, head, rows)


def peers_rebuilt(results: Results) -> str:
    """How far reconstructions are from their kicks."""
    rebuilt = results["peers"].figures["rebuilt"]
    digits = {"body_cents": 0, "decay_ratio": 2, "brightness_ratio": 2, "spectral_db": 1, "embedding": 1}
    strangers = rebuilt["strangers"]
    there = [(words, rebuilt[name]) for name, words in REBUILT.items() if name in rebuilt]
    there += [(f"{REBUILT[name]}, strangers", strangers[name]) for name in ("drumgan_vst", "kickgan_decoded")]
    rows = [
        [words, str(found["known"]["embedding"]), str(found["known"]["pitch_cents"])]
        + [_with_interval(found[measure], places, "median") for measure, places in digits.items()]
        for words, found in there
    ]
    caption = (
        "How far reconstructions of the same {peers.rebuilt.pairs} kicks are from them: medians with intervals over "
        "kicks. Pitched: both have a heard pitch, as {peers.rebuilt.pitched} of the kicks have. Cents: between the "
        "mean frequencies of the bodies; decay and brightness: the larger over the smaller; spectra: multi-scale "
        "distance at equal energy; embedding: ours. As shipped: with the rest of the kick that the model has no words "
        "for, so next to exact by construction. Another kick: each against the others. Strangers: those that our "
        "library lacks."
    )
    head = ("reconstruction", "kicks", "pitched", "cents", "decay (×)", "brightness (×)", "spectra (dB)", "embedding")
    return _table(caption, head, rows)


NAMES = {
    "baselines": {"dcgan": "draft (DCGAN)", "wavegan": "WaveGAN", "specgan": "SpecGAN"},
    "collapse": {
        "draft": "draft",
        "one_sigmoid": "one sigmoid",
        "no_spectral_norm": "no spectral norm",
        "no_phase_shuffle": "no phase shuffle",
        "no_smoothing": "no label smoothing",
        "attention": "attention",
        "feature_matching": "feature matching",
        "diversity": "diversity",
    },
    "regulariser": {
        "transposed": "transposed",
        "transposed_regularised": "transposed, regularised",
        "interpolated": "interpolated",
        "interpolated_regularised": "interpolated, regularised",
    },
    "ablation": {
        "draft": "draft",
        "interpolated": "no transposed convolutions",
        "waveform": "waveform (WaveGAN)",
        "sketch": "sketch, auto-encoder",
        "energy": "energy scores",
        "attention": "attention",
        "taste": "taste and synthesis",
    },
}
"""The variants of grids in words."""

BESIDE = {
    "average_dcgan": "average, the draft's image",
    "average_specgan": "average, SpecGAN's image",
    "returned_dcgan": "real, the draft's image and back",
    "returned_specgan": "real, SpecGAN's image and back",
}
"""What stands beside a grid, made without a network."""

COLUMNS = {
    "frechet": ("Frechet", 0),
    "precision_percent": ("precision (%)", 0),
    "recall_percent": ("recall (%)", 0),
    "coverage_percent": ("coverage (%)", 0),
    "diversity": ("diversity", 1),
    "spread_ratio": ("spread", 2),
    "periodic_db": ("periodic (dB)", 2),
    "lines_db": ("lines (dB)", 1),
    "azimuthal_db": ("azimuthal (dB)", 1),
    "kept_percent": ("kept (%)", 0),
    "loss_discriminator": ("D loss", 2),
}
"""Measures of a grid: the head of their column, and how many digits it has."""


def _grid(name: str, measures: Sequence[str], caption: str, *, minutes: bool = False) -> Callable[[Results], str]:
    """A table of a grid of training runs at the last point, with real kicks below."""

    def table(results: Results) -> str:
        figures = results[name].figures
        words = NAMES.get(name, {})
        measured = [(words.get(cell, cell.replace("_", " ")), figures[cell]) for cell in figures["cells"]]
        measured += [(BESIDE[way], found) for way, found in figures.get("beside", {}).items()]
        measured += [("real kicks", figures["real"])] if "real" in figures else []
        rows = [
            [what, *(_with_interval(found.get(one), COLUMNS[one][1]) for one in measures)]
            + ([_number(found.get("minutes"), 0)] if minutes else [])
            for what, found in measured
        ]
        head = ["network", *(COLUMNS[one][0] for one in measures), *(["minutes"] if minutes else [])]
        return _table(f"{caption} {_of_grid(name)}", head, rows)

    return table


def _of_grid(name: str) -> str:
    """What stands below each table of a grid: how many, of what, and what ran shorter than planned."""
    return (
        f"Means at {{{name}.counts.samples_shown:,}} kicks shown, {{{name}.counts.generated}} generated kicks of each "
        f"run against {{{name}.settings.real}} of the validation split; seeds of a variant: at most "
        f"{{{name}.counts.seeds}}, with intervals over seeds where there are several. Real kicks: other files of the "
        "training kits. "
        f"{{{name}.shorter}}"
    )


def collapse_early(results: Results) -> str:
    """The variants of the draft's network at the first look, which more seeds reached than the last."""
    figures = results["collapse"].figures
    measures = ("frechet", "spread_ratio", "lines_db", "periodic_db", "diversity", "kept_percent")
    rows = []
    for cell in figures["cells"]:
        early = figures[cell].get("early")
        if early is not None:
            row = [_with_interval(early.get(one), COLUMNS[one][1]) for one in measures]
            rows.append([NAMES["collapse"][cell], str(early["frechet"]["seeds"]), *row])
    caption = (
        "The same variants with more seeds, early: after {collapse.draft.early.samples_shown:,} kicks shown, as before "
        "against {collapse.settings.real} of the validation split. Brackets: intervals over seeds."
    )
    return _table(caption, ("network", "seeds", *(COLUMNS[one][0] for one in measures)), rows)


def sine(results: Results) -> str:
    """What stands where training images hold next to nothing."""
    figures = results["sine"].figures
    words = {"one": "one sine", "many": "many sines", "band": "middle band"}
    rows = []
    for kind in figures["kinds"]:
        real, made = figures[kind]["real"], figures[kind]["generated"]
        row = [words[kind]]
        for name, digits in (("empty_db", 0), ("ripple_db", 1), ("grid_db", 1)):
            row += [_number(real[name], digits), _with_interval(made[name], digits)]
        rows.append([*row, _with_interval(made.get("bins_off"), 1)])
    caption = (
        "Images that should be empty. Empty: the mean loudness where training images hold next to nothing; ripple: the "
        "root mean square by which mean rows leave their own neighbourhood there; periodic: the amplitude of what "
        "repeats at a steady distance, in all of the image; each in training sounds, then in generated images. Off: "
        "the distance of the loudest bin from the nearest frequency of the library. {sine.counts.sounds} sounds of "
        "each kind, {sine.counts.samples_shown:,} shown, {sine.counts.generated} images of each run, seeds: at "
        "most {sine.counts.seeds}. {sine.shorter}"
    )
    head = (
        "library", "empty (dB)", "generated", "ripple (dB)", "generated", "periodic (dB)", "generated", "off (bins)",
    )  # fmt: skip
    return _table(caption, head, rows)


def discriminator(results: Results) -> str:
    """How discriminators score kicks that they never saw, by decay, and noise beside them."""
    figures = results["discriminator"].figures
    words = {"narrow": "narrow", "long": "narrow, one long", "mixed": "mixed"}
    rows = []
    for name in figures["sets"]:
        found = figures[name]
        decay = [_number(found["decay_ms"][end], 0) for end in ("least", "most")]
        row = [words[name], f"{decay[0]} to {decay[1]}"]
        row += [_with_interval(found[f"score_{part}"], 2) for part in ("short", "long")]
        row.append(_with_interval(found["decay_spearman"], 2))
        row += [_with_interval(found[f"kicks_above_{one}_percent"], 0) for one in ("comb", "hiss", "generated")]
        rows.append(row)
    caption = (
        "The draft's discriminator after training on sets of kicks with these decays. Score: the mean probability of "
        "being real that it gives to {discriminator.counts.scored} kicks it never saw, shortest and longest third; "
        "rank: Spearman's correlation of score and decay. Above: how often such a kick scores higher than a comb of "
        "tones under a kick's decay, than white noise under it, than what its own generator makes (per cent; a coin "
        "has half). {discriminator.counts.samples_shown:,} kicks shown; seeds: at most {discriminator.counts.seeds}. "
        "{discriminator.shorter}"
    )
    head = (
        "trained on", "decays (ms)", "score: short", "score: long", "rank", "above comb (%)", "above noise (%)",
        "above own (%)",
    )  # fmt: skip
    return _table(caption, head, rows)


SOURCE = ("precision_percent", "recall_percent", "coverage_percent")

TABLES: dict[str, Callable[[Results], str]] = {
    "representation": representation,
    "peers": peers,
    "peers-more": peers_more,
    "peers-told": peers_told,
    "peers-rebuilt": peers_rebuilt,
    "baselines": _grid(
        "baselines",
        ("frechet", *SOURCE, "diversity", "spread_ratio", "periodic_db", "kept_percent"),
        "The draft beside WaveGAN and SpecGAN, as many kicks shown; below them, what images reach without a network.",
        minutes=True,
    ),
    "collapse": _grid(
        "collapse",
        ("frechet", *SOURCE[:2], "diversity", "spread_ratio", "periodic_db", "loss_discriminator", "kept_percent"),
        "The draft's network with one change each.",
    ),
    "collapse-early": collapse_early,
    "regulariser": _grid(
        "regulariser",
        ("lines_db", "azimuthal_db", "periodic_db", "frechet", *SOURCE[:2], "spread_ratio"),
        "Durall's regulariser and interpolation in the draft's network.",
    ),
    "ablation": _grid(
        "ablation",
        ("frechet", *SOURCE, "diversity", "periodic_db", "kept_percent"),
        "From the draft to the flagship, one change at a time.",
    ),
    "data-size": _grid(
        "data-size",
        ("frechet", *SOURCE, "diversity", "periodic_db", "kept_percent"),
        "The flagship on few kicks, from nothing and from the shipped weights.",
    ),
    "sine": sine,
    "discriminator": discriminator,
}
"""The tables by name."""
