"""Splits: which kicks train networks and which judge them, by kit, once for the whole library.

Kicks of one machine are siblings, and a split by file would put them on both sides. So whole kits go to one split, and
whole sources to `unseen`:

    train       training kicks
    sibling     a tenth of the files of the training kits: held out, but from known kits
    validation  held-out kits, used while training
    test        the same, for the final figures only
    unseen      whole sources without a clean kit, held out

One assignment serves every model and every licence class. It is stored, and later kicks follow their kits.

A small library has no kicks to spare: a tenth validates, one kick at least, and all others train. A library that grows
keeps what it has, and deals the other splits from what comes when it is no longer small.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from kickitout.library.store import UNASSIGNED, Entry
from kickitout.system.randomness import fraction

SPLITS = ("train", "sibling", "validation", "test", "unseen")

KIT_SPLITS = ("train", "validation", "test", "unseen")
"""The splits that a whole kit can be in."""

BY_FILE = "by file"
"""The assignment of a kit whose files are spread over the splits: for libraries of too few kits."""

ALWAYS_TRAINS = 0.05
"""A kit above this share of its licence class always trains: it would dominate a held-out split."""

HELD_OUT = 0.10
"""The share of the kicks that validation and test each aim at."""

SIBLINGS = 0.10
UNSEEN = 0.12
LARGEST_UNSEEN_SOURCE = 1 / 3

FULL_LIBRARY = 1000
"""From this many kicks on, the minimum numbers below apply."""

LEAST_KICKS = {"validation": 150, "test": 150, "unseen": 200}
LEAST_KITS = {"validation": 15, "test": 15}
LEAST_SOURCES = {"unseen": 8}

FEWEST_KITS = 10
"""Below this number of kits, files are split, not kits."""

SMALL_LIBRARY = 150
"""A library of fewer kicks has the splits `train` and `validation` only, and `test` if that is asked for: a test split
of a tenth of it would say nothing, and every kick that does not train is missed."""

LEAST_TO_TRAIN = 2
"""Kicks that training needs: one to train on, one to validate with."""

KitName = tuple[str, str]
"""(source, kit)"""


@dataclass(frozen=True)
class Kit:
    """A kit's name and its kicks by licence class."""

    name: KitName
    by_class: Counter[str]

    @property
    def size(self) -> int:
        """Number of kicks."""
        return self.by_class.total()

    @property
    def order(self) -> float:
        """Its position in the order in which kits are assigned: by hash, so it is arbitrary but fixed."""
        return fraction("kit\x1f" + "\x1f".join(self.name))


