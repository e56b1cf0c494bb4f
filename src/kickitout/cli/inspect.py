"""`kick inspect`."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.errors import AudioFileError, InputError

_SECONDS = 10.0
"""How much of a file is looked at: a kick is shorter."""


def _files(place: Path) -> Iterator[Path]:
    from kickitout.audio import AUDIO_SUFFIXES
    from kickitout.library.scan import walk

    for folder, names in walk(place, ()):
        yield from (folder / name for name in names if Path(name).suffix.lower() in AUDIO_SUFFIXES)


def _measure(path: Path) -> dict[str, Any]:
    """Everything that can be said about one audio file. Raises `AudioFileError` for what is no audio."""
    import numpy as np

    from kickitout import audio, descriptors
    from kickitout.kick import read_recipe
    from kickitout.library import normalise, reject

    info = audio.probe(path)
    samples, rate = audio.read(path, max_seconds=_SECONDS)
    if not np.isfinite(samples).all():
        raise AudioFileError(f"{path} holds samples that are not numbers; write it again", reason=reject.NON_FINITE)
    peak = float(np.abs(samples).max())
    result: dict[str, Any] = {
        "file": str(path),
        "format": info.format,
        "subtype": info.subtype,
        "sample_rate": rate,
        "channels": info.channels,
        "duration_ms": 1000.0 * info.seconds,
        "peak_dbfs": 20.0 * float(np.log10(peak)) if peak > 0.0 else None,
    }
    if info.channels > 2:
        result |= {"is_kick": False, "reasons": [reject.CHANNELS]}
    elif float(np.ptp(samples, axis=1).max()) < reject.SILENCE:
        result |= {"is_kick": False, "reasons": [reject.SILENT]}
    else:
        prepared = normalise.normalise(samples, rate)
        heard = prepared.audio
        verdict = descriptors.characteristics(heard)
        result |= {"is_kick": verdict.is_kick, "reasons": list(verdict.reasons), "characteristics": asdict(verdict)}
        result["descriptors"] = descriptors.describe(heard)
    try:
        result["recipe"] = read_recipe(path)
    except AudioFileError:  # audio that is read, in a file whose other chunks are broken
        result["recipe"] = None
    return result


def _words(found: dict[str, Any]) -> str:
    peak = "silent" if found["peak_dbfs"] is None else f"peak {found['peak_dbfs']:.1f} dBFS"
    channels = "1 channel" if found["channels"] == 1 else f"{found['channels']} channels"
    lines = [
        f"{found['file']}: {found['format']} {found['subtype']}, {found['sample_rate']} Hz, {channels}, "
        f"{found['duration_ms']:.1f} ms, {peak}"
    ]
    verdict = "a kick" if found["is_kick"] else "not a kick: " + "; ".join(found["reasons"])
    lines.append(f"  {verdict}")
    measured = found.get("descriptors", {})
    if measured:
        lines.append("  " + ", ".join(f"{name} {value:.4g}" for name, value in measured.items()))
    if found["recipe"]:
        model = found["recipe"].get("model", {})
        lines.append(f"  made by {model.get('name')} {model.get('version')}, seed {found['recipe'].get('seed')}")
    return "\n".join(lines)


def inspect(
    paths: Annotated[list[Path], Parameter(name="PATH")],
    /,
    *,
    output: Output = Output(),  # noqa: B008
) -> int:
    """Measure audio files and say whether they are kicks.

    Files of a folder that are no audio are listed with the reason. A file is cut to its onset and brought to full
    scale before it is measured, as `kick prepare` does; at most its first 10 seconds count.

    For example:

        kick inspect kicks --json

    Parameters
    ----------
    paths
        Audio files, and folders that are searched to any depth.
    """
    good, wrong = 0, 0
    for place in paths:
        if not place.exists():
            raise InputError(f"{place} does not exist; give an audio file or a folder of them")
    for place in paths:
        named = not place.is_dir()
        for path in [place] if named else _files(place):
            try:
                found = _measure(path)
            except AudioFileError as error:
                if named:
                    wrong += 1
                    print(f"kick: {error}", file=sys.stderr)
                else:
                    output.result(f"{path}: {error.reason}", {"file": str(path), "error": str(error)})
                continue
            good += 1
            output.result(_words(found), found)
    if wrong:
        return 2
    if not good:
        raise InputError(
            f"{', '.join(map(str, paths))}: no audio file that can be read; give WAV, AIFF, FLAC, OGG, MP3"
        )
    return 0
