"""Fifty steps of the full network on one process and on two."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "agreement.py"


@pytest.mark.slow
def test_fifty_steps_of_dcgan_agree_at_the_dcgan_papers_learning_rate(tmp_path):
    """At the draft's own rates, ten times the paper's, training is chaotic: see docs/training.md."""
    specification = importlib.util.spec_from_file_location("agreement", BENCH)
    assert specification is not None
    assert specification.loader is not None
    agreement = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(agreement)
    library = tmp_path / "library"
    make = ["-m", "kickitout", "prepare", "--builtin", "kicks", "-n", str(agreement.KICKS), "-o", str(library)]
    subprocess.run([sys.executable, *make], check=True, capture_output=True)
    changes = agreement.RATES["a tenth (0.0002, 0.0001)"]
    for processes in (1, 2):
        agreement.train(library, tmp_path / str(processes), processes, 1, changes)
    assert agreement.difference(tmp_path / "1", tmp_path / "2", 50) < 1e-7
