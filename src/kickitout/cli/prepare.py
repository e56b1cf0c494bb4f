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
    repair_channels: Annotated[bool, Parameter(negative=())] = False,
    keep_all: Annotated[bool, Parameter(negative=())] = False,
    builtin: Literal["kicks", "sines"] | None = None,
    n: Annotated[Whole, Parameter(name="-n")] = 64,
    seed: Whole = 0,
    test_split: Annotated[bool, Parameter(negative=())] = False,
    workers: Whole | None = None,
    output: Output = Output(),  # noqa: B008
) -> None:
    """Prepare folders of samples as a library for training.

    Finds WAV, AIFF, FLAC, OGG and MP3 files, converts them to 500 ms at 44.1 kHz, leaves out duplicates and files that
    are not kicks, and splits the rest by kit. When run again, it adds new kicks and moves none to another split.

    Example: kick prepare samples -o library

    Example: kick prepare --builtin kicks -n 64 -o library

    Args:
        folders: Folders of samples and single files.
        out: The folder of the library: a new one, or one to add to.
        manifest: A CSV file with the columns file, source, kit, licence and licence_class. If not given: the folder's
            own manifest.csv, if there is one.
        licence_class: Take only files of this class: clean, attribution, share-alike or unknown. Repeatable.
        repair_channels: Repair files whose channels have a fault: a silent channel becomes a copy of the other, an
            inverted one is turned, a late one is shifted. Without this option they are taken as they are, and listed.
        keep_all: Take every file that holds one sound, also one that is unlike a kick; each of these is listed.
        builtin: Make built-in sounds instead of reading files.
        n: The number of built-in sounds.
        seed: The seed of the first built-in sound.
        test_split: Hold kicks out for tests even if there are fewer than 150. Larger libraries always have a test
            split.
        workers: The number of processes. If not given: one per processor.
        output: The options of every verb.
    """
    from kickitout.errors import InputError
    from kickitout.library.prepare import prepare_builtin, prepare_folders
    from kickitout.library.report import to_text

    if keep_all and builtin:
        raise InputError("keep_all", None, "goes with folders of samples, not with {builtin}; leave it out")
    if bool(folders) == bool(builtin):
        raise InputError("folders", None, "give either folders of samples, or {builtin:kicks} or {builtin:sines}")
    try:
        with output.progress("Preparing") as progress:
            if builtin:
                report = prepare_builtin(
                    builtin, n, out, seed=seed, test_split=test_split, workers=workers, progress=progress
                )
            else:
                report = prepare_folders(
                    folders or [],
                    out,
                    manifest=manifest,
                    licence_classes=licence_class,
                    repair_channels=repair_channels,
                    keep_all=keep_all,
                    test_split=test_split,
                    workers=workers,
                    progress=progress,
                )
    except KeyboardInterrupt:
        output.message(f"what is prepared so far is in {out}; run the same command again to continue")
        raise
    output.result(to_text(report, out), report.to_json())