def kits_of(entries: Iterable[Entry]) -> list[Kit]:
    """The kits of the entries, in hash order."""
    counts: defaultdict[KitName, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        counts[entry.source, entry.kit][entry.licence_class] += 1
    return sorted((Kit(name, count) for name, count in counts.items()), key=lambda kit: (kit.order, kit.name))


def _large_kits(kits: Sequence[Kit]) -> set[KitName]:
    totals: Counter[str] = Counter()
    for kit in kits:
        totals.update(kit.by_class)
    return {kit.name for kit in kits if any(n > ALWAYS_TRAINS * totals[word] for word, n in kit.by_class.items())}


def _choose_unseen(kits: Sequence[Kit], known: Mapping[KitName, str], large: set[KitName]) -> set[str]:
    """The unseen sources: those that are unseen already, and new ones in hash order until the target is reached."""
    chosen = {name[0] for name, split in known.items() if split == "unseen"}
    total = sum(kit.size for kit in kits)
    if total < FULL_LIBRARY:
        return chosen
    target = max(LEAST_KICKS["unseen"], UNSEEN * total)
    sources: defaultdict[str, list[Kit]] = defaultdict(list)
    for kit in kits:
        sources[kit.name[0]].append(kit)
    sizes = {source: sum(kit.size for kit in members) for source, members in sources.items()}
    free = [
        source
        for source, members in sources.items()
        if sizes[source] <= LARGEST_UNSEEN_SOURCE * target
        and not any(kit.name in known or kit.name in large or kit.by_class["clean"] for kit in members)
    ]
    fresh: set[str] = set()
    for source in sorted(free, key=lambda name: (fraction("source\x1f" + name), name)):
        together = chosen | fresh
        if len(together) >= LEAST_SOURCES["unseen"] and sum(sizes[name] for name in together) >= target:
            break
        fresh.add(source)
    together = chosen | fresh
    enough = sum(sizes[name] for name in together) >= LEAST_KICKS["unseen"]
    return together if enough and len(together) >= LEAST_SOURCES["unseen"] else chosen


def _deal(kits: Sequence[Kit], dealt: dict[KitName, str], large: set[KitName], target: float) -> None:
    """Assign the kits that `dealt` does not contain yet, each to the split with the least share of its target.

    `target` is the aim of validation and of test, in kicks; the rest trains.
    """
    have: Counter[str] = Counter()
    for kit in kits:
        if kit.name in dealt:
            have[dealt[kit.name]] += kit.size
    rest = sum(kit.size for kit in kits) - have["unseen"] - have[BY_FILE] - 2 * target
    targets = {"validation": target, "test": target, "train": rest}
    free = [kit for kit in kits if kit.name not in dealt]
    # With few kits nearly all are large: then none is forced to train.
    spare = sum(kit.size for kit in kits if kit.name not in large and dealt.get(kit.name) != "unseen")
    forced = large if spare >= 3 * target else set()
    for kit in free:
        if kit.name in forced:
            dealt[kit.name] = "train"
            have["train"] += kit.size
    for kit in free:
        if kit.name not in dealt:
            split = min(targets, key=lambda name: have[name] / max(targets[name], 1e-9))
            dealt[kit.name] = split
            have[split] += kit.size


def assign_kits(kits: Sequence[Kit], known: Mapping[KitName, str]) -> dict[KitName, str]:
    """The split of every kit: "train", "validation", "test", "unseen" or "by file"; `known` kits keep theirs.

    Kits above 5 % of their licence class train. Whole sources without a clean kick go to `unseen` in hash order until
    it has its 12 % (at least 200 kicks of eight sources, none above a third). The other kits go in hash order to the
    split that has least of its target, clean ones and the rest each among themselves, so that the clean class alone
    is split in the same shares as the whole.
    """
    dealt = dict(known)
    if len(kits) < FEWEST_KITS:
        for kit in kits:
            dealt.setdefault(kit.name, BY_FILE)
        return dealt
    large = _large_kits(kits)
    unseen = _choose_unseen(kits, known, large)
    for kit in kits:
        if kit.name[0] in unseen:
            dealt.setdefault(kit.name, "unseen")
    total = sum(kit.size for kit in kits)
    least = LEAST_KICKS["validation"] if total >= FULL_LIBRARY else 0
    share = max(HELD_OUT, least / total)
    clean = [kit for kit in kits if kit.by_class["clean"]]
    other = [kit for kit in kits if not kit.by_class["clean"]]
    for stratum in (clean, other):
        _deal(stratum, dealt, large, share * sum(kit.size for kit in stratum))
    return dealt


def split_of_file(content_hash: str, kit_split: str) -> str:
    """The split of one kick of a kit: of training kits a tenth are siblings, drawn by their hash."""
    draw = fraction("file\x1f" + content_hash)
    if kit_split == "train":
        return "sibling" if draw < SIBLINGS else "train"
    if kit_split == BY_FILE:
        return "validation" if draw < HELD_OUT else "test" if draw < 2 * HELD_OUT else "train"
    return kit_split


def held_out_of(kicks: int) -> int:
    """How many kicks of a small library validate: as few as can be, a tenth, but one if there are two or more."""
    return max(math.floor(HELD_OUT * kicks), 1) if kicks >= LEAST_TO_TRAIN else 0


def in_file_order(entries: Sequence[Entry], places: Iterable[int]) -> list[int]:
    """Places among the entries in an order that is arbitrary but fixed: by the hash of what they hold."""
    return sorted(places, key=lambda place: (fraction("file\x1f" + entries[place].content_hash), place))


def _assign_small(
    entries: Sequence[Entry], known: Mapping[KitName, str], *, test_split: bool
) -> tuple[list[str], dict[KitName, str]]:
    """The same as `assign` for a small library.

    Whole kits are held out, in hash order, as long as they fit in what is to be held out; of fewer than ten kits, files
    are. With each split the aim is of the whole library: what is held out already counts.
    """
    kits, dealt = kits_of(entries), dict(known)
    if len(kits) < FEWEST_KITS:
        for kit in kits:
            dealt.setdefault(kit.name, BY_FILE)
    aim = held_out_of(len(entries))
    aims = {"validation": aim}
    if test_split and len(entries) > 2 * aim:
        aims["test"] = aim
    follow = {"train": "train", BY_FILE: UNASSIGNED}  # no siblings: they would not train either
    splits = []
    for entry in entries:
        of_kit = dealt.get((entry.source, entry.kit), UNASSIGNED)
        splits.append(entry.split if entry.split != UNASSIGNED else follow.get(of_kit, of_kit))
    have = Counter(splits)
    for kit in kits:
        if kit.name not in dealt:
            fits = (name for name, wanted in aims.items() if have[name] + kit.size <= wanted)
            dealt[kit.name] = next(fits, "train")
            have[dealt[kit.name]] += kit.size
    free = []
    for place, entry in enumerate(entries):
        if splits[place] == UNASSIGNED:
            of_kit = dealt[entry.source, entry.kit]
            splits[place] = "train" if of_kit == BY_FILE else of_kit
            free += [place] if of_kit == BY_FILE else []
    order = iter(in_file_order(entries, free))
    for name, wanted in aims.items():
        for place in islice(order, max(wanted - have[name], 0)):
            splits[place] = name
    return splits, dealt


def assign(
    entries: Sequence[Entry], known: Mapping[KitName, str], *, test_split: bool = False
) -> tuple[list[str], dict[KitName, str]]:
    """The split of every entry and of every kit; entries that have a split keep it.

    Args:
        entries: all of the library.
        known: the splits of kits so far.
        test_split: whether a small library has a test split, too.
    """
    if len(entries) < SMALL_LIBRARY:
        return _assign_small(entries, known, test_split=test_split)
    kits = assign_kits(kits_of(entries), known)
    splits = [
        entry.split if entry.split != UNASSIGNED else split_of_file(entry.content_hash, kits[entry.source, entry.kit])
        for entry in entries
    ]
    return splits, kits
