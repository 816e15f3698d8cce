"""What a recording is, its bytes say; broken and hostile ones are none."""

import pytest

from learning.kernel import decks
from learning.kernel.captions import check_captions
from learning.kernel.content import ProblemList
from learning.kernel.decks import count_pages, draw_page
from learning.kernel.errors import Unavailable
from learning.kernel.media import Recording, probe
from tests.factories.recordings import VTT, make_mp3, make_mp4, make_ogg, make_pdf, make_webm


@pytest.mark.parametrize(
    ("content", "media_type", "duration_ms"),
    [
        (make_mp4(ms=61_500), "video/mp4", 61_500),
        (make_mp4(ms=61_500, version=1), "video/mp4", 61_500),
        (make_mp4(ms=9_000, kind=b"soun"), "audio/mp4", 9_000),
        (make_webm(ms=12_345.0, types=(1, 2)), "video/webm", 12_345),
        (make_webm(types=(2,)), "audio/webm", 60_000),
        (make_mp3(frames=100), "audio/mpeg", 2606),
        (b"ID3\4\0\0\0\0\0\5xxxxx" + make_mp3(frames=100), "audio/mpeg", 2606),
        (make_ogg(seconds=3), "audio/ogg", 3_000),
    ],
)
def test_a_recording_is_known_by_its_bytes(
    content: bytes, media_type: str, duration_ms: int
) -> None:
    assert probe(content) == Recording(media_type, duration_ms)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script></html>",
        b"\x1a\x45\xdf\xa3",
        make_webm(doc=b"matroska"),
        make_mp4(kind=b"hint"),
        b"\0\0\0\x18ftypqt  " + b"\0" * 40,
        b"ID3" + b"\xff" * 20,
        b"OggS" + b"\0" * 60,
        b"\xff\xfb\x90\x00",
    ],
)
def test_anything_else_is_none(content: bytes) -> None:
    assert probe(content) is None


@pytest.mark.parametrize("whole", [make_mp4(), make_webm(), make_mp3(frames=3), make_ogg()])
def test_one_cut_off_anywhere_ends_quietly(whole: bytes) -> None:
    for end in range(0, min(len(whole), 400), 3):
        probe(whole[:end])
        probe(whole[:end] + b"\xff" * 40)


def test_one_that_does_not_say_how_long_it_runs_says_nothing() -> None:
    assert probe(make_webm(ms=None)) == Recording("video/webm", 0)
    assert probe(make_webm(ms=float("inf"))) == Recording("video/webm", 0)
    assert probe(make_mp4(ms=50_000_000)) == Recording("video/mp4", 0)


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("字幕\n", 1, "captions_head"),
        ("WEBVTT\n", None, "captions_empty"),
        ("WEBVTT\n\n1\n00:01.000 -> 00:02.000\n字\n", 3, "captions_time"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\n字\n", 3, "captions_time"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\n字\n\n00:01.000 --> 00:02.000\n字\n", 6, "captions_order"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n", 3, "captions_words"),
        ("WEBVTT\n\nSTYLE\n::cue { background: url(//x) }\n\n00:01.000 --> 00:02.000\n字\n", 3, "captions_style"),
    ],
)  # fmt: skip
def test_a_fault_in_captions_is_named_with_its_line(text: str, line: int | None, code: str) -> None:
    problems = ProblemList()
    check_captions(text.encode(), problems.at("assets/x.vtt"))

    assert [(p.line, p.code) for p in problems] == [(line, code)]


def test_sound_captions_have_no_fault() -> None:
    problems = ProblemList()
    check_captions(VTT, problems.at("a.vtt"))
    check_captions(b"\xef\xbb\xbfWEBVTT - x\r\n\r\nNOTE n\r\n\r\nid\r\n01:00:00.000 --> 01:00:01.000 line:0\r\nx\r\n",
                   problems.at("b.vtt"))  # fmt: skip

    assert list(problems) == []


def test_the_pages_of_a_pdf_are_counted_and_drawn() -> None:
    made = make_pdf(3)

    assert count_pages(made) == 3
    drawn = draw_page(made, 2)
    assert drawn.startswith(b"\x89PNG")
    assert int.from_bytes(drawn[16:20], "big") == 1280


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n%%EOF\n", b"<svg/>"])
def test_what_is_no_pdf_has_no_pages(content: bytes) -> None:
    assert count_pages(content) == 0
    assert draw_page(content, 1) == b""


def test_one_page_is_drawn_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decks, "_PATIENCE_S", 0.01)
    with decks._DRAWING, pytest.raises(Unavailable):
        draw_page(b"%PDF-", 1)
