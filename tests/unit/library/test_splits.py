"""Laws of the splits."""

import hashlib
from collections import Counter, defaultdict

import pytest

from kickitout.library.splits import (
    ALWAYS_TRAINS,
    BY_FILE,
    LEAST_KICKS,
    LEAST_KITS,
    LEAST_SOURCES,
    SMALL_LIBRARY,
    SPLITS,
    assign,
    held_out_of,
    kits_of,
)
from kickitout.library.store import UNASSIGNED, Entry


def entry(source, kit, number, licence_class="clean", split=UNASSIGNED):
    name = hashlib.sha256(f"{source}/{kit}/{number}".encode()).hexdigest()
    return Entry(
        content_hash=name,
        file=f"{source}/{kit}/{number}.wav",
        source=source,
        kit=kit,
        origin="",
        licence="",
        licence_class=licence_class,
        split=split,
        gain_db=0.0,
        onset_shift=0,
        original_rate=44100,
        original_channels=2,
        true_stereo=False,
        length=100,
        descriptors={},
        shard="00000.npz",
        position=0,
    )


def a_library(clean=40, unknown=60, seed=""):
    """Kits of many sizes: clean ones of a few sources, unknown ones of many, and one large kit of each."""
    entries = [entry("large clean", "kit", n) for n in range(130)]
    entries += [entry("large unknown", "kit", n, "unknown") for n in range(150)]
    for kit in range(clean):
        entries += [entry(f"clean {kit % 6}{seed}", f"kit {kit}", n) for n in range(2 + kit % 13)]
    for kit in range(3 * unknown):
        source = f"unknown {kit % unknown}{seed}"
        entries += [entry(source, f"kit {kit}", n, "unknown") for n in range(1 + kit % 9)]
    return entries


def with_splits(entries, splits):
    return [
        entry(e.source, e.kit, e.file.split("/")[-1][:-4], e.licence_class, split)
        for e, split in zip(entries, splits, strict=True)
    ]


@pytest.fixture(scope="module")
def entries():
    return a_library()


@pytest.fixture(scope="module")
def splits(entries):
    return assign(entries, {})[0]


def members(entries, splits, name):
    return [entry for entry, split in zip(entries, splits, strict=True) if split == name]


def test_every_kick_has_a_split(splits):
    assert set(splits) == set(SPLITS)


def test_kits_stay_together(entries, splits):
    kits = defaultdict(set)
    for one, split in zip(entries, splits, strict=True):
        kits[one.source, one.kit].add("train" if split == "sibling" else split)
    assert all(len(found) == 1 for found in kits.values())


def test_large_kits_train(entries, splits):
    totals = Counter(one.licence_class for one in entries)
    sizes = Counter((one.source, one.kit, one.licence_class) for one in entries)
    for one, split in zip(entries, splits, strict=True):
        if sizes[one.source, one.kit, one.licence_class] > ALWAYS_TRAINS * totals[one.licence_class]:
            assert split in ("train", "sibling")


def test_the_least_numbers_are_kept(entries, splits):
    for name in ("validation", "test", "unseen"):
        found = members(entries, splits, name)
        assert len(found) >= LEAST_KICKS[name]
        assert len({(one.source, one.kit) for one in found}) >= LEAST_KITS.get(name, 1)
        assert len({one.source for one in found}) >= LEAST_SOURCES.get(name, 1)


def test_unseen_is_whole_sources_without_clean_kicks(entries, splits):
    unseen = members(entries, splits, "unseen")
    sources = Counter(one.source for one in unseen)
    assert all(one.licence_class != "clean" for one in unseen)
    assert max(sources.values()) <= len(unseen) / 3
    assert not any(one.source in sources for one in entries if one not in unseen)


def test_siblings_are_a_tenth_of_the_training_kits(entries, splits):
    count = Counter(splits)
    assert 0.06 <= count["sibling"] / (count["sibling"] + count["train"]) <= 0.14


def test_clean_kits_have_a_fair_share(entries, splits):
    clean = [split for one, split in zip(entries, splits, strict=True) if one.licence_class == "clean"]
    count = Counter(clean)
    for name in ("validation", "test"):
        assert 0.07 <= count[name] / len(clean) <= 0.15
    assert count["train"] + count["sibling"] >= 0.7 * len(clean)


def test_the_order_of_the_kicks_does_not_matter(entries, splits):
    backwards, _ = assign(entries[::-1], {})
    assert backwards[::-1] == splits


def test_adding_changes_nothing_that_is_there(entries, splits):
    _, kits = assign(entries, {})
    old = with_splits(entries, splits)
    new = a_library(clean=25, unknown=20, seed=" more")
    both, all_kits = assign([*old, *new], kits)
    assert both[: len(old)] == splits
    assert all(all_kits[name] == split for name, split in kits.items())
    for one, split in zip(new, both[len(old) :], strict=True):
        if (one.source, one.kit) in kits:
            followed = "train" if split == "sibling" else split
            assert followed == kits[one.source, one.kit]


