"""What a recording is and how long it runs, by its own bytes: never by its name.

Only containers' tables are read, nothing is decoded, and each walk is bounded: a hostile file costs
no more than its own length. MP4 as in ISO 14496-12 (`mvhd`, `hdlr`), WebM as in RFC 8794 and 9559,
MP3 as in ISO 11172-3 with the Xing and VBRI tables, Ogg as in RFC 3533 with Vorbis or Opus.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAX_DURATION_MS = 12 * 3600 * 1000
_MAX_ELEMENTS = 20_000
_EBML, _SEGMENT, _INFO, _TRACKS, _TRACK = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
_DOCTYPE, _SCALE, _DURATION, _TRACK_TYPE, _CLUSTER = 0x4282, 0x2AD7B1, 0x4489, 0x83, 0x1F43B675
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that browsers play; `duration_ms` is 0 where the file does not say."""

    media_type: str
    duration_ms: int


def probe(content: bytes) -> Recording | None:
    """Return what a recording is, None for anything that is none of MP4, WebM, MP3 and Ogg."""
    for read in (_mp4, _webm, _ogg, _mp3):
        try:
            found = read(content)
        except (struct.error, IndexError, ValueError, OverflowError, ZeroDivisionError):
            continue  # cut off, or its table says what cannot be
        if found is not None:
            sane = 0 < found.duration_ms <= MAX_DURATION_MS
            return found if sane else Recording(found.media_type, 0)
    return None


def _mp4(content: bytes) -> Recording | None:
    if content[4:8] != b"ftyp" or content[8:12] == b"qt  ":
        return None
    duration, kinds = 0, set()
    for kind, start, end in _boxes(content, 0, len(content)):
        if kind != b"moov":
            continue
        for inner, at, stop in _boxes(content, start, end):
            if inner == b"mvhd":
                duration = _mvhd(content, at)
            elif inner == b"trak":
                kinds.add(_handler(content, at, stop))
    if b"vide" in kinds:
        return Recording("video/mp4", duration)
    return Recording("audio/mp4", duration) if b"soun" in kinds else None


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start and end of what boxes between two places hold."""
    for _ in range(_MAX_ELEMENTS):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", content, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", content, start + 8)[0], 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            return
        yield kind, start + head, start + size
        start += size


def _mvhd(content: bytes, at: int) -> int:
    place, form = (at + 20, ">IQ") if content[at] == 1 else (at + 12, ">II")
    scale, length = struct.unpack_from(form, content, place)
    return int(length * 1000 // scale)


def _handler(content: bytes, start: int, end: int) -> bytes:
    for kind, at, stop in _boxes(content, start, end):
        if kind == b"mdia":
            for inner, place, _ in _boxes(content, at, stop):
                if inner == b"hdlr":
                    return content[place + 8 : place + 12]
    return b""


def _webm(content: bytes) -> Recording | None:
    if not content.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    tops = {name: (start, end) for name, start, end in _elements(content, 0, len(content))}
    head = _held(content, *tops.get(_EBML, (0, 0)))
    if head.get(_DOCTYPE, b"").rstrip(b"\0") != b"webm" or _SEGMENT not in tops:
        return None
    kinds: set[int] = set()
    duration = 0.0
    for name, start, end in _elements(content, *tops[_SEGMENT]):
        if name == _CLUSTER:
            break  # what is told comes before what is shown
        if name == _INFO:
            told = _held(content, start, end)
            scale = int.from_bytes(told.get(_SCALE, b"\x0f\x42\x40"), "big")
            duration = _float(told.get(_DURATION, b"")) * scale / 1_000_000
        elif name == _TRACKS:
            kinds |= _track_types(content, start, end)
    if not kinds & {1, 2}:
        return None
    kind = "video/webm" if 1 in kinds else "audio/webm"
    return Recording(kind, int(duration) if math.isfinite(duration) else 0)


def _held(content: bytes, start: int, end: int) -> dict[int, bytes]:
    return {name: content[at:stop] for name, at, stop in _elements(content, start, end)}


def _elements(content: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield id, start and end of what EBML elements between two places hold."""
    for _ in range(_MAX_ELEMENTS):
        if start >= end:
            return
        name, start = _vint(content, start, keep=True)
        size, start = _vint(content, start, keep=False)
        stop = end if size is None else start + size  # of unknown size: as far as there is
        if name is None or stop > end:
            return
        yield name, start, stop
        start = stop


