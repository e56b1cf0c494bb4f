"""Which kind of file it is: by its first bytes, never by its name."""

from typing import BinaryIO

from kickitout.sound.reading.aiff import survey_aiff
from kickitout.sound.reading.flac import survey_flac
from kickitout.sound.reading.mp3 import survey_mp3
from kickitout.sound.reading.notes import cut_short
from kickitout.sound.reading.ogg import survey_ogg
from kickitout.sound.reading.others import W64_RIFF, survey_au, survey_caf, survey_w64
from kickitout.sound.reading.riff import survey_wav
from kickitout.sound.reading.sizes import claimed_end
from kickitout.sound.reading.survey import Sought, Survey
from kickitout.sound.reading.tags import skip_tags

READ_SUFFIXES = frozenset({
    ".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".flac", ".ogg", ".oga", ".opus", ".mp3",
    ".caf", ".au", ".snd",
})  # fmt: skip
"""Endings of files that libsndfile reads."""

EXTRA_SUFFIXES = frozenset({
    ".m4a", ".m4b", ".mp4", ".aac", ".wma", ".asf", ".wv", ".ac3", ".eac3", ".webm", ".mka", ".ape", ".tta", ".amr",
})  # fmt: skip
"""Endings of files that need the extra `formats`."""

_DEMUXERS = {
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": ("asf", "WMA"),
    b"wvpk": ("wv", "WavPack"),
    b"\x1a\x45\xdf\xa3": ("matroska", "Matroska or WebM"),
    b"caff": ("caf", "coded CAF"),
    b"MAC ": ("ape", "Monkey's Audio"),
    b"TTA1": ("tta", "True Audio"),
    b"#!AMR": ("amr", "AMR"),
    b"\xff\xf1": ("aac", "AAC"),
    b"\xff\xf9": ("aac", "AAC"),
}
"""How files begin that PyAV reads: FFmpeg's name of the container, and that for people."""

_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


def _extra(head: bytes) -> tuple[str, str] | None:
    """FFmpeg's name of a container that libsndfile does not read, and its name for people."""
    if head[4:8] in _MP4_BOXES:
        return "mov", "M4A (AAC or ALAC)"
    if head[:2] == b"\x0b\x77" and len(head) > 5:
        return ("eac3" if head[5] >> 3 > 10 else "ac3"), "AC-3"
    return next((names for begin, names in _DEMUXERS.items() if head.startswith(begin)), None)


def extra_name(demuxer: str) -> str | None:
    """What people call a container that only PyAV reads; None for one that libsndfile reads."""
    known = {**dict(_DEMUXERS.values()), "mov": "M4A (AAC or ALAC)", "ac3": "AC-3", "eac3": "AC-3"}
    return known.get(demuxer)


def survey(stream: BinaryIO) -> Survey:
    """Where the sound of a file lies. What is not known is left to libsndfile as it is."""
    everything = Sought(stream, 0, stream.seek(0, 2))
    sought = Sought(stream, skip_tags(everything), everything.end)
    head = sought.from_start(16)
    found: Survey | None = None
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        found = survey_wav(sought)
    elif head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        found = survey_aiff(sought)
    elif head[:4] == b"fLaC":
        found = survey_flac(sought)
    elif head[:4] == b"OggS":
        found = survey_ogg(sought)
    elif head[:4] == b"caff":
        found = survey_caf(sought)
    elif head[:4] in (b".snd", b"dns."):
        found = survey_au(sought)
    elif head == W64_RIFF:
        found = survey_w64(sought)
    elif _extra(head) is None and (head[:1] == b"\xff" or sought.start):
        found = survey_mp3(everything)
    if found is not None:
        return found
    extra = _extra(head)
    if extra is None:
        return Survey((sought.whole,))
    end = claimed_end(sought, extra[0])
    short = end is not None and end > sought.end
    notes = (cut_short(sought.end - sought.start, end - sought.start, "bytes"),) if end is not None and short else ()
    return Survey((sought.whole,), None, notes, extra[0])
