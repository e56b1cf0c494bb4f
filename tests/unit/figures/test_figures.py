"""Figures are functions of data: each draws, twice to the same bytes, and shows what it was given."""

import io
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from kickitout import figures
from kickitout.errors import DamagedFileError, InputError, OutputError
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import audio as audio_files
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.spectrogram import image_to_decibels, loudness_image

ROWS = [
    *(
        {"kind": "train", "samples": 16 * i, "loss/generator": 2 / i, "loss/discriminator": 0.5, "term/diversity": 0.1}
        for i in range(1, 60)
    ),
    {"kind": "validation", "samples": 480, "validation/generator": 1.0, "validation/discriminator": 0.6},
    {"kind": "validation", "samples": 960, "spread/generated": 0.03, "spread/real": 0.34, "spread/ratio": 0.09},
]


class Few:
    """Three kicks."""

    def __len__(self):
        return 3

    def audio(self, index, samples=KICK_SAMPLES):
        return synthesise_kick(17 * index)[0][:, :samples]


@pytest.fixture
def material():
    generated = [synthesise_kick(1000 + 17 * index)[0] for index in range(2)]
    return figures.Material(kicks=Few(), metrics=ROWS, generated=generated)


@pytest.mark.parametrize("name", figures.FIGURES)
def test_each_figure_draws_to_the_same_bytes(name, material, tmp_path):
    saved = []
    for run in range(2):
        figure = figures.draw(name, material)
        assert isinstance(figure, Figure)
        path = tmp_path / f"{run}.png"
        figures.save_figure(figure, path)
        saved.append(path.read_bytes())
    assert saved[0] == saved[1]
    assert saved[0].startswith(b"\x89PNG")
    assert len(saved[0]) > 10_000


@pytest.mark.parametrize("format", ["svg", "pdf"])
def test_vectors_carry_no_date(format, material, tmp_path):
    figures.save_figure(figures.draw("training-curves", material), tmp_path / "a", format)
    figures.save_figure(figures.draw("training-curves", material), tmp_path / "b", format)
    data = (tmp_path / "a").read_bytes()
    assert data == (tmp_path / "b").read_bytes()
    assert b"Date" not in data


def test_the_average_is_the_mean_of_the_images():
    mean = figures.mean_loudness_image(Few())
    expected = np.mean([loudness_image(Few().audio(index)) for index in range(3)], axis=0)
    np.testing.assert_allclose(mean, expected, atol=1e-6)
    figure = figures.average_data_point(mean, 3)
    left, right = figure.axes[:2]
    np.testing.assert_allclose(left.images[0].get_array(), image_to_decibels(mean[0]).T)
    np.testing.assert_allclose(right.images[0].get_array(), image_to_decibels(mean[1]).T)
    assert left.get_ylabel() == "Frequency (kHz)"
    assert left.get_xlabel() == "Time (ms)"
    assert figure.axes[2].get_ylabel() == "Mean loudness of 3 kicks (dB)"


def test_the_typical_kick_is_nearest_to_the_mean():
    class OddOneOut(Few):
        def audio(self, index, samples=KICK_SAMPLES):
            return synthesise_kick(4)[0] * 1.0 if index < 2 else np.zeros((2, samples), np.float32)

    assert figures.typical_kick(OddOneOut()) in (0, 1)


def test_amplitudes_and_loudness_show_the_same_kick():
    kick, _ = synthesise_kick(40)
    left, right = figures.amplitude_and_loudness(kick).axes[:2]
    amplitude, loudness = (np.asarray(axes.images[0].get_array()) for axes in (left, right))
    assert amplitude.max() == pytest.approx(100.0, abs=0.01)
    loud = loudness > -119.0
    np.testing.assert_allclose(20 * np.log10(amplitude[loud]), loudness[loud], atol=1e-3)


def test_the_marked_decay_is_the_kicks():
    n = np.arange(KICK_SAMPLES)
    tone = np.sin(2 * np.pi * 60 * n / 44_100) * 10 ** (-30 / 20 * n / (0.2 * 44_100))
    figure = figures.defining_characteristics(np.stack([tone, tone]).astype(np.float32))
    words = [text.get_text() for text in figure.axes[0].texts]
    measured = int(words[0].removeprefix("overall decay: 30 dB in ").removesuffix(" ms"))
    assert measured == pytest.approx(200, abs=8)
    steady = np.sin(2 * np.pi * 60 * n / 44_100)
    figure = figures.defining_characteristics(np.stack([steady, steady]).astype(np.float32))
    assert "less than 30 dB" in figure.axes[0].texts[0].get_text()


