"""What a kick's file says of where it comes from is true of how it was made."""

from types import SimpleNamespace

import pytest

from kickitout.instrument import marking
from kickitout.instrument.finishing import PROCESSING
from kickitout.instrument.recipes import Derivation, ModelIdentity, Recipe, Source
from kickitout.sound.marking import MADE, MADE_WITH_OTHERS


@pytest.fixture(autouse=True)
def _rights(monkeypatch):
    monkeypatch.setattr(marking, "rights_line", lambda card: "MODEL'S RIGHTS")


def of(verb=None, *sources, amount=None, **more):
    derivation = None if verb is None else Derivation(verb=verb, of=list(sources), amount=amount, **more)
    model = ModelIdentity(name="m", version="1", checksum="f")
    return Recipe(format=1, kickitout="0", model=model, seed=1, derivation=derivation, processing=PROCESSING)


def made_from(recipe):
    return Source(recipe=recipe)


A, B = (Source(file=name, content=name) for name in ("a.wav", "b.wav"))
LEFT, CHANGED = of("vary", A, amount=0.0), of("vary", B, amount=0.3)
OWN = of()


@pytest.mark.parametrize(
    ("recipe", "kind", "files"),
    [
        (OWN, MADE, []),
        (of("vary", made_from(OWN), amount=0.5), MADE, []),
        (of("match", A, latent="AAAA"), MADE, []),  # nothing of the file's sound is in a match
        (CHANGED, MADE_WITH_OTHERS, ["b.wav"]),
        (LEFT, None, ["a.wav"]),
        (of("vary", made_from(LEFT), amount=0.1), MADE_WITH_OTHERS, ["a.wav"]),
        (of("vary", made_from(of("vary", made_from(CHANGED), amount=0.0)), amount=0.0), MADE_WITH_OTHERS, ["b.wav"]),
        (of("morph", A, made_from(CHANGED), amount=0.5), MADE_WITH_OTHERS, ["a.wav", "b.wav"]),
        (of("morph", A, made_from(OWN), amount=0.0), None, ["a.wav"]),
        (of("morph", A, made_from(OWN), amount=1.0), MADE, []),
        (of("morph", made_from(OWN), made_from(OWN), amount=0.5), MADE, []),
    ],
)
def test_a_file_says_what_made_it_and_whose_sound_is_in_it(recipe, kind, files):
    found = marking.marking_of(SimpleNamespace(name="m", version="1"), recipe)
    assert found.kind == kind
    for name in ("a.wav", "b.wav"):
        assert (name in found.words) == (name in found.rights) == (name in files)
    assert ("MODEL'S RIGHTS" in found.rights) == (kind is not None)
    assert ("machine-learning model (m 1)" in found.words) == (kind is not None)


def test_a_name_that_no_file_may_have_does_no_harm():
    evil = of("vary", Source(file="../a\0\n\ud800<b.wav", content="x"), amount=0.3)
    found = marking.marking_of(SimpleNamespace(name="m", version="1"), evil)
    assert "a_b.wav" in found.words
    assert found.words.isprintable()
