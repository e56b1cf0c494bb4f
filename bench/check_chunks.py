"""What programs that we did not write read in our files: `python bench/check_chunks.py PACK`, of a folder that
`kick pack --layout wav,sfz,dspreset,multisample,strudel,chain` wrote. docs/formats.md shows its figures.

Needs wavinfo, mutagen and soundfile, and ffprobe and soxi on the path: run it in an environment of its own.
"""

import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import mutagen
import soundfile as sf
from wavinfo import WavInfoReader

MADE = "trainedAlgorithmicMedia"
XMP = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"


def said(*command: str) -> str:
    """What a program prints; its warnings are failures."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    if done.stderr:
        raise ValueError(done.stderr.strip())
    return done.stdout


def by_ffprobe(path: Path) -> bool:
    found = json.loads(said("ffprobe", "-v", "warning", "-of", "json", "-show_format", "-show_streams", str(path)))
    tags = found["format"]["tags"]
    return MADE in tags["comment"] and "Made with the model" in tags["copyright"] and "encoded_by" in tags


def by_sox(path: Path) -> bool:
    return int(said("soxi", "-s", str(path))) > 0 and "Channels" in said("soxi", str(path))


def by_wavinfo(path: Path) -> bool:
    read = WavInfoReader(path, info_encoding="utf-8")
    whole = read.bext.description.startswith(MADE) and read.bext.originator.startswith("Kick It Out")
    cued = bool(read.cues and read.cues.cues) == ("chain" in path.name)
    return whole and cued and "machine-learning model" in read.info.subject and bool(read.info.copyright)


def by_libsndfile(path: Path) -> bool:
    with sf.SoundFile(path) as file:
        return "OneShot" in file.extra_info and "Made with" in file.copyright and "Unknown" not in file.extra_info


def by_mutagen(path: Path) -> bool:
    return mutagen.File(path).info.length > 0.0


def by_elementtree(path: Path) -> bool:
    packet = re.search(rb"<\?xpacket begin.*<\?xpacket end=\"r\"\?>", path.read_bytes(), re.DOTALL)
    assert packet is not None
    return str(ElementTree.fromstring(packet[0].decode()).findtext(f".//{XMP}")).endswith(f"/{MADE}")


READERS: dict[str, Callable[[Path], bool]] = {
    "ffprobe": by_ffprobe,
    "soxi": by_sox,
    "wavinfo": by_wavinfo,
    "libsndfile": by_libsndfile,
    "mutagen": by_mutagen,
    "ElementTree (XMP)": by_elementtree,
}


def main() -> None:
    """Print how many files each reader takes without a warning, and finds all in that it reads."""
    folder = Path(sys.argv[1])
    waves = sorted(folder.rglob("*.wav"))
    right: Counter[str] = Counter()
    for path in waves:
        for name, reads in READERS.items():
            try:
                right[name] += reads(path)
            except Exception as error:  # each is a finding
                print(f"{path.name}: {name}: {error!r}")
    for name in READERS:
        print(f"{name:<20}{right[name]:>5} of {len(waves)}")
    names = {path.name for path in waves}
    for path in sorted(folder.glob("*.multisample")):
        with zipfile.ZipFile(path) as archive:
            named = [one.get("file") for one in ElementTree.fromstring(archive.read("multisample.xml")).iter("sample")]
            print(f"{path.name}: {len(named)} samples, {len(names.intersection(named))} of them files of the pack")
    for path in folder.glob("strudel.json"):
        told = {name: one for name, one in json.loads(path.read_text()).items() if name != "_base"}
        files = [file for one in told.values() for file in ([one] if isinstance(one, str) else one)]
        there = sum(unquote(file) in names for file in files)
        print(f"{path.name}: {len(told)} names, {there} of {len(files)} files are there")


if __name__ == "__main__":
    main()
