"""What ran shorter than planned, in words: settings beside their defaults, and what was measured beside both."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

AMOUNTS = {
    "points": "{have:,} samples shown instead of {plan:,}",
    "samples": "{have:,} samples shown instead of {plan:,}",
    "sounds": "{have:,} sounds of each kind instead of {plan:,}",
    "kicks": "{have:,} kicks instead of {plan:,}",
    "scored": "{have:,} kicks scored instead of {plan:,}",
    "generated": "{have:,} generated kicks of each run instead of {plan:,}",
    "real": "{have:,} real kicks compared instead of {plan:,}",
    "sizes": "{have:,} sizes instead of {plan:,}",
    "windows": "{have:,} windows instead of {plan:,}",
    "warm": "a warm start of {have:,} samples instead of {plan:,}",
    "synthesised": "{have:,} synthesised kicks instead of {plan:,}",
    "resamples": "{have:,} draws of the bootstrap instead of {plan:,}",
}
"""By setting, how a smaller one than planned is said. Others do not make an experiment shorter."""


def _amount(name: str, value: Any) -> int:
    """How much a setting asks for: the last point, the number of a tuple's parts, or the number itself."""
    if name == "points":
        return int(max(value))
    return len(value) if isinstance(value, tuple) else int(value)


def shorter(settings: Any, measured: Mapping[str, Sequence[int]] | None = None) -> str:
    """What ran shorter than planned, as a sentence; empty where nothing did.

    Args:
        settings: of the experiment, a dataclass whose defaults are the plan.
        measured: the seeds that were measured of each part, those of parts that were left out empty. None: nothing
            was left out, and the seeds are those of the settings.
    """
    plan = type(settings)()
    fields = {field.name for field in dataclasses.fields(settings)}
    words = []
    if "seeds" in fields:
        words += _seeds(len(plan.seeds), measured or {"": settings.seeds})
    for name, template in AMOUNTS.items():
        if name in fields:
            have, planned = (_amount(name, getattr(one, name)) for one in (settings, plan))
            if have < planned:
                words.append(template.format(have=have, plan=planned))
    left_out = [name.replace("_", " ") for name, seeds in (measured or {}).items() if not seeds]
    if left_out:
        words.append(f"without {_listed(left_out)}")
    return f"Shorter than planned: {'; '.join(words)}." if words else ""


def _seeds(planned: int, measured: Mapping[str, Sequence[int]]) -> list[str]:
    counts = {name: len(seeds) for name, seeds in measured.items() if seeds}
    fewer = {count for count in counts.values() if count < planned}
    if not fewer:
        return []
    unit = "seed" if planned == 1 else "seeds"
    if len(set(counts.values())) == 1:
        return [f"{fewer.pop()} of {planned} {unit}"]
    parts = [
        f"{count} of {_listed([name.replace('_', ' ') for name, one in counts.items() if one == count])}"
        for count in sorted(fewer)
    ]
    return [f"of {planned} planned {unit} {', '.join(parts)}"]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
