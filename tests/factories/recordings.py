"""Recordings, captions and documents made byte by byte: small, whole, and nobody's work but ours."""

import base64
import io
import struct
import zipfile

VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\n\xe7\xac\xac\xe4\xb8\x80\xe5\x8f\xa5\n"
# Two plain colours as key frames of VP8, drawn for these tests: nobody's work, no licence needed.
_STILLS = """
cAYAnQEqoABaAD8RiMBaLCkmpCCIAYAiCWlu4XSg9UAd0XiCo57YjFWjLy/PbEXiCo57YjCGDTnIOXRAAP781H/qxLJNS/ri
5si/1DxkFuE7T35oyDAzP9pisgAAAAAA

sAYAnQEqoABaAD8RiMBaLCkmpCCIAYAiCWlu4XSZcAABPhBvMCb9eCjtrtxNTbYjCGDTnIOXXl+e7ZsQU9AA/vqD//XeLSjX
/xciCkTyo5BJapGgAAAAAA==
""".strip().split("\n\n")


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def make_mp4(
    *, ms: int = 60_000, kind: bytes = b"vide", filler: int = 0, version: int = 0
) -> bytes:
    """An MP4 whose tables say how long it runs, with nothing in it to play."""
    if version:
        times = struct.pack(">B3xQQIQ", 1, 0, 0, 1000, ms)
    else:
        times = struct.pack(">B3xIIII", 0, 0, 0, 1000, ms)
    track = box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8, kind, b"\0" * 12)))
    return (
        box(b"ftyp", b"isom\0\0\2\0isomiso2")
        + box(b"moov", box(b"mvhd", times, b"\0" * 80), track)
        + box(b"mdat", bytes(i % 251 for i in range(filler)))
    )


def element(name: int, content: bytes) -> bytes:
    """An EBML element with a size of eight bytes."""
    raw = name.to_bytes((name.bit_length() + 7) // 8, "big")
    return raw + (len(content) | 1 << 56).to_bytes(8, "big") + content


def make_webm(
    *, ms: float | None = 60_000, types: tuple[int, ...] = (1,), doc: bytes = b"webm"
) -> bytes:
    """A WebM with its head alone."""
    info = element(0x2AD7B1, (1_000_000).to_bytes(3, "big"))
    if ms is not None:
        info += element(0x4489, struct.pack(">d", ms))
    tracks = b"".join(element(0xAE, element(0x83, bytes([kind]))) for kind in types)
    held = element(0x1549A966, info) + element(0x1654AE6B, tracks)
    return element(0x1A45DFA3, element(0x4282, doc)) + element(0x18538067, held)


def make_playable_webm(*, seconds: int = 20) -> bytes:
    """A video of 160 × 90 that browsers play and seek in: two colours, half a second each.

    Every frame is a key frame, so that each can be gone to; the index stands before the pictures.
    """
    stills = [base64.b64decode(still) for still in _STILLS]
    info = element(0x2AD7B1, (1_000_000).to_bytes(3, "big"))
    info += element(0x4489, struct.pack(">d", seconds * 1000.0))
    info += element(0x4D80, b"tests") + element(0x5741, b"tests")
    picture = element(0xE0, element(0xB0, bytes([160])) + element(0xBA, bytes([90])))
    track = element(0xD7, b"\1") + element(0x73C5, b"\1") + element(0x83, b"\1")
    track += element(0x86, b"V_VP8") + picture
    before = element(0x1549A966, info) + element(0x1654AE6B, element(0xAE, track))
    clusters = [_cluster(second * 1000, stills) for second in range(seconds)]
    place = len(before) + len(_cues(clusters, 0))
    held = before + _cues(clusters, place) + b"".join(clusters)
    told = element(0x4286, b"\1") + element(0x42F7, b"\1") + element(0x42F2, b"\4")
    told += element(0x42F3, b"\x08") + element(0x4282, b"webm")
    told += element(0x4287, b"\2") + element(0x4285, b"\2")
    return element(0x1A45DFA3, told) + element(0x18538067, held)


def _cluster(at_ms: int, stills: list[bytes]) -> bytes:
    blocks = b"".join(
        element(0xA3, b"\x81" + struct.pack(">hB", 500 * n, 0x80) + still)
        for n, still in enumerate(stills)
    )
    return element(0x1F43B675, element(0xE7, at_ms.to_bytes(4, "big")) + blocks)


def _cues(clusters: list[bytes], place: int) -> bytes:
    points = b""
    for second, cluster in enumerate(clusters):
        where = element(0xF7, b"\1") + element(0xF1, place.to_bytes(8, "big"))
        points += element(
            0xBB, element(0xB3, (second * 1000).to_bytes(4, "big")) + element(0xB7, where)
        )
        place += len(cluster)
    return element(0x1C53BB6B, points)


def make_mp3(*, frames: int = 100) -> bytes:
    """Silent frames of MPEG-1 layer III, 128 kbit/s at 44,100 Hz: 417 bytes, 1,152 samples each."""
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * frames


def make_ogg(*, seconds: int = 3) -> bytes:
    head = b"OpusHead\x01\x01" + struct.pack("<HIhB", 0, 48_000, 0, 0)
    pages = [(0, head), (48_000 * seconds, b"x")]
    return b"".join(
        b"OggS\0\0" + struct.pack("<qIII", granule, 1, n, 0) + bytes([1, len(packet)]) + packet
        for n, (granule, packet) in enumerate(pages)
    )


def make_office(folder: str = "xl", **more: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<x/>")
        for name, content in more.items():
            archive.writestr(name, content)
    return packed.getvalue()


def make_pdf(pages: int = 3) -> bytes:
    """Slides 16:9, set by what draws them."""
    import typst

    source = "#set page(width: 320pt, height: 180pt)\n" + "\n#pagebreak()\n".join(
        f"= Slide {n}" for n in range(1, pages + 1)
    )
    made = typst.compile(source.encode())
    assert isinstance(made, bytes)
    return made