def test_silence_can_be_drawn_too():
    silence = np.zeros((2, KICK_SAMPLES), np.float32)
    for draw in (figures.defining_characteristics, figures.amplitude_and_loudness):
        draw(silence).savefig(io.BytesIO(), format="png")


def test_training_curves_show_every_series():
    figure = figures.training_curves(ROWS)
    losses, terms, spread = figure.axes
    _, labels = losses.get_legend_handles_labels()
    assert labels == [
        "generator, training",
        "generator, validation",
        "discriminator, training",
        "discriminator, validation",
    ]
    assert terms.get_legend_handles_labels()[1] == ["diversity"]
    real = next(line for line in spread.lines if line.get_label() == "real kicks")
    np.testing.assert_allclose(real.get_xydata(), [[960, 0.34]])
    assert spread.get_xlabel() == "Samples shown"


def staged_rows(length=30):
    """The lines of a run in stages: five likelihoods, then eight scores, then critics; a validation every ten lines."""
    warm = {f"term/warm_{name}": 1.0 for name in ("divergence", "powers", "drift", "attack", "wide")}
    scores = {f"term/energy_{name}": 0.5 + 0.1 * place for place, name in enumerate("abcdefg")}
    critics = {"term/critics_click": 0.7, "loss/generator": 3.0, "term/generator_click": 0.7}
    stages = (
        {"loss/warm": 5.0, **warm},
        {"loss/energy": 6.0, "term/energy_divergence": 0.1, **scores},
        {"loss/critics": 0.7, **critics, "term/generator_kept_a": 0.2},
    )
    held_out = ({"validation/powers": 1.5, "validation/wide": 0.5}, {"validation/a": 2.0}, {"validation/a": 1.0})
    spread = {"spread/generated": 0.5, "spread/real": 0.8, "distance": 90.0}
    rows = []
    for place in range(3 * length):
        line = {"samples": 16 * place + 16}
        rows.append({"kind": "train", **line, **stages[place // length]})
        if place % 10 == 5:
            rows.append({"kind": "validation", **line, **held_out[place // length], **spread})
    return rows


@pytest.mark.parametrize("count", [1, 31, 59, 90])
@pytest.mark.parametrize("rows", [ROWS, staged_rows()], ids=["discriminator", "stages"])
def test_no_panel_of_training_curves_is_empty(rows, count):
    for axes in figures.training_curves(rows[:count]).axes:
        assert axes.lines, axes.get_title(loc="left")
        assert all(len(line.get_xdata()) for line in axes.lines), axes.get_title(loc="left")
        assert axes.get_title(loc="left")
        assert axes.get_ylabel()


def test_training_curves_of_a_run_in_stages_show_each_stage():
    figure = figures.training_curves(staged_rows())
    warm, energy, critics, generator, distance, spread = figure.axes
    labels = warm.get_legend_handles_labels()[1]
    assert labels == ["all, training", "all, held-out kicks", "divergence", "powers", "drift", "attack", "wide"]
    held_out = next(line for line in warm.lines if line.get_label() == "all, held-out kicks")
    np.testing.assert_allclose(held_out.get_xydata(), [[96, 2.0], [256, 2.0], [416, 2.0]])
    labels = energy.get_legend_handles_labels()[1]
    assert labels == ["all, training", "all, held-out kicks", "g", "f", "e", "d", "c", "3 smaller terms, summed"]
    summed = next(line for line in energy.lines if line.get_label().startswith("3 smaller"))
    np.testing.assert_allclose(summed.get_ydata(), 0.5 + 0.6 + 0.1)
    assert "click" in critics.get_legend_handles_labels()[1]
    assert "energy: a" in generator.get_legend_handles_labels()[1]
    assert distance.get_ylabel() == "Fréchet distance"
    assert spread.get_xlabel() == "Samples shown"


def test_training_curves_work_before_the_first_validation():
    figure = figures.training_curves(ROWS[:1])
    figure.savefig(io.BytesIO(), format="png")
    with pytest.raises(InputError, match="no training lines"):
        figures.training_curves(ROWS[-2:])


@pytest.mark.parametrize("count", [1, 3, 4, 5, 9])
def test_sides_of_any_size_are_drawn(count):
    kick, _ = synthesise_kick(1)
    figures.real_and_generated([kick] * count, [kick] * max(1, count - 2)).savefig(io.BytesIO(), format="png", dpi=40)


def test_an_empty_side_is_refused():
    with pytest.raises(InputError, match="at least one"):
        figures.real_and_generated([np.zeros((2, 99), np.float32)], [])


# What is drawn, and from where


def test_what_lacks_material_is_left_out_unless_asked_for(material):
    bare = figures.Material(kicks=Few())
    assert figures.drawable(material) == list(figures.FIGURES)
    assert figures.drawable(bare) == ["average-data-point", "amplitude-and-loudness", "defining-characteristics"]
    assert figures.drawable(material, ["training-curves"]) == ["training-curves"]
    with pytest.raises(InputError, match=r"^only training-curves: needs run, the folder of a training run$"):
        figures.drawable(bare, ["training-curves"])
    with pytest.raises(InputError, match=r"^only real-and-generated: needs generated, a folder"):
        figures.draw("real-and-generated", bare)
    with pytest.raises(InputError, match=r"^only kicks: not a figure; choose average-data-point"):
        figures.drawable(material, ["kicks"])


def test_unknown_formats_and_unwritable_places_are_refused(material, tmp_path):
    figure = figures.training_curves(ROWS)
    with pytest.raises(InputError, match=r"^format jpg: unknown; choose png"):
        figures.save_figure(figure, tmp_path / "a.jpg", "jpg")
    with pytest.raises(OutputError, match="cannot write"):
        figures.save_figure(figure, tmp_path / "missing" / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_metrics_are_read_up_to_a_line_that_is_being_written(tmp_path):
    lines = [json.dumps(row) for row in ROWS]
    (tmp_path / "metrics.jsonl").write_text("\n".join(lines) + '\n{"kind": "tr')
    assert figures.read_metrics(tmp_path) == ROWS


def test_runs_without_metrics_are_refused(tmp_path):
    with pytest.raises(InputError, match="not a training run"):
        figures.read_metrics(tmp_path)
    (tmp_path / "metrics.jsonl").write_text("")
    with pytest.raises(InputError, match="no metrics yet"):
        figures.read_metrics(tmp_path)
    (tmp_path / "metrics.jsonl").write_text('{"kind": "train", "samples": 1}\nnonsense\n')
    with pytest.raises(DamagedFileError, match="damaged in line 2"):
        figures.read_metrics(tmp_path)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([b'{"kind": "train", "samples": 3}\n', b"[1]\n", b"\n", b"\r"])).map(b"".join),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_metrics_file_is_read_or_refused(tmp_path, data):
    (tmp_path / "metrics.jsonl").write_bytes(data)
    try:
        rows = figures.read_metrics(tmp_path)
    except (InputError, DamagedFileError):
        return
    assert rows
    assert all("samples" in row for row in rows)


def test_generated_kicks_are_read_at_any_rate_mono_or_stereo(tmp_path):
    kick, _ = synthesise_kick(2)
    audio_files.write(tmp_path / "a.wav", kick, 44_100, bits="32f")
    audio_files.write(tmp_path / "b.wav", kick[:1, ::2], 22_050, bits="32f")
    audio_files.write(tmp_path / "c.flac", kick[:, :5000], 44_100)
    (tmp_path / "notes.txt").write_text("not audio")
    first, second, third = figures.read_kicks(tmp_path)
    np.testing.assert_array_equal(first, kick)
    assert second.shape == (2, KICK_SAMPLES)
    np.testing.assert_array_equal(second[0], second[1])
    assert not third[:, 5000:].any()
    assert len(figures.read_kicks(tmp_path, limit=2)) == 2


def test_folders_without_kicks_are_refused(tmp_path):
    with pytest.raises(InputError, match="holds no audio files"):
        figures.read_kicks(tmp_path)
    with pytest.raises(InputError, match=r"^generated .*: not a folder"):
        figures.read_kicks(tmp_path / "missing")
