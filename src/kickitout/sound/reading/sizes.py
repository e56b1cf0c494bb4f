"""How large files say they are, where only PyAV reads them: what is missing at their end, FFmpeg does not mention."""

from kickitout.sound.reading.survey import Sought

_MOST_BOXES = 4096
_BOXES = (b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"free", b"skip", b"wide", b"sidx", b"styp", b"uuid", b"meta")
_EBML_SEGMENT = b"\x18\x53\x80\x67"
_ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
"""The GUID of ASF's File Properties, behind which come its own size, an id, and the size of the file."""


def claimed_end(sought: Sought, demuxer: str) -> int | None:
    """Where a file ends by its own account; None where it does not say."""
    if demuxer == "mov":
        return _end_of_boxes(sought)
    if demuxer == "matroska":
        return _end_of_segment(sought)
    if demuxer == "wv":
        return _end_of_blocks(sought)
    if demuxer == "asf":
        head = sought.from_start(2**16)
        at = head.find(_ASF_FILE)
        size = int.from_bytes(head[at + 40 : at + 48], "little") if at >= 0 else 0
        return sought.start + size if size else None
    return None


def _end_of_boxes(sought: Sought) -> int | None:
    """MP4: boxes with a size and four letters; the size 1 stands for one of 64 bits behind them, 0 for "to the end"."""
    at = sought.start
    for _ in range(_MOST_BOXES):
        head = sought.bytes_at(at, 16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if len(head) < 8 or size < 8 or head[4:8] not in _BOXES:
            return at
        at += size
        if at >= sought.end:
            return at
    return None


def _end_of_segment(sought: Sought) -> int | None:
    """Matroska: a header, then one segment with its size, all ones where it is unknown (RFC 8794)."""
    at = sought.start
    for _ in range(4):
        head = sought.bytes_at(at, 12)
        if len(head) < 12 or not head[4] or head[:4] == bytes(4):
            return None
        width = 9 - head[4].bit_length()
        size = int.from_bytes(head[4 : 4 + width], "big") & ((1 << (7 * width)) - 1)
        end = at + 4 + width + size
        if head[:4] == _EBML_SEGMENT:
            return None if size == (1 << (7 * width)) - 1 else end
        at = end
    return None


def _end_of_blocks(sought: Sought) -> int | None:
    """WavPack: blocks one behind the other, each with its size."""
    at = sought.start
    while at < sought.end:
        head = sought.bytes_at(at, 8)
        if len(head) < 8 or head[:4] != b"wvpk":
            break
        at += 8 + int.from_bytes(head[4:], "little")
    return at
