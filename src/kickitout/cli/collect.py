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
    """Fetch the public kicks of a manifest from their origins.

    Needs git and a network. Fetches only the named files at the named commits, and writes them as kick prepare takes
    them, with a manifest.csv that says where each comes from. Run again, it fetches what is missing.

    Example: kick collect data/kicks.csv -o kicks

    Args:
        manifest: CSV file with the columns file, origin, commit and original_path.
        out: Folder for the kicks.
        licence_class: Take only this class: clean, attribution, share-alike or unknown. May be given several times.
        base_url: What stands before owner/name.
        output: Options that every verb has.
    """
    from kickitout.library import collect as library

    try:
        with output.progress("Collecting") as progress:
            done = library.collect(manifest, out, base_url=base_url, licence_classes=licence_class, progress=progress)
    except KeyboardInterrupt:
        output.message(f"what is collected so far is in {out}; the same command goes on")
        raise
    for failure in done.failures:
        output.message(f"failed: {failure.file} of {failure.origin}: {failure.reason}")
    text = f"{out}: {done.fetched} kicks fetched, {done.there} there before, {len(done.failures)} failed"
    failed = [vars(failure) for failure in done.failures]
    output.result(text, {"folder": str(out), "fetched": done.fetched, "there": done.there, "failed": failed})
    return 1 if done.failures else 0
