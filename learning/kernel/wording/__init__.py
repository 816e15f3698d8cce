"""The house style of Chinese texts: punctuation, spacing, one word for one thing.

It knows lines of prose and a list of words; it must not know lessons or items, which say themselves
what of their files is prose (`courses.loader.wording`, `question_bank.linting.wording`). A fault of
style is named to the author; it never keeps content from being synced.
"""

from collections.abc import Iterable

from learning.kernel.content import FileProblems
from learning.kernel.wording.prose import Prose, markdown_prose, svg_prose, toml_prose
from learning.kernel.wording.terminology import Entry, Terminology, read_terminology
from learning.kernel.wording.typography import faults

__all__ = [
    "Entry",
    "Prose",
    "Terminology",
    "judge",
    "markdown_prose",
    "read_terminology",
    "svg_prose",
    "toml_prose",
]


def judge(lines: Iterable[Prose], terminology: Terminology, problems: FileProblems) -> None:
    """Report every fault of punctuation, spacing and words, line by line."""
    for line in lines:
        for code, message in faults(line.text):
            problems.add(line.number, "", code, message)
        for message in terminology.faults(line.text):
            problems.add(line.number, "", "term", message)
