"""Cut scores set by judges: as the examiner sees a setting, and as a judge does.

A judge reads the items of the paper and nothing of their keys; keys are read by `get_judged_key`
alone, whose caller writes down who looked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.queries import list_documents, list_items
from learning.attempts.rules import Form
from learning.exams.models import (
    Admission,
    DeclaredConflict,
    Sitting,
    SittingApplication,
    StandardJudge,
    StandardJudgement,
    StandardSetting,
)
from learning.exams.queries.views import SittingView, as_view, checked_id, view_query
from learning.exams.rules import FEWEST_ANSWERS, MAX_SETTINGS, Panel, StandardState
from learning.kernel.errors import NotFound
from learning.organisations.models import PersonMerge
from learning.question_bank.models import ItemStatistics
from learning.question_bank.rules import Item, ItemDocument

MAX_JUDGINGS = 50
APPLYING = ("submitted", "returned", "accepted")
"""Applications that may still lead into the sitting."""
AT_WORK = (StandardState.JUDGING.value, StandardState.BETWEEN.value)


@dataclass(frozen=True, slots=True)
class SettingView:
    """A setting; `form` is the paper that is judged, `decided_by` a name, "" before."""

    id: int
    public_id: str
    sitting_id: int
    assessment_id: int
    form: Form
    state: StandardState
    round: int
    shows_keys: bool
    shows_facilities: bool
    made_at: datetime
    adopted_milli: int | None
    adjustment: str
    reason: str
    decided_by: str
    decided_at: datetime | None

    @property
    def is_at_work(self) -> bool:
        """Tell whether it is not decided yet."""
        return self.state in {StandardState.JUDGING, StandardState.BETWEEN}

    @property
    def closed_rounds(self) -> int:
        """Return how many rounds are over."""
        return self.round - (self.state is StandardState.JUDGING)

    @property
    def points_milli(self) -> tuple[int, ...]:
        """Return the points of the positions, in thousandths."""
        return tuple(place.points_milli for place in self.form.positions)


@dataclass(frozen=True, slots=True)
class JudgeView:
    """A judge; `conflicts` is how many candidates they have a declared conflict with."""

    user_id: int
    person: str
    name: str
    conflicts: int


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A judge who was dismissed; the reason is "" before a round was over."""

    name: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Judging:
    """A setting as one of its judges reaches it."""

    sitting: SittingView
    setting: SettingView
    judge: JudgeView


