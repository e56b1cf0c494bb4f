"""`kick pack`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from kickitout.cli.making import Lengths, Written, report_known
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
    as_drawn: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    threads: Whole | None = None,
    lengths: Lengths = Lengths(),  # noqa: B008
    written: Written = Written(),  # noqa: B008
    output: Output = Output(),  # noqa: B008
) -> None:
    """Make a sample pack: kicks as different as possible, named and tuned, with presets for samplers.

    The kicks are chosen from three times as many candidates by their distances from each other; outliers are left out.
    Each file is named after its sound, its seed and its note, and holds the recipe that makes it again. An existing
    pack made by Kick It Out is replaced; any other folder that is not empty is refused.

    For example:

        kick pack --name Velvet -n 64 --notes F,G --layout wav,sfz,dspreset --zip

    Parameters
    ----------
    name
        The pack's name: 1 to 40 letters, digits, spaces, - and _.
    count
        The number of kicks, 1 to 256.
    notes
        Notes to tune the kicks to in turn, separated by commas: F,G or F#1. If not given: the kicks are not tuned.
    folder
        The folder of the pack. If not given: a folder of its name in the current one.
    layout
        The contents, separated by commas: wav, sfz, dspreset, multisample, strudel, chain. The WAV files are always
        included; chain is all kicks in one file, evenly spaced, to be cut into slices.
    instruments
        The number of kicks that become instruments with velocity layers and round robins. If not given: 1 if there are
        presets.
    archive
        Also write NAME.zip next to the folder.
    unique_against
        A folder, searched to any depth. Kicks that duplicate one in it are drawn again.
    root
        Write each kick's root note for samplers; --no-root leaves it out, for samplers that would transpose by it.
    seed
        The seed of the first candidate. If not given: a random seed. The same seed gives the same pack.
    model
        The model: a name that `kick models` lists, or the folder or zip of a bundle. If not given: the default model.
    gate
        Redraw kicks that fail the quality gate; --no-gate keeps them.
    as_drawn
        Take the first kick of each seed, whatever gate and taste say of it.
    threads
        The number of threads. If not given: one per processor. The pack does not depend on it.
    """
    from dataclasses import asdict

    from kickitout.instrument.finishing import PROCESSING
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
                as_drawn=as_drawn,
                length_ms=lengths.length,
                bpm=lengths.bpm,
                beats=lengths.beats,
                level=written.level,
                encoding=encoding,
                mono=written.finished(PROCESSING).mono,
                longest_name=written.longest_name,
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
    if made.known is not None and unique_against is not None:
        report_known(made.known, unique_against, output)
    for remark in (again, *made.remarks, *_remarks(made.kicks)):
        output.message(remark)


def _remarks(kicks: "tuple[PackKick, ...]") -> list[str]:
    return [f"{kick.file}: {remark}" for kick in kicks for remark in kick.remarks]
