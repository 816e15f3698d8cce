"""Recordings, captions and documents made byte by byte: small, whole, and nobody's work but ours."""

import io
import struct
import zipfile

VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\n\xe7\xac\xac\xe4\xb8\x80\xe5\x8f\xa5\n"
PDF_TAIL = b"\n%%EOF\n"


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
