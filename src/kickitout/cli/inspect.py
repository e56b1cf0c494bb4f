"""`kick inspect`."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.errors import AudioFileError, InputError, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kickitout.sound.audio import AudioInfo

_SECONDS = 10.0
"""The part of a file that the gate judges: a kick is shorter."""

_NEGATIVE_ZERO = re.compile(r"-(0(?:\.0+)?)(?![.\d])")

_MONO_DB = -60.0
"""The width up to which a kick counts as mono."""


def _measure(path: Path) -> dict[str, Any]:
    """All measurements of one audio file. Raises `AudioFileError` if it is not audio."""
    import numpy as np

    from kickitout.library import one_shot, reject
    from kickitout.measure.channels import channel_fault, note_of
    from kickitout.sound import audio
    from kickitout.sound.kick import read_recipe

    info = audio.probe(path)
    made = audio.reading(path, max_seconds=one_shot.seconds_read(info.sample_rate))
    samples, rate = made.samples, made.rate
    if not np.isfinite(samples).all():
        remedy = "holds samples that are not numbers; export it again"
        raise AudioFileError(path, remedy, reason=reject.NON_FINITE)
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
        result |= {"is_kick": False, "reasons": [reject.CHANNELS], "gate": None}
    else:
        start = samples[:, : round(_SECONDS * rate)]
        result |= _describe(samples, info) | {"gate": _judge(start, rate)}
    fault = channel_fault(samples, rate)
    notes = made.notes if fault is None else (*made.notes, note_of(fault, rate))
    result["notes"] = [asdict(note) for note in notes]
    try:
        result["recipe"] = read_recipe(path)
    except AudioFileError:  # the audio is readable, another chunk is broken
        result["recipe"] = None
    return result


def _describe(samples: "NDArray[np.float32]", info: "AudioInfo") -> dict[str, Any]:
    """Whether it is a kick as `kick prepare` has it, and its descriptors, after the preparation for a library."""
    from kickitout.library import one_shot, reject
    from kickitout.measure.descriptors import characteristics, describe
    from kickitout.measure.taste import taste
    from kickitout.sound.kick import SAMPLE_RATE

    rate = info.sample_rate
    if reject.peak_to_peak(samples) < reject.SILENCE:
        return {"is_kick": False, "reasons": [reject.SILENT]}
    why = ""
    try:
        one_shot.check_header(info)
        one_shot.check_sound(samples, rate)
    except reject.RejectedError as error:
        why = f"{error.reason}: {error.detail}"
    try:
        prepared = one_shot.in_form(samples, rate).prepared
    except reject.RejectedError as error:
        return {"is_kick": False, "reasons": [why or f"{error.reason}: {error.detail}"]}
    verdict, liking = characteristics(prepared.audio), taste(prepared.audio)
    reasons = [why] if why else list(verdict.reasons)
    return {
        "is_kick": not reasons,
        "reasons": reasons,
        "characteristics": asdict(verdict),
        "preparation": {
            "gain_db": prepared.gain_db,
            "onset_shift_ms": 1000.0 * prepared.onset_shift / SAMPLE_RATE,
        },
        "descriptors": describe(prepared.audio),
        "taste": {
            "keeps": liking.keeps,
            "typical": liking.typical,
            "failures": [asdict(failure) for failure in liking.failures],
            "measured": liking.measured,
        },
    }


def _judge(samples: "NDArray[np.float32]", rate: int) -> dict[str, Any]:
    """The gate's verdict on the sound as it is; a mono file is judged as two equal channels."""
    import numpy as np

    from kickitout.measure.gate import judge

    verdict = judge(np.ascontiguousarray(np.broadcast_to(samples, (2, samples.shape[1]))), rate)
    faults = [asdict(fault) for fault in verdict.faults]
    return {"passes": verdict.passes, "faults": faults, "measured": verdict.measured}


def _joined(parts: list[str | None]) -> str:
    return ", ".join(part for part in parts if part)


def _descriptor_lines(values: dict[str, float], gain_db: float) -> list[str]:
    """The descriptors in five groups, rounded for people; minus `gain_db`, levels are those of the file."""
    from kickitout.measure.descriptors import heard_note

    def show(name: str, form: str, shift: float = 0.0) -> str | None:
        text = form.format(values[name] - shift) if name in values else None
        return text and _NEGATIVE_ZERO.sub(r"\1", text)

    def length(name: str, form: str) -> str | None:
        text = show(f"{name}_ms", form)
        return f"{text} (extrapolated)" if text and values.get(f"{name}_extrapolated") else text

    pitch = "no pitch"
    if "pitch_hz" in values:
        note = heard_note(values["pitch_hz"])
        pitch = f"{values['pitch_hz']:.1f} Hz" + (f" ({note[0]} {round(note[1]) + 0:+d} cents)" if note else "")
    if "sweep_octaves" in values:
        sweep = f"sweep {values['sweep_octaves']:.1f} octaves"
        pitch = f"{pitch}, {sweep} in {values['sweep_ms']:.0f} ms" if "sweep_ms" in values else f"{pitch}, {sweep}"
    centroids = [show(f"centroid_{part}_hz", "{:,.0f}") for part in ("early", "middle", "late")]
    groups = {
        "pitch": pitch,
        "time": _joined([
            show("attack_ms", "attack {:.1f} ms"),
            length("decay", "decay {:.0f} ms to -30 dB"),
            length("length", "length {:.0f} ms to -60 dB"),
            show("last_ms", "last sound at {:.0f} ms"),
        ]),
        "tone": _joined([
            show("click_db", "click {:.1f} dB"),
            show("brightness_hz", "brightness {:,.0f} Hz"),
            f"centroids {' / '.join(x or '-' for x in centroids)} Hz" if any(centroids) else None,
            f"noise {100.0 * values['noise']:.0f} %" if "noise" in values else None,
        ]),
        "stereo": "mono" if values.get("width_db", 0.0) <= _MONO_DB else _joined([
            show("width_db", "width {:.1f} dB"),
            show("width_low_db", "below 150 Hz {:.0f}"),
            show("width_mid_db", "up to 2 kHz {:.0f}"),
            show("width_high_db", "above {:.0f}"),
            show("low_correlation", "low correlation {:.2f}"),
            show("mono_loss_db", "mono loss {:.1f} dB"),
        ]),
        "level": _joined([
            show("loudness_lufs", "loudness {:.1f} LUFS", gain_db),
            show("true_peak_db", "true peak {:.1f} dBFS", gain_db),
            show("crest_db", "crest {:.1f} dB"),
            show("tail_db", "last 10 ms {:.0f} dB"),
        ]),
    }  # fmt: skip
    return [f"  {name:<6} {text}" for name, text in groups.items() if text]


