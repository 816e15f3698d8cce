"""Draw the figures of the courses anew: `python courses/scripts/draw.py [course …]`.

A course keeps its scripts in `<course>/scripts/`, one a lesson (`06-allocation.py`); each may have
`FIGURES` (file name → function that returns the SVG), `numbers()` (what must stand in the lesson of
the same name) and `KEYS` (code of a numeric item → its value by another route). The tests hold the
lessons, the figures and the items against them.
"""

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COURSES = HERE.parent


def scripts(course: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Run each script of a course; yield its path and what it defines."""
    sys.path.insert(0, str(HERE))  # where `drawing` is
    try:
        for path in sorted((course / "scripts").glob("*.py")):
            yield path, runpy.run_path(str(path))
    finally:
        sys.path.remove(str(HERE))


def main(names: list[str]) -> None:
    """Write the figures of the named courses, or of all."""
    for toml in sorted(COURSES.glob("*/course.toml")):
        course = toml.parent
        if names and course.name not in names:
            continue
        for _, defined in scripts(course):
            for name, drawn in defined.get("FIGURES", {}).items():
                (course / "assets" / name).write_text(drawn(), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
