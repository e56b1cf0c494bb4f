"""Known damage: faults that a set of kicks may have, applied to real kicks in known amounts.

A metric is worth showing if it ranks damage as an ear does (see `ladder`). Each damage here has at least six levels,
from barely audible to gross, and describes each level in words. There are two kinds:

- on the sound: `Damage.apply(audio, level, seed)` turns kicks, float32 (n, 2, 22050), into as many damaged ones. Unless
  the docstring states otherwise, the result for a kick depends on that kick, the level and the seed alone, not on the
  rest of the set: random numbers are keyed by the seed and the kick's own samples. They do not depend on the level,
  so that the levels of one seed differ in the amount alone.
- by replacement: a share of the set is replaced by kicks of another set, named by `Damage.pool`; `replaced` draws them.

Nothing is clipped or normalised here: damaged kicks go through the same preparation as any file. Preparation removes
an offset, so only the gate, which judges a sound unprepared, can detect that one.
"""

from kickitout.evaluation.damage.damage import Audio, Damage
from kickitout.evaluation.damage.sets import other_sounds, replaced
from kickitout.evaluation.damage.table import BY_NAME, DAMAGES

__all__ = [
    "BY_NAME",
    "DAMAGES",
    "Audio",
    "Damage",
    "other_sounds",
    "replaced",
]
