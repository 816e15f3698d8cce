"""Captions as WebVTT, judged line by line: head, times in order, and words between them.

Style sheets and regions are refused: what a caption looks like is the page's matter. What stands in
a cue is text to a browser, whatever tags it has.
"""

import re

from learning.kernel.content import FileProblems, decode_text

MAX_BYTES = 400_000
MAX_CUES = 5_000
_TIME = r"(?:(\d{2,3}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMES = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+\S.*)?")
_NOTES = ("NOTE", "STYLE", "REGION")


def check_captions(raw: bytes, problems: FileProblems) -> None:
    """Report everything wrong with captions, each at its line."""
    if len(raw) > MAX_BYTES:
        problems.add(None, "", "captions_size", f"字幕大于 {MAX_BYTES // 1000} KB")
        return
    text = decode_text(raw, problems)
    if text is None:
        return
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]) or "\0" in text:
        problems.add(1, "", "captions_head", "字幕第一行应为 WEBVTT；用 UTF-8 的 .vtt 文件")
        return
    _check_cues(lines, problems)


def _check_cues(lines: list[str], problems: FileProblems) -> None:
    cues, last = 0, 0
    for first, block in _blocks(lines):
        if block[0].split()[0] in _NOTES and "-->" not in block[0]:
            if not block[0].startswith("NOTE"):
                problems.add(first, block[0][:20], "captions_style", "字幕里不能有样式和区域")
            continue
        cues += 1
        at = next((n for n, line in enumerate(block[:2]) if "-->" in line), None)
        if at is None:
            problems.add(first, "", "captions_time", "这里应是“00:01.000 --> 00:04.000”这样的时间")
            continue
        last = _check_cue(first + at, block[at], block[at + 1 :], last, problems)
    if not cues:
        problems.add(None, "", "captions_empty", "字幕里没有一句话")
    elif cues > MAX_CUES:
        problems.add(None, "", "captions_size", f"字幕多于 {MAX_CUES} 句")


def _check_cue(number: int, line: str, words: list[str], last: int, problems: FileProblems) -> int:
    """Judge one cue; return its start, in milliseconds, `last` where it has none."""
    found = _TIMES.fullmatch(line.strip())
    if found is None:
        problems.add(number, "", "captions_time", f"时间写法不对：{line.strip()[:60]}")
        return last
    start, end = _ms(found.groups()[:4]), _ms(found.groups()[4:])
    if end <= start:
        problems.add(number, "", "captions_time", "这一句结束不晚于开始")
    if start < last:
        problems.add(number, "", "captions_order", "这一句开始早于上一句，按时间先后排")
    if not any(word.strip() for word in words):
        problems.add(number, "", "captions_words", "这一句没有文字")
    return max(start, last)


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Return what stands between empty lines after the head, with the number of its first line."""
    found: list[tuple[int, list[str]]] = []
    start: int | None = None
    after_head = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    for index in range(after_head, len(lines) + 1):
        is_empty = index == len(lines) or not lines[index].strip()
        if not is_empty and start is None:
            start = index
        elif is_empty and start is not None:
            found.append((start + 1, lines[start:index]))
            start = None
    return found
