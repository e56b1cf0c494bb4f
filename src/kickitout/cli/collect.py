"""`kick collect`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kickitout.cli.output import Output


def collect(
    manifest: Path,
    /,
    *,
    out: Annotated[Path, Parameter(name=["--out", "-o"])],
    licence_class: Annotated[list[str] | None, Parameter(negative=())] = None,
    base_url: str = "https://github.com/",
    output: Output = Output(),  # noqa: B008
) -> int:
    """Download the public kicks that a manifest lists.

    Needs git and a network connection. Only the listed files are downloaded, at the listed commits. They are written
    in a form that `kick prepare` reads, with a manifest.csv that names the origin of each. When run again, it downloads
    only what is missing.

    Example: kick collect data/kicks.csv -o kicks

    Args:
        manifest: A CSV file with the columns file, origin, commit and original_path.
        out: The folder for the kicks.
        licence_class: Download only kicks of this class: clean, attribution, share-alike or unknown. Repeatable.
        base_url: The URL prefix of owner/name.
        output: The options of every verb.
    """
    from kickitout.library import collect as library

    try:
        with output.progress("Downloading") as progress:
            done = library.collect(manifest, out, base_url=base_url, licence_classes=licence_class, progress=progress)
    except KeyboardInterrupt:
        output.message(f"the kicks downloaded so far are in {out}; run the same command again to continue")
        raise
    for failure in done.failures:
        output.message(f"failed: {failure.file} of {failure.origin}: {failure.reason}")
    text = f"{out}: {done.fetched} kicks downloaded, {done.there} already present, {len(done.failures)} failed"
    failed = [vars(failure) for failure in done.failures]
    output.result(text, {"folder": str(out), "fetched": done.fetched, "there": done.there, "failed": failed})
    return 1 if done.failures else 0
