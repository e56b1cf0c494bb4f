"""`kick prepare`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.cli.values import Whole


def prepare(
    folders: Annotated[list[Path] | None, Parameter(name="DIR")] = None,
    /,
    *,
    out: Annotated[Path, Parameter(name=["--out", "-o"])],
    manifest: Path | None = None,
    licence_class: Annotated[list[str] | None, Parameter(negative=())] = None,
    builtin: Literal["kicks", "sines"] | None = None,
    n: Annotated[Whole, Parameter(name="-n")] = 64,
    seed: Whole = 0,
    workers: Whole | None = None,
    output: Output = Output(),  # noqa: B008
) -> None:
    """Turn folders of samples into a library to train on.

    Finds WAV, AIFF, FLAC, OGG and MP3 files, brings them to 500 ms at 44.1 kHz, leaves out what is no kick or is there
    already, and splits the rest by kit. Run again, it adds what is new and moves nothing.

    Example: kick prepare samples -o library

    Example: kick prepare --builtin kicks -n 64 -o library

    Args:
        folders: Folders of samples, and single files.
        out: Folder of the library: a new one, or one to add to.
        manifest: CSV file about the files: file, source, kit, licence, licence_class. Without it the folder's own
            manifest.csv is used, if there is one.
        licence_class: Take only this class: clean, attribution, share-alike or unknown. May be given several times.
        builtin: Make sounds of our own instead of reading files.
        n: How many built-in sounds.
        seed: Seed of the first built-in sound.
        workers: Processes to work with; all cores if left out.
        output: Options that every verb has.
    """
    from kickitout.errors import InputError
    from kickitout.library.prepare import prepare_builtin, prepare_folders
    from kickitout.library.report import to_text

    if bool(folders) == bool(builtin):
        raise InputError("folders", None, "give either folders of samples, or {builtin:kicks} or {builtin:sines}")
    try:
        with output.progress("Preparing") as progress:
            if builtin:
                report = prepare_builtin(builtin, n, out, seed=seed, workers=workers, progress=progress)
            else:
                report = prepare_folders(
                    folders or [],
                    out,
                    manifest=manifest,
                    licence_classes=licence_class,
                    workers=workers,
                    progress=progress,
                )
    except KeyboardInterrupt:
        output.message(f"what is done so far is in {out}; the same command goes on")
        raise
    output.result(to_text(report, out), report.to_json())
