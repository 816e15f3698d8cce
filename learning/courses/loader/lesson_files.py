"""What a lesson uses of its course's files: figures, recordings with captions, downloads, a deck.

A recording is written like a figure, by itself in its paragraph; its captions lie beside it under
its name. A download is a link to a document. What is missing is reported at its line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from learning.courses.loader.assets import AUDIO, FIGURES, FOLDER, VIDEO, Asset, suffix_of
from learning.courses.loader.links import Shown, is_download
from learning.courses.rules import FileUse, LessonFile
from learning.kernel.content import FileProblems, Line, TomlTable

MAX_LABEL = 100
_ALONE = re.compile(r"\s*!\[[^\n]*\]\([^\n]*\)\s*")
MAX_PAGE_TEXT = 2_000


@dataclass(slots=True)
class UsedFiles:
    """The figures of a lesson with their hashes, and its other files by use and name."""

    figures: dict[str, str] = field(default_factory=dict)
    files: dict[tuple[FileUse, str], LessonFile] = field(default_factory=dict)

    def take(self, asset: Asset, use: FileUse, label: str = "") -> None:
        """Note a file; one used twice is noted once."""
        made = LessonFile(
            asset.name,
            use,
            asset.sha256,
            asset.media_type,
            asset.size,
            asset.duration_ms,
            asset.pages,
            label[:MAX_LABEL],
        )
        self.files.setdefault((use, asset.name), made)


def find_used(
    shown: Shown, lines: Sequence[Line], problems: FileProblems, assets: Mapping[str, Asset]
) -> UsedFiles:
    """Return what the text of a lesson uses; report what has no file, no words, no captions."""
    used = UsedFiles()
    for src, alt in shown.images:
        at = _line_of_image(src, alt, lines)
        name = src.removeprefix(FOLDER)
        kind = suffix_of(name)
        if not alt.strip():
            problems.add(at, name, "image_alt", "图没有替代文字：![说明](assets/…)")
        if not src.startswith(FOLDER):
            problems.add(at, src, "image_src", "图只能取自本课程的 assets/")
        elif name not in assets:
            problems.add(at, name, "asset_missing", f"没有 {src}，或它有问题")
        elif kind in FIGURES:
            used.figures[name] = assets[name].sha256
        elif kind in VIDEO or kind in AUDIO:
            _take_recording(used, assets, name, lines, at, problems)
        else:
            problems.add(at, name, "image_kind", f"{name} 不是图、视频或音频；资料写成链接")
    _take_downloads(used, shown, lines, problems, assets)
    return used


def read_deck(table: TomlTable, assets: Mapping[str, Asset], used: UsedFiles) -> None:
    """Take the PDF that a lesson's head names, if it names one; report what cannot be shown."""
    path = table.text("deck", default="")
    if not path:
        return
    name = path.removeprefix(FOLDER)
    if suffix_of(name) != ".pdf" or not path.startswith(FOLDER):
        table.report("deck", "deck_kind", "deck 写 assets/ 里的一个 PDF；幻灯片先导出为 PDF")
    elif name not in assets:
        table.report("deck", "asset_missing", f"没有 {path}，或它有问题")
    elif not assets[name].pages:
        message = f"{path} 的页不能显示：有密码、已损坏，或多于 300 页"
        table.report("deck", "deck_pages", message)
    else:
        used.take(assets[name], FileUse.DECK)


def read_page_texts(table: TomlTable, pages: int) -> tuple[str, ...]:
    """Return what a deck's pages say, in order; report more of them than there are pages."""
    texts = table.lines("page_texts")
    if len(texts) > pages:
        message = f"page_texts 有 {len(texts)} 页的文字，deck 只有 {pages} 页"
        table.report("page_texts", "page_texts", message)
    if any(len(text) > MAX_PAGE_TEXT for text in texts):
        table.report("page_texts", "length", f"一页的文字至多 {MAX_PAGE_TEXT} 字")
    return texts


def _take_recording(
    used: UsedFiles,
    assets: Mapping[str, Asset],
    name: str,
    lines: Sequence[Line],
    at: int | None,
    problems: FileProblems,
) -> None:
    line = next((line.text for line in lines if line.number == at), "")
    if not _ALONE.fullmatch(line):
        problems.add(at, name, "media_inline", "视频、音频独占一段，前后空一行")
    stem = name[: name.rindex(".")]
    if suffix_of(name) in VIDEO and f"{stem}.vtt" not in assets:
        message = f"视频没有字幕：把 WebVTT 字幕放在 assets/{stem}.vtt，或它有问题"
        problems.add(at, name, "captions_missing", message)
    used.take(assets[name], FileUse.PLAYED)
    for captions in (f"{stem}.vtt", f"{stem}.en.vtt"):
        if captions in assets:
            used.take(assets[captions], FileUse.CAPTIONS)


def _take_downloads(
    used: UsedFiles,
    shown: Shown,
    lines: Sequence[Line],
    problems: FileProblems,
    assets: Mapping[str, Asset],
) -> None:
    for target, label in zip(shown.links, shown.labels, strict=True):
        if not is_download(target):
            continue
        name = target.removeprefix(FOLDER)
        if name in assets:
            used.take(assets[name], FileUse.DOWNLOAD, label.strip())
            continue
        at = next((x.number for x in lines if target in x.text and not x.is_code), None)
        problems.add(at, name, "asset_missing", f"没有 {target}，或它有问题")


def _line_of_image(src: str, alt: str, lines: Sequence[Line]) -> int | None:
    marks = [line for line in lines if "![" in line.text and not line.is_code]
    for needle in (f"]({src}" if src else "", f"![{alt}]"):
        at = next((line.number for line in marks if needle and needle in line.text), None)
        if at is not None:
            return at
    return marks[0].number if marks else None