def _taste_lines(liking: dict[str, Any]) -> list[str]:
    """Whether producers keep such kicks, and if not, why."""
    verdict = "producers keep such kicks" if liking["keeps"] else "unlike the kicks that producers keep"
    reasons = [f"    {failure['rule']}: {failure['words']}" for failure in liking["failures"]]
    return [f"  taste: {verdict} (typical {liking['typical']:.2f})", *reasons]


def _words(found: dict[str, Any]) -> str:
    peak = "silent" if found["peak_dbfs"] is None else f"peak {found['peak_dbfs']:.1f} dBFS"
    channels = "1 channel" if found["channels"] == 1 else f"{found['channels']} channels"
    lines = [
        f"{found['file']}: {found['format']} {found['subtype']}, {found['sample_rate']} Hz, {channels}, "
        f"{found['duration_ms']:.1f} ms, {peak}"
    ]
    lines += [f"  {note['kind']}: {note['words']}" for note in found["notes"]]
    verdict = "a kick" if found["is_kick"] else "not a kick: " + "; ".join(found["reasons"])
    lines.append(f"  {verdict}")
    gate = found["gate"]
    if gate is None:
        lines.append("  gate: not judged; it takes one or two channels")
    elif gate["passes"]:
        lines.append("  gate: passes")
    else:
        lines.append("  gate: fails")
        lines += [f"    {fault['rule']}: {fault['words']}" for fault in gate["faults"]]
    if "taste" in found:
        lines += _taste_lines(found["taste"])
    if "descriptors" in found:
        lines += _descriptor_lines(found["descriptors"], found["preparation"]["gain_db"])
    if found["recipe"]:
        model = found["recipe"].get("model")
        if isinstance(model, dict):  # it may be anybody's
            maker, seed = shown([model.get("name"), model.get("version")]), shown(found["recipe"].get("seed"))
            lines.append(f"  made by {maker.replace(', ', ' ')}, seed {seed}")
    return "\n".join(lines)


def inspect(
    paths: Annotated[list[Path], Parameter(name="PATH")],
    /,
    *,
    output: Output = Output(),  # noqa: B008
) -> int:
    """Measure audio files: whether they are kicks, their faults, and their descriptors.

    The gate judges a file as it is, for clicks, offset, clipping, phase, hum, noise and more, and names a remedy for
    each fault. Taste compares a sound with the kicks that producers keep, rule by rule: pitch, rumble, body, attack,
    hiss, level. It refuses nothing. For taste and the other measurements the sound is cut to its onset and normalised,
    as `kick prepare` does. Only the first 10 seconds are judged by the gate. Files in a folder that cannot be read are
    listed at the end, each with the reason.

    For example:

        kick inspect kicks --json

    Parameters
    ----------
    paths
        Audio files and folders; folders are searched to any depth.
    """
    from kickitout.library import reject
    from kickitout.library.walk import audio_files, is_there

    good, wrong, others = 0, 0, 0
    refused: list[tuple[Path | str, str]] = []
    for place in paths:
        if not is_there(place):
            raise InputError("path", place, "does not exist; give an audio file or a folder of them")
    for place in paths:
        named = not place.is_dir()
        below = None if named else audio_files(place)
        for path in [place] if below is None else below.paths:
            try:
                found = _measure(path)
            except AudioFileError as error:
                if named:
                    wrong += 1
                    output.fault(str(error))
                else:
                    refused.append((path, error.problem()))
                continue
            except Exception as error:
                if named:
                    raise
                refused.append((path, reject.why(error)))
                continue
            good += 1
            output.result(_words(found), found)
        if below is not None:
            refused += ((one.path, one.why) for one in below.skipped)
            others += below.others
    if not good and not wrong:
        first = f" ({refused[0][0]}: {refused[0][1]})" if refused else ""
        remedy = "holds no readable audio{first}; give WAV, AIFF, FLAC, OGG or MP3 files"
        raise InputError("path", paths, remedy, first=first)
    output.refused(refused, "not measured")
    output.others(others)
    return 2 if wrong else 0
