"""`kick pack`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from kickitout.cli.making import Written
from kickitout.cli.output import Output
from kickitout.cli.values import Whole, listed

if TYPE_CHECKING:
    from kickitout.packs import PackKick


def pack(
    *,
    name: str,
    count: Annotated[Whole, Parameter(name=["--count", "-n"])] = 64,
    notes: str = "",
    folder: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None,
    layout: str = "wav",
    instruments: Whole | None = None,
    archive: Annotated[bool, Parameter(name="--zip", negative=(), show_default=False)] = False,
    unique_against: Path | None = None,
    root: bool = True,
    seed: Whole | None = None,
    model: str | None = None,
    gate: bool = True,
    threads: Whole | None = None,
    written: Written = Written(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
) -> None:
    """Make a sample pack: kicks that differ as much as they can, named, equally loud, with presets for samplers.

    The kicks are chosen among three times as many by how far apart they are, the freaks left out. Each file's name says
    what it sounds like and its note, and each holds the recipe to make it again. A pack of ours in the folder is
    replaced; anything else is left alone.

    For example:

        kick pack --name Velvet -n 64 --notes F,G --layout wav,sfz,dspreset --zip

    Parameters
    ----------
    name
        The pack's name: 1 to 40 letters, digits, spaces, - and _.
    count
        How many kicks, 1 to 256.
    notes
        Notes that the kicks are tuned to in turn, with commas between: F,G or F#1; if not given, they stay as they are.
    folder
        The pack's folder; one of its name if not given.
    layout
        What is in it, with commas between: wav, sfz, dspreset. The WAV files always are.
    instruments
        How many kicks become instruments, with velocity layers and round robins; 1 if not given and there are presets.
    archive
        Also write NAME.zip beside the folder.
    unique_against
        A folder: a kick that is a duplicate of one below it is drawn again.
    root
        Tell samplers each kick's root note; --no-root does not: some transpose by it.
    seed
        The seed of the first candidate; a fresh one if not given. The same seed gives the same pack.
    model
        A name that `kick models` lists, or the folder or zip of a bundle.
    gate
        Draw a kick again that does not pass the quality gate; --no-gate takes the first.
    threads
        How many kicks to make at a time; one a processor if not given. The pack does not depend on it.
    """
    from dataclasses import asdict

    from kickitout.packs import make_pack

    encoding = written.encoding()
    try:
        with output.progress("Making a pack") as progress:
            made = make_pack(
                name,
                folder,
                n=count,
                notes=listed(notes),
                layouts=listed(layout),
                instruments=instruments,
                zipped=archive,
                unique_against=unique_against,
                root=root,
                seed=seed,
                model=model,
                gate=gate,
                encoding=encoding,
                threads=threads,
                progress=progress,
            )
    except KeyboardInterrupt:
        raise KeyboardInterrupt("stopped; the pack was not written") from None
    for kick in made.kicks:
        path = str(made.folder / kick.file)
        output.result(path, asdict(kick) | {"file": path, "remarks": list(kick.remarks)})
    for file in made.presets:
        output.result(str(made.folder / file), {"preset": str(made.folder / file)})
    if made.archive is not None:
        output.result(str(made.archive), {"archive": str(made.archive)})
    again = f"{made.folder}: {len(made.kicks)} kicks, {len(made.files)} files; --seed {made.seed} makes the same pack"
    for remark in (again, *made.remarks, *_told(made.kicks)):
        output.message(remark)


def _told(kicks: "tuple[PackKick, ...]") -> list[str]:
    return [f"{kick.file}: {remark}" for kick in kicks for remark in kick.remarks]
