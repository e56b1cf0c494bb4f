"""The experiments of the paper: each makes one file of results from settings, seeds and a library.

An experiment is a module with a dataclass `Settings`, whose defaults are the full size, the settings `QUICK` of a run
of seconds, and one function `run(settings, place)`. `kickitout.experiments.catalogue` lists them by name and imports a
module only when it is run. What takes long is kept row by row, so that a stopped experiment goes on where it was, and
one that trains grows by seeds and variants (`kickitout.experiments.rows`, and the runs of `kick train`). What ran
shorter than planned is said from settings and rows (`kickitout.experiments.plan`). Results hold numbers only, rounded,
with what is needed to make them again (`kickitout.experiments.results`); `make paper` draws and prints from nothing
else.
"""

from kickitout.experiments.catalogue import EXPERIMENTS, Experiment, check_name, run_experiment

__all__ = ["EXPERIMENTS", "Experiment", "check_name", "run_experiment"]
