"""Figures of a course: PNG and SVG, the latter held to an allow-list (`kernel.svg`)."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from learning.kernel.content import FileProblems, ProblemList
from learning.kernel.svg import check_svg

MAX_BYTES = 500_000
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,78}\.(?:svg|png)")
MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Asset:
    """One figure; `sha256` names its content."""

    name: str
    content: bytes
    media_type: str
    sha256: str


def load_assets(folder: Path, problems: ProblemList) -> dict[str, Asset]:
    """Read all files of `assets/`; those with a problem are left out after it is reported."""
    found: dict[str, Asset] = {}
    if not folder.is_dir():
        return found
    for path in sorted(folder.iterdir()):
        asset = _load(path, problems.at(path))
        if asset is not None:
            found[asset.name] = asset
    return found


def _load(path: Path, problems: FileProblems) -> Asset | None:
    if not NAME.fullmatch(path.name) or not path.is_file():
        message = "assets 里只放 .svg 和 .png，文件名用小写字母、数字和连字符"
        problems.add(None, "", "asset_name", message)
        return None
    content = path.read_bytes()
    before = len(problems.collected)
    if len(content) > MAX_BYTES:
        problems.add(None, "", "asset_size", f"图片大于 {MAX_BYTES // 1000} KB")
    elif path.suffix == ".svg":
        check_svg(content, problems)
    elif not content.startswith(_PNG):
        problems.add(None, "", "asset_type", "内容不是 PNG 图片")
    if len(problems.collected) > before:
        return None
    sha256 = hashlib.sha256(content).hexdigest()
    return Asset(path.name, content, MEDIA_TYPES[path.suffix], sha256)