@dataclass(frozen=True, slots=True)
class JudgingLine:
    """A setting in a judge's own list: how many items of the round are judged."""

    public_id: str
    setting: str
    title: str
    round: int
    is_open: bool
    judged: int
    items: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier answers showed of an item: facility in 0-1, from how many answers."""

    facility: float
    answered: int


def list_settings(session: Session, sitting_id: int) -> list[SettingView]:
    """Return the settings of a sitting, the newest first."""
    rows = session.execute(
        select(StandardSetting, User.display_name)
        .outerjoin(User, User.id == StandardSetting.decided_by)
        .where(StandardSetting.sitting_id == sitting_id)
        .order_by(StandardSetting.id.desc())
        .limit(MAX_SETTINGS)
    )
    return [_setting(row, name) for row, name in rows]


def get_setting(session: Session, sitting_id: int, raw_setting_id: str) -> SettingView:
    """Return a setting of a sitting; NotFound for any other."""
    row = session.execute(
        select(StandardSetting, User.display_name)
        .outerjoin(User, User.id == StandardSetting.decided_by)
        .where(
            StandardSetting.sitting_id == sitting_id,
            StandardSetting.public_id == checked_id(raw_setting_id),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("setting")
    return _setting(row[0], row[1])


def _setting(row: StandardSetting, decided_by: str | None) -> SettingView:
    return SettingView(
        id=row.id,
        public_id=row.public_id,
        sitting_id=row.sitting_id,
        assessment_id=row.assessment_id,
        form=Form.from_json(row.form),
        state=StandardState(row.state),
        round=row.round,
        shows_keys=row.shows_keys,
        shows_facilities=row.shows_facilities,
        made_at=row.made_at,
        adopted_milli=row.adopted_milli,
        adjustment=row.adjustment,
        reason=row.reason,
        decided_by=decided_by or "",
        decided_at=row.decided_at,
    )


def get_judging(session: Session, user_id: int, raw_public_id: str, raw_setting_id: str) -> Judging:
    """Return a setting for one of its judges.

    NotFound for everybody else, for what was dropped, and for whoever is a candidate by now: they
    look at no item of their own paper.
    """
    row = (
        session.execute(
            view_query()
            .add_columns(StandardSetting.id.label("setting_id"))
            .join(StandardSetting, StandardSetting.sitting_id == Sitting.id)
            .join(StandardJudge, StandardJudge.setting_id == StandardSetting.id)
            .where(
                Sitting.public_id == checked_id(raw_public_id),
                StandardSetting.public_id == checked_id(raw_setting_id),
                StandardSetting.state != StandardState.DROPPED.value,
                StandardJudge.user_id == user_id,
                StandardJudge.dismissed_at.is_(None),
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("setting")
    sitting = as_view(row)
    if list_candidates_among(session, sitting.id, [user_id]):
        raise NotFound("setting")
    setting = get_setting(session, sitting.id, raw_setting_id)
    judge = next(j for j in list_judges(session, setting) if j.user_id == user_id)
    return Judging(sitting, setting, judge)


def list_candidates_among(
    session: Session, sitting_id: int, user_ids: Sequence[int]
) -> list[tuple[int, str]]:
    """Return (id, name) of those who are admitted to a sitting or have applied to it."""
    applied = exists().where(
        SittingApplication.sitting_id == sitting_id,
        SittingApplication.user_id == User.id,
        SittingApplication.state.in_(APPLYING),
    )
    admitted = exists().where(Admission.sitting_id == sitting_id, Admission.user_id == User.id)
    rows = session.execute(
        select(User.id, User.display_name)
        .where(User.id.in_(user_ids), or_(applied, admitted))
        .order_by(User.sort_key, User.id)
    )
    return [(row[0], row[1]) for row in rows]


def has_judged(session: Session, sitting_id: int, user_ids: Sequence[int]) -> bool:
    """Tell whether one of the people was a judge of the sitting's paper, dismissed or not."""
    query = (
        select(StandardJudge.id)
        .join(StandardSetting, StandardSetting.id == StandardJudge.setting_id)
        .where(StandardSetting.sitting_id == sitting_id, StandardJudge.user_id.in_(user_ids))
    )
    return session.scalar(query.limit(1)) is not None


def list_judges(session: Session, setting: SettingView) -> list[JudgeView]:
    """Return the judges of a setting, in the order in which they were appointed."""
    merged = (
        select(PersonMerge.merged_id)
        .where(PersonMerge.kept_id == StandardJudge.user_id, PersonMerge.undone_at.is_(None))
        .correlate(StandardJudge)
    )
    conflicts = (
        select(func.count())
        .select_from(Admission)
        .where(
            Admission.sitting_id == setting.sitting_id,
            exists()
            .where(
                DeclaredConflict.user_id == Admission.user_id,
                or_(
                    DeclaredConflict.not_judged_by == StandardJudge.user_id,
                    DeclaredConflict.not_judged_by.in_(merged),
                ),
            )
            .correlate(Admission, StandardJudge),
        )
        .correlate(StandardJudge)
        .scalar_subquery()
    )
    rows = session.execute(
        select(StandardJudge.user_id, User.public_id, User.display_name, conflicts)
        .join(User, User.id == StandardJudge.user_id)
        .where(StandardJudge.setting_id == setting.id, StandardJudge.dismissed_at.is_(None))
        .order_by(StandardJudge.id)
    )
    return [JudgeView(*row) for row in rows]


def list_dismissed(session: Session, setting: SettingView) -> list[Dismissal]:
    """Return the judges who were dismissed, as they were appointed."""
    rows = session.execute(
        select(User.display_name, StandardJudge.dismissed_at, StandardJudge.dismissed_reason)
        .join(User, User.id == StandardJudge.user_id)
        .where(StandardJudge.setting_id == setting.id, StandardJudge.dismissed_at.is_not(None))
        .order_by(StandardJudge.id)
    )
    return [Dismissal(name, at, reason) for name, at, reason in rows if at is not None]


