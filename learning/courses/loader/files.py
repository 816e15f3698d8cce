"""The files of a course by path, wherever they lie: a folder, a zip, the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from learning.kernel.content import FileProblems, ProblemList

SETTINGS = "course.toml"
Files = Mapping[str, bytes | None]
"""Contents by path within the course; None is there and is no file that can be read."""


@dataclass(frozen=True, slots=True)
class Source:
    """A course's files; `name` is what it is called without settings, `shown` goes before paths."""

    name: str
    shown: str
    files: Files

    def at(self, path: str, problems: ProblemList) -> FileProblems:
        """Give the collector of one file, named as its author knows it."""
        return problems.at(self.shown + path)


def read_folder(folder: Path) -> Source:
    """Read the files of a course folder: settings, lessons, figures; other files are left alone."""
    paths = [folder / SETTINGS, *folder.glob("*.md")]
    assets = folder / "assets"
    if assets.is_dir():
        paths += assets.iterdir()
    files = {path.relative_to(folder).as_posix(): _content(path) for path in paths}
    return Source(folder.name, f"{folder.as_posix()}/", files)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None
