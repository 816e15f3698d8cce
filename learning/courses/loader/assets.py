"""Figures of a course: PNG, JPEG without metadata, and SVG held to an allow-list (`kernel.svg`)."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from learning.kernel.content import FileProblems
from learning.kernel.jpeg import without_metadata
from learning.kernel.pictures import picture_type
from learning.kernel.svg import check_svg

MAX_BYTES = 500_000
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,78}\.(?:svg|png|jpg)")
MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
FOLDER = "assets/"
PlaceOf = Callable[[str], FileProblems]


@dataclass(frozen=True, slots=True)
class Asset:
    """One figure; `sha256` names its content."""

    name: str
    content: bytes
    media_type: str
    sha256: str


def load_assets(files: Mapping[str, bytes | None], at: PlaceOf) -> dict[str, Asset]:
    """Judge all files of `assets/`; those with a problem are left out after it is reported.

    `files` are all files of a course by path, `at` gives the collector of a path.
    """
    found: dict[str, Asset] = {}
    for path in sorted(files):
        if not path.startswith(FOLDER):
            continue
        asset = judge_asset(path.removeprefix(FOLDER), files[path], at(path))
        if asset is not None:
            found[asset.name] = asset
    return found


def judge_asset(name: str, content: bytes | None, problems: FileProblems) -> Asset | None:
    """Return a figure as it may be served; None after what is wrong with it is reported."""
    if content is None or not NAME.fullmatch(name):
        message = "assets 里只放 .svg、.png 和 .jpg，文件名用小写字母、数字和连字符"
        problems.add(None, "", "asset_name", message)
        return None
    suffix = name[name.rindex(".") :]
    before = len(problems.collected)
    if len(content) > MAX_BYTES:
        problems.add(None, "", "asset_size", f"图片大于 {MAX_BYTES // 1000} KB")
    elif suffix == ".svg":
        check_svg(content, problems)
    elif picture_type(content) != MEDIA_TYPES[suffix]:
        problems.add(None, "", "asset_type", f"内容不是 {suffix} 图片，或边长、像素数过大")
    elif suffix == ".jpg" and not _is_clean(content):
        message = "照片里有拍摄信息（时间、地点等）或不完整，请去掉后再放"
        problems.add(None, "", "asset_metadata", message)
    if len(problems.collected) > before:
        return None
    sha256 = hashlib.sha256(content).hexdigest()
    return Asset(name, content, MEDIA_TYPES[suffix], sha256)


def _is_clean(photo: bytes) -> bool:
    """Tell whether a JPEG holds nothing of its camera; one that is broken is not."""
    try:
        return without_metadata(photo) == photo
    except ValueError:
        return False
