"""Known damage: what may be wrong with a set of kicks, done to real ones by known amounts.

A metric is worth showing if it orders damage that an ear orders (see `ladder`). Each damage here has at least six
levels, from one that is barely there to one that nobody misses, and says in words what a level is. Two kinds:

- on the sound: `Damage.apply(audio, level, seed)` turns kicks, float32 (n, 2, 22050), into as many damaged ones. Unless
  the docstring says that it looks at the whole set, what becomes of a kick depends on it, the level and the seed alone,
  not on its neighbours: random numbers are keyed by the seed and the kick's own samples. They do not depend on the
  level, so that the levels of one seed differ in the amount alone.
- by replacement: a share of the set gives way to kicks of another set, named by `Damage.pool`; `replaced` says which.

Nothing is clipped or normalised here: damaged kicks go through the same preparation as anybody's files. It takes an
offset away, so that only what looks at a sound as it came (the gate) can see that one.
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
