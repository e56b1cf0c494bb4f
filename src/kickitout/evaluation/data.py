"""A report as plain data, for JSON."""

import math
from importlib.metadata import version
from typing import Any

from kickitout.evaluation.report import Report, clean, gate_failures, most_obvious, most_typical, nearest_pairs
from kickitout.evaluation.resampling import Estimate
from kickitout.evaluation.sets import KickSet

FORMAT = "kickitout-evaluation"
FORMAT_VERSION = 1

PAGE_FILE, DATA_FILE = "report.html", "report.json"


def _plain(value: float | None) -> float | None:
    """A number for JSON: six significant digits; None for NaN and infinity."""
    return float(f"{value:.6g}") if value is not None and math.isfinite(value) else None


def _figure(figure: Estimate) -> dict[str, Any]:
    return {name: _plain(getattr(figure, name)) for name in ("value", "low", "high", "real")}


def _set(kicks: KickSet) -> dict[str, Any]:
    return {
        "name": clean(kicks.name),
        "kicks": len(kicks),
        "kits": len(set(kicks.kits)),
        "refused": [{"file": clean(file), "reason": reason} for file, reason in kicks.refused],
    }


def to_json(report: Report) -> dict[str, Any]:
    """Plain data: the sets, every figure with its interval, floor and verdict, what is missing, and the kicks shown."""
    generated, training = report.generated, report.training
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "kickitout": version("kickitout"),
        "generated": _set(generated),
        "real": _set(report.real),
        "training": _set(training) if training is not None else None,
        "floor_kicks": report.floor_size,
        "figures": {
            line.metric.name: {
                **_figure(line.figure),
                "unit": line.metric.unit,
                "better": line.metric.better,
                "perfect": _plain(line.metric.perfect),
                "floor": _figure(line.floor) if line.floor else None,
                "verdict": line.verdict or None,
                "ladder": line.place or None,
            }
            for line in report.lines
        },
        "missing": dict(report.evaluation.missing),
        "notes": [clean(note) for note in report.notes],
        "gate": [
            {"rule": rule, "generated": _plain(generated_share), "real": _plain(real_share)}
            for rule, generated_share, real_share in gate_failures(report)
        ],
        "most_obvious": [clean(generated.files[index]) for index in most_obvious(report)],
        "most_typical": [clean(generated.files[index]) for index in most_typical(report)],
        "nearest_to_training": [
            {
                "generated": clean(generated.files[pair.generated]),
                "training": clean(training.files[pair.training]),
                "distance": _plain(pair.distance),
            }
            for pair in (nearest_pairs(report) if training is not None else ())
            if training is not None
        ],
    }
