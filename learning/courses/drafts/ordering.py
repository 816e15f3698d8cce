"""Lessons stand in the order of their file names: `01-quality.md`, `02-tools.md`, …."""

import re
from collections.abc import Collection, Sequence

MAX_LESSONS = 99
_NUMBERED = re.compile(r"\d*-?")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def slug_of(path: str) -> str:
    """Return what stands after the number in a lesson's file name, "lesson" for nothing."""
    name = _NUMBERED.sub("", path.removesuffix(".md"), count=1).lower()
    return _NOT_SLUG.sub("-", name).strip("-") or "lesson"


def free_path(paths: Sequence[str], slug: str) -> str | None:
    """Return the path of a new lesson after all others; None when no number is left."""
    numbers = [int(path[:2]) for path in paths if path[:2].isascii() and path[:2].isdigit()]
    number = max(numbers, default=0) + 1
    return f"{number:02d}-{slug}.md" if number <= MAX_LESSONS else None


def moved(paths: Sequence[str], path: str, step: int) -> list[str]:
    """Return the paths in order with one moved up (-1) or down (1); at an end nothing changes."""
    order = list(paths)
    at = order.index(path)
    to = min(max(at + step, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    return order


def renumbered(order: Sequence[str], taken: Collection[str] = ()) -> dict[str, str]:
    """Return the new path of each file so that names sort as the list does.

    Files that stand right keep their names. `taken` are paths of other files, which stay free.
    """
    names = {path: f"{n:02d}-{slug_of(path)}.md" for n, path in enumerate(order, 1)}
    clash = {name for name in names.values() if name in taken}
    if not clash:
        return names
    return {p: name if name not in clash else name[:-3] + "-2.md" for p, name in names.items()}
