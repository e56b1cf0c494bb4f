"""The tables of the paper as Markdown, each from results alone. A first line in emphasis is its caption."""

from collections.abc import Callable, Mapping, Sequence
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
}


def _number(value: Any, digits: int) -> str:
    return MISSING if value is None else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _with_interval(figure: Mapping[str, Any], digits: int, name: str = "value") -> str:
    value, low, high = (_number(figure[one], digits) for one in (name, "low", "high"))
    return MISSING if value == MISSING else f"{value} [{low}, {high}]"


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
        "{representation.constants.seen}: medians. Brackets: intervals over kits."
    )
    head = ("window / hop", "phases", "kept (%)", "lost (%)", "cents", "L, R", "mono (dB)", "body", "conv.")
    return _table(caption, head, rows)


def peers(results: Results) -> str:
    """Published kicks beside ours and real ones."""
    figures = results["peers"].figures
    rows = []
    for name, words in SETS.items():
        if name not in figures:
            continue
        one = figures[name]
        distances = [
            _with_interval(one[metric], digits) if metric in one else MISSING
            for metric, digits in (("precision", 2), ("coverage", 2))
        ]
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
    head = ("set", "kicks", "kept (%)", "gate (%)", "periodic (dB)", "Hz", "ms", "LUFS", "precision", "coverage")
    return _table(caption, head, rows)


TABLES: dict[str, Callable[[Results], str]] = {"representation": representation, "peers": peers}
"""The tables by name."""
