"""Files of a course: figures, recordings with their captions, and what learners take home.

Figures are PNG, JPEG without metadata, and SVG held to an allow-list (`kernel.svg`). What a file
is, its own bytes say: a name that says otherwise is refused.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from learning.courses.loader.documents import DOCUMENTS, check_document
from learning.kernel.captions import check_captions
from learning.kernel.content import FileProblems
from learning.kernel.decks import count_pages
from learning.kernel.jpeg import without_metadata
from learning.kernel.media import probe
from learning.kernel.pictures import picture_type
from learning.kernel.svg import check_svg

MAX_BYTES = 500_000
MAX_FILE_BYTES = 512 * 1024 * 1024
FIGURES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
VIDEO = {".mp4": "video/mp4", ".webm": "video/webm"}
AUDIO = {".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".ogg": "audio/ogg"}
CAPTIONS = {".vtt": "text/vtt"}
MEDIA_TYPES = {**FIGURES, **VIDEO, **AUDIO, **CAPTIONS, **DOCUMENTS}
_SUFFIXES = "|".join(suffix[1:] for suffix in MEDIA_TYPES)
NAME = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,78}}(?:\.en(?=\.vtt))?\.(?:{_SUFFIXES})")
FOLDER = "assets/"
PlaceOf = Callable[[str], FileProblems]


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of a course; `sha256` names its content.

    `content` is that of a figure, empty for others: they are large, and are read again where they
    are stored. `size` in bytes; `duration_ms` of a recording; `pages` of a PDF, 0 where it cannot
    be drawn.
    """

    name: str
    content: bytes
    media_type: str
    sha256: str
    size: int = 0
    duration_ms: int = 0
    pages: int = 0

    @property
    def is_figure(self) -> bool:
        """Tell whether it is shown as a picture."""
        return is_figure(self.name)


def is_figure(path: str) -> bool:
    """Tell by its name whether a file of a course is a figure."""
    return suffix_of(path) in FIGURES


def is_kept_apart(path: str) -> bool:
    """Tell whether a file of a course is kept in pieces, and is not read with all the others."""
    return path.startswith(FOLDER) and suffix_of(path) in MEDIA_TYPES and not is_figure(path)


def suffix_of(path: str) -> str:
    """Return the last suffix of a name with its dot, "" for none."""
    return path[path.rindex(".") :] if "." in path else ""


def load_assets(
    files: Mapping[str, bytes | None], at: PlaceOf, known: Mapping[str, Asset] | None = None
) -> dict[str, Asset]:
    """Judge all files of `assets/`; those with a problem are left out after it is reported.

    `files` are all files of a course by path, `at` gives the collector of a path. `known` are those
    that were judged when they were stored, by path: they are not read again.
    """
    found: dict[str, Asset] = {}
    for path in sorted(files):
        if not path.startswith(FOLDER):
            continue
        asset = (known or {}).get(path)
        if asset is None:
            asset = judge_asset(path.removeprefix(FOLDER), files[path], at(path))
        if asset is not None:
            found[asset.name] = asset
    return found


def judge_asset(name: str, content: bytes | None, problems: FileProblems) -> Asset | None:
    """Return a file as it may be served; None after what is wrong with it is reported."""
    if content is None or not NAME.fullmatch(name):
        message = (
            "assets 里只放图（svg、png、jpg）、视频音频（mp4、webm、m4a、mp3、ogg）、字幕（vtt）和"
            "资料（pdf、docx、xlsx、pptx、csv），文件名用小写字母、数字和连字符"
        )
        problems.add(None, "", "asset_name", message)
        return None
    before = len(problems.collected)
    suffix = suffix_of(name)
    sha256 = hashlib.sha256(content).hexdigest()
    asset = Asset(name, b"", MEDIA_TYPES[suffix], sha256, len(content))
    if suffix in FIGURES:
        asset = replace(asset, content=content)
        _check_figure(suffix, content, problems)
    elif len(content) > MAX_FILE_BYTES:
        problems.add(None, "", "asset_size", f"文件大于 {MAX_FILE_BYTES // 1024 // 1024} MB")
    elif suffix in CAPTIONS:
        check_captions(content, problems)
    elif suffix in DOCUMENTS:
        check_document(suffix, content, problems)
        asset = replace(asset, pages=count_pages(content)) if suffix == ".pdf" else asset
    else:
        asset = replace(asset, duration_ms=_duration(suffix, content, problems))
    return asset if len(problems.collected) == before else None


def _check_figure(suffix: str, content: bytes, problems: FileProblems) -> None:
    if len(content) > MAX_BYTES:
        problems.add(None, "", "asset_size", f"图片大于 {MAX_BYTES // 1000} KB")
    elif suffix == ".svg":
        check_svg(content, problems)
    elif picture_type(content) != MEDIA_TYPES[suffix]:
        problems.add(None, "", "asset_type", f"内容不是 {suffix} 图片，或边长、像素数过大")
    elif suffix == ".jpg" and not _is_clean(content):
        message = "照片里有拍摄信息（时间、地点等）或不完整，请去掉后再放"
        problems.add(None, "", "asset_metadata", message)


def _duration(suffix: str, content: bytes, problems: FileProblems) -> int:
    """Return how long a recording runs; report what is none, and one that does not say."""
    found = probe(content)
    if found is None or found.media_type != MEDIA_TYPES[suffix]:
        kind = "视频" if suffix in VIDEO else "音频"
        problems.add(None, "", "asset_type", f"内容不是 {suffix} {kind}，或文件不完整")
        return 0
    if not found.duration_ms:
        message = "文件里没有时长，或长于 12 小时：请用剪辑软件重新导出"
        problems.add(None, "", "asset_duration", message)
    return found.duration_ms


def _is_clean(photo: bytes) -> bool:
    """Tell whether a JPEG holds nothing of its camera; one that is broken is not."""
    try:
        return without_metadata(photo) == photo
    except ValueError:
        return False
