"""Errors that rules and services raise. They carry a code and data, never text for people.

The one map from these to HTTP is `learning.web.errors`; the words are made there, translated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input, with the place where a person finds it.

    `path` is the file as the person named it; `line` counts from 1 or is None; `place` is a cell
    ("C7"), a field or an item code, or ""; `code` is stable, `message` is for people.
    """

    path: str
    line: int | None
    place: str
    code: str
    message: str

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.path, self.line, self.place) if part)
        return f"{where}: {self.message}" if where else self.message


class DomainError(Exception):
    """A use case that cannot go on; `code` is stable, `data` is what the words will need."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


class NotFound(DomainError):  # noqa: N818 - reads as a statement, like its siblings
    """The thing is missing, or belongs to somebody else: the two must look the same."""

    def __init__(self, what: str = "object") -> None:
        super().__init__("not_found", what=what)


class Forbidden(DomainError):  # noqa: N818
    """The person is known and lacks the permission."""


class Conflict(DomainError):  # noqa: N818
    """The state of the thing does not allow this now (already submitted, locked, taken)."""


class Throttled(DomainError):  # noqa: N818
    """Too many tries; `retry_after_s` says when the next one is heard."""

    def __init__(self, code: str, *, retry_after_s: int, **data: Any) -> None:
        super().__init__(code, retry_after_s=retry_after_s, **data)
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):  # noqa: N818
    """A part of the system cannot serve now; nothing was changed; try again."""


class Invalid(DomainError):  # noqa: N818
    """The input is wrong; `problems` names every place, in order of appearance."""

    def __init__(self, problems: Sequence[Problem], code: str = "invalid") -> None:
        super().__init__(code, problems=list(problems))
        self.problems = list(problems)

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)
