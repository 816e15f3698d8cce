"""The files of a course by path, wherever they lie: a folder, a zip, the database."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from learning.courses.loader.assets import Asset, is_kept_apart
from learning.kernel.content import FileProblems, ProblemList

SETTINGS = "course.toml"
Files = Mapping[str, bytes | None]
"""Contents by path within the course; None is there and is no file that can be read."""


Read = Callable[[], bytes | None]


class LateFiles(Mapping[str, bytes | None]):
    """Files of which the large ones are read when they are asked for, and kept by nobody."""

    def __init__(self, held: Files, late: Mapping[str, Read]) -> None:
        self._held = held
        self._late = late

    def __getitem__(self, path: str) -> bytes | None:
        """Return what a file holds; None for one that cannot be read."""
        return self._late[path]() if path in self._late else self._held[path]

    def __iter__(self) -> Iterator[str]:
        """Go through the paths, those of large files last."""
        yield from self._held
        yield from self._late

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self._held) + len(self._late)


@dataclass(frozen=True, slots=True)
class Source:
    """A course's files; `name` is what it is called without settings, `shown` goes before paths.

    `known` are files that were judged when they were stored, by path.
    """

    name: str
    shown: str
    files: Files
    known: Mapping[str, Asset] = field(default_factory=dict)

    def at(self, path: str, problems: ProblemList) -> FileProblems:
        """Give the collector of one file, named as its author knows it."""
        return problems.at(self.shown + path)


def read_folder(folder: Path) -> Source:
    """Read the files of a course folder: settings, lessons, figures; other files are left alone."""
    paths = [folder / SETTINGS, *folder.glob("*.md")]
    assets = folder / "assets"
    if assets.is_dir():
        paths += assets.iterdir()
    named = {path.relative_to(folder).as_posix(): path for path in paths}
    held = {name: _content(path) for name, path in named.items() if not is_kept_apart(name)}
    late = {name: partial(_content, path) for name, path in named.items() if is_kept_apart(name)}
    return Source(folder.name, f"{folder.as_posix()}/", LateFiles(held, late))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None