def _vint(content: bytes, at: int, *, keep: bool) -> tuple[int | None, int]:
    """Read a number of variable length; None for one whose bits are all ones (unknown)."""
    width = 9 - content[at].bit_length()
    if width > 8:
        raise ValueError("no length")
    value = int.from_bytes(content[at : at + width], "big")
    bits = 7 * width
    if keep:
        return value, at + width
    value &= (1 << bits) - 1
    return (None if value == (1 << bits) - 1 else value), at + width


def _float(raw: bytes) -> float:
    form = {4: ">f", 8: ">d"}.get(len(raw))
    return float(struct.unpack(form, raw)[0]) if form else 0.0


def _track_types(content: bytes, start: int, end: int) -> set[int]:
    return {
        int.from_bytes(content[at:stop], "big")
        for name, first, last in _elements(content, start, end)
        if name == _TRACK
        for inner, at, stop in _elements(content, first, last)
        if inner == _TRACK_TYPE
    }


def _ogg(content: bytes) -> Recording | None:
    if not content.startswith(b"OggS"):
        return None
    packet = content[27 + content[26] :]
    if packet.startswith(b"\x01vorbis"):
        rate, skip = struct.unpack_from("<I", packet, 12)[0], 0
    elif packet.startswith(b"OpusHead"):
        rate, skip = 48_000, struct.unpack_from("<H", packet, 10)[0]
    else:
        return None
    last = content.rindex(b"OggS")
    granule = struct.unpack_from("<q", content, last + 6)[0]
    return Recording("audio/ogg", max(0, (granule - skip) * 1000 // rate))


def _mp3(content: bytes) -> Recording | None:
    start = 0
    if content.startswith(b"ID3"):
        size = content[6:10]
        start = 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    first = _frame(content, start)
    if first is None or _frame(content, start + first.length) is None:
        return None
    frames = _told_frames(content[start : start + first.length])
    if frames:
        return Recording("audio/mpeg", frames * first.samples * 1000 // first.rate)
    return Recording("audio/mpeg", (len(content) - start) * 8 // first.kbits)


@dataclass(frozen=True, slots=True)
class _Frame:
    length: int
    samples: int
    rate: int
    kbits: int


def _frame(content: bytes, at: int) -> _Frame | None:
    """Read the head of a frame of layer III; None where there is none."""
    head = int.from_bytes(content[at : at + 4], "big")
    version, layer = head >> 19 & 3, head >> 17 & 3
    kbits_at, rate_at, padding = head >> 12 & 15, head >> 10 & 3, head >> 9 & 1
    if head >> 21 != 0x7FF or layer != 1 or version == 1 or kbits_at in {0, 15} or rate_at == 3:
        return None
    is_first = version == 3
    kbits = (_KBITS_1 if is_first else _KBITS_2)[kbits_at]
    rate = _RATES[version][rate_at]
    samples = 1152 if is_first else 576
    return _Frame(samples // 8 * kbits * 1000 // rate + padding, samples, rate, kbits)


def _told_frames(frame: bytes) -> int:
    """Return the number of frames that the first one tells of, 0 where it tells nothing."""
    for mark, offset in ((b"Xing", 8), (b"Info", 8), (b"VBRI", 14)):
        at = frame.find(mark, 0, 200)
        if at >= 0 and (mark == b"VBRI" or frame[at + 7] & 1):
            return int(struct.unpack_from(">I", frame, at + offset)[0])
    return 0
