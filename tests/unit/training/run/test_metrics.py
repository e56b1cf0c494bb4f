"""The lines of a run: none lost, none twice."""

import json

import torch

from kickitout.training.run.folder import METRICS_FILE, read_metrics
from kickitout.training.run.metrics import Averages, MetricsLog


def test_averages_are_means_since_the_last_take():
    averages = Averages()
    averages.add({"a": torch.tensor(1.0), "b": torch.tensor(5.0)})
    averages.add({"a": torch.tensor(3.0)})
    assert averages.take() == {"a": 2.0, "b": 5.0}
    assert averages.take() == {}


def test_a_restart_drops_the_lines_beyond_its_checkpoint_and_the_cut_last_line(tmp_path):
    log = MetricsLog(tmp_path, 0)
    for samples in (16, 32, 48):
        log.write("train", samples, {"loss/generator": 1.0})
    log.close()
    with (tmp_path / METRICS_FILE).open("a") as stream:
        stream.write('{"kind": "train", "samp')  # killed while writing
    log = MetricsLog(tmp_path, 32)
    log.write("train", 48, {"loss/generator": 2.0})
    log.close()
    lines = [json.loads(line) for line in (tmp_path / METRICS_FILE).read_text().splitlines()]
    assert [(line["samples"], line["loss/generator"]) for line in lines] == [(16, 1.0), (32, 1.0), (48, 2.0)]
    assert read_metrics(tmp_path) == lines


def test_events_are_written_for_tensorboard(tmp_path):
    log = MetricsLog(tmp_path, 0)
    log.write("train", 16, {"loss/generator": 1.0, "epoch": 0.5})
    log.close()
    assert [path for path in (tmp_path / "tensorboard").iterdir() if "tfevents" in path.name]
