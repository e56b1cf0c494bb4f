"""Presets are complete, checked, and survive a round trip."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import InputError
from kickitout.training.settings.presets import load_preset, preset_names, settings_from, to_data, to_toml, with_budget


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_loads_says_its_own_name_and_comes_back_from_its_text(name):
    settings = load_preset(name)
    assert settings.preset == name
    assert settings_from(tomllib.loads(to_toml(settings)), source="text") == settings
    assert settings_from(to_data(settings), source="data") == settings


def test_the_dcgan_preset_is_the_drafts():
    settings = load_preset("dcgan")
    assert settings.training.batch_size == 16
    assert (settings.optimizer.generator_rate, settings.optimizer.discriminator_rate) == (0.002, 0.001)
    assert (settings.optimizer.beta1, settings.optimizer.beta2) == (0.5, 0.999)
    assert settings.data.training_share == 0.8
    assert settings.budget.samples == 62_850
    assert settings.generator.latent_size == 100
    assert settings.discriminator.spectral_norm
    assert settings.discriminator.batch_norm


@pytest.mark.parametrize(("name", "shuffle"), [("wavegan", 2), ("specgan", 0)])
def test_the_presets_of_the_published_networks_are_their_authors(name, shuffle):
    settings = load_preset(name)
    assert settings.generator.latent_size == 100
    assert settings.critic.phase_shuffle == shuffle
    assert (settings.loss.gradient_penalty, settings.loss.critic_steps) == (10.0, 5)
    assert (settings.optimizer.generator_rate, settings.optimizer.critic_rate) == (1e-4, 1e-4)
    assert (settings.optimizer.beta1, settings.optimizer.beta2) == (0.5, 0.9)
    assert settings.training.batch_size == 64
    assert (settings.data, settings.budget) == (load_preset("dcgan").data, load_preset("dcgan").budget)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("generator.kind=melgan", "^generator.kind melgan: unknown; choose dcgan or kickgan or wavegan or specgan "),
        ("generator.channels=0", "^generator.channels 0: out of range; give 1 to 512"),
        ("critic.phase_shuffle=8", "^critic.phase_shuffle 8: out of range; give 0 to 7"),
        ("loss.critic_steps=0", "^loss.critic_steps 0: out of range; give 1 to"),
        ("training.precision=bfloat16", "^training.precision bfloat16: .* choose float32 or float64"),
    ],
)
def test_a_bad_change_to_wavegan_is_one_clear_sentence(change, words):
    with pytest.raises(InputError, match=words):
        load_preset("wavegan", [change])


@given(
    rate=st.floats(1e-9, 1.0),
    batch=st.integers(2, 65_536),
    channels=st.lists(st.integers(1, 8192), min_size=8, max_size=8),
    classes=st.lists(st.text(min_size=1), max_size=3),
)
def test_any_settings_survive_the_round_trip(rate, batch, channels, classes):
    data = to_data(load_preset("dcgan"))
    data["optimizer"]["generator_rate"] = rate
    data["training"]["batch_size"] = batch
    data["generator"]["channels"] = channels
    data["data"]["licence_classes"] = classes
    settings = settings_from(data, source="data")
    assert settings_from(tomllib.loads(to_toml(settings)), source="text") == settings


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("training.batch_size=1", "^training.batch_size 1: out of range; give 2 to"),
        ("training.batch_size=many", "^training.batch_size many: of the wrong type; give a whole number "),
        ("training.batch_size=16.0", "give a whole number"),
        ("training.batch_size", "^changes training.batch_size: not of the form section.key=value; give "),
        ("training.batchsize=16", "there is no key training.batchsize; choose seed, batch_size"),
        ("trainin.batch_size=16", "there is no section trainin; choose preset, data"),
        ("preset.x=1", "there is no section preset"),
        ("loss.kind=wasserstein", "^loss.kind wasserstein: unknown; choose bce"),
        ("loss.double_sigmoid=1", "^loss.double_sigmoid 1: of the wrong type; give true or false"),
        ("optimizer.beta1=nan", "^optimizer.beta1 nan: out of range"),
        ("optimizer.beta2=1.0", "^optimizer.beta2 1: out of range"),
        ("generator.channels=[1, 2]", "^generator.channels 1, 2: give eight numbers"),
        ("generator.attention=[7]", "7 is not a side of a map"),
        ("generator.channels=3", "give a list"),
        ("generator=3", "not a section; give a section with keys"),
        ("budget.samples=0", "^budget: the run would never end; give samples, epochs or minutes$"),
        ("data.division=half", "choose plain or kit"),
    ],
)
def test_a_bad_change_is_one_clear_sentence(change, words):
    with pytest.raises(InputError, match=words.replace("(", r"\(")) as caught:
        load_preset("dcgan", [change])
    assert "\n" not in str(caught.value)


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(InputError, match=r"^preset dcgann: unknown; choose dcgan"):
        load_preset("dcgann")


def test_settings_with_a_former_preset_name_get_the_current_one(tmp_path):
    """`kickgan-cpu` is `kickgan` now, and `kickgan` was what is `kickgan-large` now."""
    small, large = load_preset("kickgan"), load_preset("kickgan-large")
    assert load_preset("kickgan-cpu") == small
    assert load_preset("kickgan-cpu", ["training.seed=5"]) == load_preset("kickgan", ["training.seed=5"])
    assert settings_from(to_data(small) | {"preset": "kickgan-cpu"}, source="run") == small
    assert settings_from(to_data(large) | {"preset": "kickgan"}, source="run") == large
    path = tmp_path / "written-before.toml"
    path.write_text(to_toml(small).replace('"kickgan"', '"kickgan-cpu"', 1), encoding="utf-8")
    assert load_preset(str(path)) == small
    changed = to_data(large) | {"preset": "kickgan", "loss": {**to_data(large)["loss"], "gradient_penalty": 2.0}}
    assert settings_from(changed, source="run").preset == "kickgan-large"
    assert "kickgan-cpu" not in preset_names()


def test_the_large_preset_differs_in_its_widths_alone():
    small, large = to_data(load_preset("kickgan")), to_data(load_preset("kickgan-large"))
    differing = {
        f"{section}.{key}"
        for section in small.keys() - {"preset"}
        for key in small[section]
        if small[section][key] != large[section][key]
    }
    widths = {"generator.channels", "generator.style_size", "encoder.channels"}
    assert differing == widths | {"critics.channels", "critics.parts_channels"}


def test_a_preset_file_is_checked_for_missing_and_broken_lines(tmp_path):
    path = tmp_path / "mine.toml"
    with pytest.raises(InputError, match=r"^preset .*mine\.toml: does not exist"):
        load_preset(str(path))
    text = to_toml(load_preset("dcgan"))
    path.write_text(text, encoding="utf-8")
    assert load_preset(str(path)) == load_preset("dcgan")
    path.write_text(text.replace("beta1 = 0.5\n", ""), encoding="utf-8")
    with pytest.raises(InputError, match=r"^optimizer\.beta1: missing; a preset has every key"):
        load_preset(str(path))
    path.write_text("a = = 1", encoding="utf-8")
    with pytest.raises(InputError, match="not valid TOML"):
        load_preset(str(path))


def test_a_given_budget_replaces_the_presets():
    settings = with_budget(load_preset("dcgan"), samples=None, epochs=None, minutes=2.5)
    assert (settings.budget.samples, settings.budget.epochs, settings.budget.minutes) == (0, 0, 2.5)
    assert with_budget(load_preset("dcgan"), samples=None, epochs=None, minutes=None) == load_preset("dcgan")


def test_a_preset_of_many_megabytes_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.toml"
    path.write_text("a = [" + "1, " * 400_000 + "]\n")
    with pytest.raises(InputError, match=r"1\.2 MB, more than a preset has"):
        load_preset(str(path))