def get_panel(session: Session, setting: SettingView) -> Panel:
    """Return what the judges of a setting said, round by round."""
    judges = tuple(judge.user_id for judge in list_judges(session, setting))
    rows = session.execute(
        select(
            StandardJudgement.user_id,
            StandardJudgement.round,
            StandardJudgement.position,
            StandardJudgement.percent,
        ).where(StandardJudgement.setting_id == setting.id)
    )
    given: tuple[dict[tuple[int, int], int], ...] = tuple({} for _ in range(setting.round))
    for user_id, number, position, percent in rows:
        if user_id in judges:
            given[number - 1][user_id, position] = percent
    return Panel(judges, setting.points_milli, given)


def list_judgings(session: Session, user_id: int) -> list[JudgingLine]:
    """Return the settings that wait for a judge, the newest first."""
    judged = (
        select(func.count())
        .select_from(StandardJudgement)
        .where(
            StandardJudgement.setting_id == StandardSetting.id,
            StandardJudgement.user_id == user_id,
            StandardJudgement.round == StandardSetting.round,
        )
        .correlate(StandardSetting)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Sitting.public_id, Sitting.title, StandardSetting, judged)
        .join(StandardSetting, StandardSetting.sitting_id == Sitting.id)
        .join(StandardJudge, StandardJudge.setting_id == StandardSetting.id)
        .where(
            StandardJudge.user_id == user_id,
            StandardJudge.dismissed_at.is_(None),
            StandardSetting.state.in_(AT_WORK),
        )
        .order_by(StandardSetting.id.desc())
        .limit(MAX_JUDGINGS)
    )
    return [
        JudgingLine(
            public_id,
            row.public_id,
            title,
            row.round,
            row.state == StandardState.JUDGING.value,
            count,
            len(Form.from_json(row.form).positions),
        )
        for public_id, title, row, count in rows
    ]


def list_judged_versions(session: Session, user_id: int) -> tuple[frozenset[int], frozenset[int]]:
    """Return the item versions that a judge may see now, and those of them with their keys."""
    rows = session.execute(
        select(StandardSetting.form, StandardSetting.shows_keys)
        .join(StandardJudge, StandardJudge.setting_id == StandardSetting.id)
        .where(
            StandardJudge.user_id == user_id,
            StandardJudge.dismissed_at.is_(None),
            StandardSetting.state.in_(AT_WORK),
            ~exists().where(
                Admission.sitting_id == StandardSetting.sitting_id, Admission.user_id == user_id
            ),
            ~exists().where(
                SittingApplication.sitting_id == StandardSetting.sitting_id,
                SittingApplication.user_id == user_id,
                SittingApplication.state.in_(APPLYING),
            ),
        )
    ).all()
    stems = frozenset(n for form, _shows in rows for n in Form.from_json(form).version_ids)
    keys = frozenset(n for form, shows in rows if shows for n in Form.from_json(form).version_ids)
    return stems, keys


def get_judged_document(session: Session, setting: SettingView, position: int) -> ItemDocument:
    """Return what is asked at a position of the paper (from 1).

    NotFound beyond it, and once the cut is decided: nobody has to see the paper any more.
    """
    _check_position(setting, position)
    return list_documents(session, [setting.form.positions[position - 1]])[0]


def get_judged_key(session: Session, setting: SettingView, position: int) -> Item:
    """Return what is asked at a position with its key; the caller writes down who looks."""
    _check_position(setting, position)
    return list_items(session, [setting.form.positions[position - 1]])[0]


def list_codes(session: Session, setting: SettingView) -> list[tuple[str, str]]:
    """Return (code, kind) of the items, in order of position."""
    documents = list_documents(session, setting.form.positions)
    return [(document.code, document.kind.value) for document in documents]


def list_facilities(session: Session, setting: SettingView) -> dict[int, Earlier]:
    """Return what earlier answers showed of the items, by position; too few show nothing."""
    versions = setting.form.version_ids
    rows = session.execute(
        select(
            ItemStatistics.version_id, ItemStatistics.facility_milli, ItemStatistics.answered
        ).where(ItemStatistics.version_id.in_(versions), ItemStatistics.answered >= FEWEST_ANSWERS)
    )
    known = {version: Earlier(milli / 1000, answered) for version, milli, answered in rows}
    return {
        place: known[version] for place, version in enumerate(versions, start=1) if version in known
    }


def _check_position(setting: SettingView, position: int) -> None:
    if not (setting.is_at_work and 1 <= position <= len(setting.form.positions)):
        raise NotFound("item")
