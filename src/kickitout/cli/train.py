"""`kick train`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.cli.values import Whole
from kickitout.errors import printable


def train(
    library: Path,
    *,
    run: Annotated[Path, Parameter(name=["--out", "-o"])],
    preset: str | None = None,
    epochs: float | None = None,
    samples: Whole | None = None,
    minutes: float | None = None,
    start: Annotated[Path | None, Parameter(name="--from")] = None,
    change: Annotated[tuple[str, ...], Parameter(name="--set", negative=())] = (),
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    output: Output = Output(),  # noqa: B008
) -> int:
    """Train a network on a library that `kick prepare` made.

    A run that exists in the folder is resumed; a finished one continues with more samples, epochs or minutes. Ctrl-C
    saves and stops. Under `torchrun` it trains on several processes or GPUs.

    For example:

        kick train libraries/mine -o runs/mine --from kickgan --minutes 30

    Parameters
    ----------
    library
        The prepared library.
    run
        The folder of the run: a new one, or one to resume.
    preset
        The name of a preset, or a TOML file. If not given: the settings of the run in the folder, else the preset of
        the model that --from names, else kickgan.
    epochs
        Stop after this many passes over the training kicks.
    samples
        Stop after showing the networks this many real kicks.
    minutes
        Stop after this many minutes.
    start
        Start a new run from existing weights: the folder of a run, a .safetensors file, or a model (a name that
        `kick models` lists, or a bundle).
    change
        Change a setting of the preset, as in --set training.batch_size=32. Repeatable.
    dry_run
        Print the resolved settings as a preset and exit.
    """
    from kickitout.errors import MissingExtraError
    from kickitout.instrument.models import models_at_hand
    from kickitout.training.run.folder import settings_for
    from kickitout.training.settings.presets import to_toml, with_budget

    if start is not None:
        start = models_at_hand().get(str(start), start)
    settings = settings_for(run, preset, change, start)
    settings = with_budget(settings, samples=samples, epochs=epochs, minutes=minutes)
    if dry_run:
        print(printable(to_toml(settings)), end="")
        return 0

    from kickitout.library.store import Library

    try:
        from kickitout.training.blocks.distributed import leave_world
        from kickitout.training.loop import train as train_run
    except ModuleNotFoundError as error:
        raise MissingExtraError("kick train", "train") from error
    prepared = Library.open(library)
    try:
        with output.progress("Training") as progress:
            outcome = train_run(prepared, run, settings, weights=start, say=output.message, progress=progress)
    finally:
        leave_world()
    words = f"{run}: {outcome.samples} samples shown"
    if not outcome.finished:
        words += f"; stopped and saved; to continue: kick train {library} -o {run}"
    output.result(words, {"run": str(run), "samples": outcome.samples, "finished": outcome.finished})
    return 0 if outcome.finished else 130