def test_new_kits_of_an_unseen_source_are_unseen(entries, splits):
    _, kits = assign(entries, {})
    source = next(name[0] for name, split in kits.items() if split == "unseen")
    more = [entry(source, "a new kit", n, "unknown") for n in range(5)]
    both, _ = assign([*with_splits(entries, splits), *more], kits)
    assert set(both[-5:]) == {"unseen"}


@pytest.mark.parametrize("kits", [1, 4, 9])
def test_few_kits_are_split_by_file(kits):
    entries = [entry("builtin", f"kit {n % kits}", n) for n in range(400)]
    splits, assigned = assign(entries, {})
    assert set(assigned.values()) == {BY_FILE}
    count = Counter(splits)
    assert count["train"] > 0.7 * len(entries)
    assert 0.05 * len(entries) <= count["validation"] <= 0.15 * len(entries)
    assert count["unseen"] == 0
    more = [entry("builtin", "kit 0", n) for n in range(400, 500)]
    later, _ = assign([*with_splits(entries, splits), *more], assigned)
    assert later[:400] == splits
    assert {"train", "validation", "test"} == set(later[400:])


def test_many_even_kits_are_split_by_kit():
    # Each is above 5 %, so none has to train.
    entries = [entry("builtin", f"kit {n // 16}", n) for n in range(16 * 16)]
    splits, assigned = assign(entries, {})
    assert Counter(assigned.values())["validation"] >= 1
    assert Counter(assigned.values())["test"] >= 1
    assert Counter(assigned.values())["train"] >= 10
    assert BY_FILE not in assigned.values()
    assert splits.count("train") > len(entries) / 2


def test_kits_come_in_hash_order(entries):
    names = [kit.name for kit in kits_of(entries)]
    assert names == [kit.name for kit in kits_of(entries[::-1])]
    assert names != sorted(names)


def test_an_empty_library_has_no_splits():
    assert assign([], {}) == ([], {})


# Small libraries ------------------------------------------------------------------------------------------------------


def a_folder(kicks, kits, lot=0):
    """So many kicks in so many kits, of a lot of their own."""
    return [entry(f"mine {lot}", f"kit {n % kits}", n) for n in range(kicks)]


@pytest.mark.parametrize("kits", [1, 3, 10, 60])
@pytest.mark.parametrize("lot", range(10))
def test_a_small_library_trains_and_validates_with_as_few_as_can_be(kits, lot):
    for kicks in range(2, 61):
        splits, _ = assign(a_folder(kicks, min(kits, kicks), lot), {})
        count = Counter(splits)
        assert set(count) == {"train", "validation"}
        assert 1 <= count["validation"] <= held_out_of(kicks) <= max(kicks / 10, 1)
        assert count["train"] >= 1


def test_one_kick_trains():
    assert assign(a_folder(1, 1), {})[0] == ["train"]
    assert assign(a_folder(1, 1), {}, test_split=True)[0] == ["train"]


@pytest.mark.parametrize("kits", [1, 20])
def test_a_test_split_of_a_small_library_is_asked_for(kits):
    for kicks in range(3, 61):
        count = Counter(assign(a_folder(kicks, min(kits, kicks)), {}, test_split=True)[0])
        assert set(count) == {"train", "validation", "test"}
        assert max(count["validation"], count["test"]) <= held_out_of(kicks)


@pytest.mark.parametrize("of_a_kit", [5, 1000])
@pytest.mark.parametrize("lot", range(3))
def test_a_library_that_grows_keeps_what_it_has_and_deals_a_test_split_when_it_is_large(of_a_kit, lot):
    entries, known = [], {}
    for kicks in (1, 2, 5, 12, 40, SMALL_LIBRARY - 1, SMALL_LIBRARY, 400):
        all_of_them = [entry(f"mine {lot}", f"kit {n // of_a_kit}", n) for n in range(kicks)]
        splits, known = assign([*entries, *all_of_them[len(entries) :]], known)
        assert splits[: len(entries)] == [one.split for one in entries]
        if kicks < SMALL_LIBRARY:
            assert set(splits) <= {"train", "validation"}
        if kicks > 1:
            assert 1 <= splits.count("validation") <= max(kicks / 5, 1)
        entries = with_splits(all_of_them, splits)
    assert splits.count("test") >= 10


def test_a_kick_that_comes_to_a_small_library_follows_its_kit():
    entries = a_folder(30, 15)
    splits, kits = assign(entries, {})
    held_out = next(name for name, split in kits.items() if split == "validation")
    more = [entry(*held_out, 1000), entry("mine 0", "a new kit", 1001)]
    both, _ = assign([*with_splits(entries, splits), *more], kits)
    assert both == [*splits, "validation", "train"]


def test_libraries_that_are_not_small_are_split_as_ever():
    """Golden: what runs and models say of their data must stay true."""
    found = []
    for entries in (a_folder(SMALL_LIBRARY, 1), a_folder(SMALL_LIBRARY, 25), a_folder(700, 40), a_library()):
        splits, _ = assign(entries, {})
        found.append(hashlib.sha256(" ".join(splits).encode()).hexdigest()[:8])
    assert found == ["29c82bdd", "c1468d56", "bf64e55b", "3ce15645"]
