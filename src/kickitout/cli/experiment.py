"""`kick experiment`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kickitout.cli.output import Output


def experiment(
    name: str | None = None,
    *,
    listed: Annotated[bool, Parameter(name="--list", negative=())] = False,
    quick: Annotated[bool, Parameter(negative=())] = False,
    library: Path | None = None,
    run: Path | None = None,
    peers: Path | None = None,
    kept: Annotated[bool, Parameter(negative=())] = False,
    change: Annotated[tuple[str, ...], Parameter(name="--set", negative=())] = (),
    out: Annotated[Path, Parameter(name=["--out", "-o"])] = Path("paper/results"),
    output: Output = Output(),  # noqa: B008
) -> int:
    """Run an experiment of the paper and write what it finds as JSON.

    The file has the settings and seeds, the versions of the packages, the command and the minutes. Long experiments
    keep what is done in the folder `work` beside it; Ctrl-C stops them, and the same command goes on. What training
    runs gave stays in `rows`: with more seeds, the command trains only those that are missing.

    For example:

        kick experiment representation --library libraries/mine -o results

    Parameters
    ----------
    name
        The experiment; --list lists them.
    listed
        List the experiments and exit.
    quick
        A tiny run of seconds, to see that everything works: its numbers mean nothing.
    library
        The prepared library. If not given: built-in kicks.
    run
        The folder of a training run, for experiments that look into one.
    peers
        A folder of sounds that others published, for experiments that measure them.
    kept
        Train nothing: sum up what earlier calls kept. What is missing is left out, and the result says so.
    change
        Change a setting of the experiment, as in --set kicks=24. Repeatable.
    out
        The folder of the results.
    """
    from kickitout.errors import InputError
    from kickitout.experiments.catalogue import EXPERIMENTS, run_experiment

    if listed:
        for one in EXPERIMENTS.values():
            output.result(f"{one.name:<16} {one.summary}", {"name": one.name, "summary": one.summary})
        return 0
    if name is None:
        raise InputError("name", None, "is missing; choose {known}", known=", ".join(EXPERIMENTS))
    try:
        with output.progress(name) as progress:
            path, result = run_experiment(
                name,
                out,
                quick=quick,
                library=library,
                training_run=run,
                peers=peers,
                changes=change,
                kept=kept,
                say=output.message,
                progress=progress,
            )
    except KeyboardInterrupt:
        raise KeyboardInterrupt("stopped; what is done is kept, the same command goes on") from None
    words = f"{path}: {result.minutes:.1f} minutes" + (" (quick: its numbers mean nothing)" if quick else "")
    output.result(words, {"file": str(path), "experiment": name, "minutes": result.minutes, "quick": quick})
    return 0
