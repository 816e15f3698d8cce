"""Declarations and projects: what may be handed in, and what opinions say together. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction

from learning.certification.rules.terms import NeedKind, ProjectForm
from learning.kernel.errors import Problem
from learning.organisations.rules.corrections import EVIDENCE_BYTES, Evidence, check_evidence

MAX_PAPERS = 5
MAX_WORDS = 1000  # twin of AwardDeclaration.words
MAX_SUMMARY = 5000
MAX_PROJECT_TITLE = 200  # twin of AwardProject.title
MAX_COMMENT = 2000  # twin of ProjectOpinion.comment
MAX_ANSWER = 500  # twin of AwardDeclaration.answer
PAPER_BYTES = EVIDENCE_BYTES
PAPERS_KEPT = timedelta(days=90)  # after the last certificate, refusal or appeal

DECLARED = (
    NeedKind.EXPERIENCE,
    NeedKind.CONTINUITY,
    NeedKind.CONFIRMATION,
    NeedKind.EXAM,
)


class ProjectState(StrEnum):
    """How a project stands. Twin: the CHECK of `award_projects`."""

    SUBMITTED = "submitted"
    PASSED = "passed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


def check_papers(files: Sequence[tuple[str, bytes]]) -> tuple[tuple[Evidence, ...], list[Problem]]:
    """Return the papers of (name, content), or everything that is wrong with them."""
    given = [(name, content) for name, content in files if name or content]
    if len(given) > MAX_PAPERS:
        return (), [Problem("", None, "papers", "papers_many", "papers")]
    found: list[Evidence] = []
    problems: list[Problem] = []
    for name, content in given:
        evidence, faults = check_evidence(name, content)
        problems += [Problem(name, None, "papers", fault.code, name) for fault in faults]
        if evidence is not None:
            found.append(evidence)
    return ((), problems) if problems else (tuple(found), [])


def opinion_problems(
    form: ProjectForm, points: Sequence[int | None], comment: str
) -> list[Problem]:
    """Return what is wrong with an opinion; each criterion has its points, and words go with it."""
    problems = [
        Problem("", number, "points", "points", str(criterion.points))
        for number, (criterion, given) in enumerate(zip(form.criteria, points, strict=True), 1)
        if given is None or not 0 <= given <= criterion.points
    ]
    if not 0 < len(comment.strip()) <= MAX_COMMENT:
        problems.append(Problem("", None, "comment", "comment", "comment"))
    return problems


def outcome_of(form: ProjectForm, totals: Sequence[int], wanted: int) -> ProjectState:
    """Return how a project stands by the points of its opinions: the mean of all decides.

    Exact: two opinions of 59 and 61 of 100 pass at 60 %.
    """
    if len(totals) < wanted:
        return ProjectState.SUBMITTED
    share = Fraction(sum(totals) * 100, len(totals) * form.most)
    return ProjectState.PASSED if share >= form.pass_percent else ProjectState.FAILED
