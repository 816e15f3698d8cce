"""Holding content files to the house style: for `flask content check` and `flask items lint`."""

from collections.abc import Sequence
from pathlib import Path

from learning.courses.loader.wording import judge_course_wording, judge_english
from learning.kernel.content import ProblemList, read_text
from learning.kernel.errors import Problem
from learning.kernel.processes import map_in_processes
from learning.kernel.wording import judge, read_terminology, toml_prose
from learning.question_bank.linting.wording import judge_item_wording

TERMINOLOGY = Path(__file__).parent.parent.parent / "courses" / "terminology.toml"


def judge_wording(
    banks: Sequence[Path], courses: Sequence[Path], *, processes: int = 1
) -> list[Problem]:
    """Return every fault of style in the files of banks and courses, in order of files."""
    problems = ProblemList()
    terminology = read_terminology(TERMINOLOGY, problems)
    for folder in banks:
        for path in (folder / "bank.toml", *sorted(folder.glob("*.md"))):
            text = read_text(path, ProblemList().at(path)) or ""  # the loader reports it
            if path.suffix == ".toml":
                judge(toml_prose(text), terminology, problems.at(path))
            else:
                judge_item_wording(text, terminology, problems.at(path))

    def judge_course(folder: Path) -> list[Problem]:
        found = ProblemList()
        judge_course_wording(folder, terminology, found)
        return list(found)

    for found in map_in_processes(judge_course, courses, processes):
        for problem in found:
            problems.add(problem)
    judge_english(courses, terminology, problems)
    return list(problems)
