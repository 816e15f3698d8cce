"""Who could be trained in time, in words: how near, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from learning.certification.words.terms import kind_words
from learning.compliance.queries.training import Trainee
from learning.compliance.rules.training import Chance, Exam, Progress
from learning.compliance.words import Mark, _
from learning.study.rules.hours import local_day

SITTINGS_TOLD = 3
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class TraineeView:
    """A person as printed: what they hold, how near they are, and why."""

    trainee: Trainee
    holds: str
    mark: Mark
    reasons: list[str]


def trainee_view(one: Trainee, zone: str) -> TraineeView:
    """Return a person who could be trained with the reasons, days in the zone."""
    holds = _("没有有效证书")
    if one.held_until is not None:
        day = local_day(one.held_until - _TICK, zone).isoformat()
        holds = _("有效期至 %(day)s", day=day)
    return TraineeView(one, holds, chance_mark(one.chance), _reasons(one, zone))


def trainee_row(one: Trainee, zone: str) -> tuple[str, ...]:
    """Return a person who could be trained as a row of the .xlsx."""
    view = trainee_view(one, zone)
    reasons = _("；").join(view.reasons)
    return (one.name, one.staff_no, one.public_id, view.holds, view.mark.text, reasons)


def chance_mark(chance: Chance) -> Mark:
    """Return how near a person is, as a mark."""
    return {
        Chance.READY: Mark(_("条件已齐，等待发证决定"), "pass"),
        Chance.ADMITTED: Mark(_("已安排考试，来得及"), "live"),
        Chance.SITTING: Mark(_("有场次，可安排考试"), "live"),
        Chance.OTHER: Mark(_("考试以外还缺条件"), "due"),
        Chance.OUTSIDE: Mark(_("外部发证，请联系发证机构"), "none"),
        Chance.NO_SITTING: Mark(_("届时之前没有考试场次"), "over"),
    }[chance]


def _reasons(one: Trainee, zone: str) -> list[str]:
    found = []
    if one.progress is not None:
        found += _progress_words(one.progress)
    found += _exam_words(one.exams, zone, is_own=one.chance is Chance.ADMITTED)
    return found


def _progress_words(progress: Progress) -> list[str]:
    found = [_("已满足 %(met)s / %(asked)s 项条件", met=progress.met, asked=progress.asked)]
    if progress.missing:
        ways = [_("或").join(kind_words(kind) for kind in group) for group in progress.missing]
        found.append(_("还缺：%(needs)s", needs=_("、").join(ways)))
    return found


def _exam_words(exams: Sequence[Exam], zone: str, *, is_own: bool) -> list[str]:
    found = []
    for exam in exams[:SITTINGS_TOLD]:
        day = local_day(exam.closes_at - _TICK, zone).isoformat()
        found.append(
            _("已准考“%(title)s”，%(day)s 截止", title=exam.title, day=day)
            if is_own
            else _("可参加“%(title)s”，%(day)s 截止", title=exam.title, day=day)
        )
    return found


def summary(trainees: Sequence[Trainee]) -> list[tuple[Mark, int]]:
    """Return how many are how near, the nearest first; none of those with nobody."""
    counts = {chance: sum(one.chance is chance for one in trainees) for chance in Chance}
    return [(chance_mark(chance), count) for chance, count in counts.items() if count]


def until_words(at: datetime | None, zone: str) -> str:
    """Return by when they would have to be certified, in words."""
    if at is None:
        return _("现在就不足，列出一年内来得及的")
    return _("%(day)s 起不足", day=local_day(at, zone).isoformat())
